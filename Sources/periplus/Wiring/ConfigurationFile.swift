import Console
import RecordStore
import StateDirectory
import StrictYAML

/// The user's settings for the console: `config.yaml` in the state folder, which need not be there.
struct ConfigurationFile {
  let home: Home
  var path: String { "\(home.path)/config.yaml" }

  /// - Throws: a finding after every mistake was printed with its line. Half of the settings would be a surprise at the wrong moment.
  func read() throws -> ConsoleConfiguration {
    guard Files.exists(path) else { return ConsoleConfiguration() }
    guard let text = Files.text(path) else {
      throw Problem.environment("expected a configuration that can be read at \(path); change its permissions or move it away")
    }
    let (configuration, diagnostics) = ConsoleConfiguration.parse(text, file: path)
    if let configuration { return configuration }
    for diagnostic in diagnostics { Output.complain(diagnostic.text) }
    throw Problem.finding("the configuration cannot be used; mend what is named above, or move \(path) away")
  }
}

extension ConsoleConfiguration {
  /// How much of the past is kept; what the file does not say is the standard.
  var retention: Retention {
    Retention(age: keepFor ?? Retention.standard.age, bytes: keepAtMost ?? Retention.standard.bytes)
  }
}
