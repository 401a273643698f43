import ArgumentParser
import ServiceKit

@main
enum Program {
  static func main() async {
    // Before anything else: the first process of the container only watches over the second, which serves.
    LineSupervisor.superviseThisProcess { StartArguments(CommandLine.arguments).identity() }
    await ReferenceApp.main()
  }
}
