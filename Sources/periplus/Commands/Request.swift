import ArgumentParser
import RecordStore
import StateDirectory
import TelemetryModel
import Views

struct Request: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Everything about one request: its records in all services, the pods that served it and what became of them.",
    discussion: "Waits up to 2 s for what was written before the command; says so where collection is further behind.")

  @OptionGroup var read: ReadOptions
  @Argument(help: "The request's id, as in the x-request-id header.") var id: String

  func run() async throws {
    let store = try read.store()
    let catchUp = CatchUp(home: try read.home.resolve())
    let collection = await catchUp.wait(store)
    var view = try await RequestLookup(id: id).run(Sources(logs: store, ledger: store))
    guard view.records > 0 else {
      if let complaint = catchUp.complaint(collection) { throw Problem.finding("no record carries the request id \(id) yet; \(complaint)") }
      throw Problem.finding("no record carries the request id \(id); ids are compared exactly, and periplus status tells what is collected")
    }
    view.collection = collection
    read.show(view.report(face: read.face), view.jsonLines)
  }
}
