import ArgumentParser
import ServiceKit

@main
enum Program {
  static func main() async {
    // First of all: with the logging facility the container's first process only supervises the second, which serves.
    let start = StartArguments(CommandLine.arguments)
    if start.hasLogging { OutputSupervisor.superviseThisProcess { start.identity() } }
    await ReferenceApp.main()
  }
}
