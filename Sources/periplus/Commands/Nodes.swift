import ArgumentParser
import ClusterModel
import StateDirectory
import Views

struct Nodes: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Every node: whether it is ready, what is wrong, how much is requested, and who cordoned it.",
    discussion: """
      Requested is what the pods on the node reserve that have not ended, as `kubectl describe node` counts it. \
      Exit code 1 when a node is red.
      """)

  @OptionGroup var read: ReadOptions
  @Option(
    help: ArgumentHelp("Also look at this context of KUBECONFIG; may be given more than once.", valueName: "context"),
    completion: Candidates.contexts)
  var context: [String] = []

  func run() async throws {
    let wiring = try ConsoleWiring(home: try read.home.resolve(), contexts: context)
    let view = NodesView(try await wiring.firstSight(), now: WallClock.now())
    read.show(view.report(face: read.face), view.jsonLines)
    if view.hasRed { throw Problem.finding() }
  }
}
