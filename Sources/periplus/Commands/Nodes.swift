import ArgumentParser
import ClusterModel
import StateDirectory
import Views

struct Nodes: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Every node: whether it is ready, what is wrong, how much is requested, and who cordoned it.",
    discussion: """
      Requested is what the pods on the node reserve that have not ended, as `kubectl describe node` counts it. \
      Exit code 1 when a node is red, 3 when a cluster does not answer.
      """)

  @OptionGroup var read: ReadOptions
  @OptionGroup var look: ContextOptions

  func run() async throws {
    let wiring = try ConsoleWiring(home: try read.home.resolve(), contexts: look.contexts)
    let view = NodesView(try await wiring.firstSight(), now: WallClock.now())
    read.show(view.report(face: read.face), view.jsonLines)
    if view.hasRed { throw Problem.finding() }
    if let silence = view.silence { throw Problem.environment(silence) }
  }
}
