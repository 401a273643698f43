import ArgumentParser
import ServiceKit

/// The services of a small shop: one executable, one service per subcommand.
struct ReferenceApp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference-app",
    abstract: "The services of a small shop, as an example of how services are built.",
    subcommands: [Catalog.self, Orders.self, Billing.self, Reports.self, Ledger.self])
}

/// What all services take.
struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Turn on the facilities 1 to N; 0 is a service as it was before the first.", valueName: "N"))
  var sprint = 1

  @Option(help: ArgumentHelp("A file of KEY=value lines; the environment goes before it.", valueName: "FILE"))
  var config: String?

  func validate() throws {
    guard (0...10).contains(sprint) else { throw ValidationError("Expected --sprint from 0 to 10, but got \(sprint).") }
  }
}

/// A service of the shop.
protocol ShopService: AsyncParsableCommand {
  var options: CommonOptions { get }
  /// The category of the service in its records.
  static var type: String { get }
  func assemble(_ service: inout Microservice) async throws
}

extension ShopService {
  func run() async throws {
    let start = StartArguments(CommandLine.arguments)
    let identity = start.identity()
    let environment: ServiceEnvironment
    do {
      environment = try start.environment()
    } catch {
      ServiceLogging.bootstrap(identity: identity)
      StartFailure.end(identity, error)
    }
    var service: Microservice
    do {
      service = try Microservice(identity, environment: environment, sprint: options.sprint)
    } catch {
      StartFailure.end(identity, error)
    }
    do { try await assemble(&service) } catch { StartFailure.end(identity, error) }
    await service.runAndExit()
  }
}
