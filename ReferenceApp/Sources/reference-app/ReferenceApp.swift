import ArgumentParser
import ServiceKit

/// The services of a small shop: one executable, one service per subcommand.
struct ReferenceApp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference-app",
    abstract: "The services of a small shop, as an example of how services are built.",
    subcommands: [Catalog.self, Orders.self, Billing.self, Reports.self, Ledger.self])
}

/// The options of all services.
struct CommonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Turn on the facilities of sprints 1 to N. A variable such as FACILITY_LOGGING=on (or off) turns on (or off) a single one.",
      valueName: "N"))
  var sprint = SprintTable.standard

  @Option(help: ArgumentHelp("A file of KEY=value lines for variables that the environment does not set.", valueName: "FILE"))
  var config: String?

  func validate() throws {
    guard (0...SprintTable.last).contains(sprint) else {
      throw ValidationError("Expected --sprint from 0 to \(SprintTable.last), but got \(sprint).")
    }
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
    let facilities: [Facility]
    do {
      environment = try start.environment()
      facilities = try SprintTable.facilities(upTo: options.sprint, environment: environment)
    } catch {
      ServiceLogging.bootstrap(identity: identity)
      StartFailure.end(identity, error)
    }
    var service: Microservice
    do {
      service = try Microservice(identity, environment: environment, facilities: facilities)
    } catch {
      StartFailure.end(identity, error)
    }
    do { try await assemble(&service) } catch { StartFailure.end(identity, error) }
    await service.runAndExit()
  }
}
