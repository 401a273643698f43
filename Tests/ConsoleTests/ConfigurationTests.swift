import Console
import MigrationPlan
import Screen
import StrictYAML
import Testing
import TimeFormat

@Suite("The user's configuration")
struct ConfigurationTests {
  private func parse(_ text: String) -> (configuration: ConsoleConfiguration?, findings: [String]) {
    let (configuration, diagnostics) = ConsoleConfiguration.parse(text, file: "config.yaml")
    return (configuration, diagnostics.map(\.text))
  }

  @Test("commands get other keys", arguments: ["keys: {follow: F, quit: 'Q ctrl-q'}", "keys:\n  follow: F\n  quit: Q ctrl-q Q\n"])
  func keys(text: String) throws {
    let (configuration, findings) = parse(text)
    #expect(findings.isEmpty)
    let keys = try #require(configuration).keys
    #expect(keys.command(for: .character("F"), on: .logs) == .follow)
    #expect(keys.command(for: .character("f"), on: .logs) == nil)
    #expect(keys.text(.quit) == "Q ctrl-q")
    #expect(keys.command(for: .character("q"), on: .health) == nil)
  }

  @Test("a key that is taken away is free for another command")
  func taken() throws {
    let keys = try #require(parse("keys: {sort: '', search: s, open: 'o', owner: ''}").configuration).keys
    #expect(keys.command(for: .character("s"), on: .health) == .search)
    #expect(keys.command(for: .character("o"), on: .health) == .open)
    #expect(keys.text(.sort).isEmpty)
  }

  @Test("how much of the past is kept")
  func retention() throws {
    let kept = try #require(parse("store: {keepFor: 30d, keepAtMost: 50Gi}").configuration)
    #expect(kept.keepFor == .seconds(30 * 86_400) && kept.keepAtMost == 50 << 30)
    let silent = try #require(parse("keys: {}").configuration)
    #expect(silent.keepFor == nil && silent.keepAtMost == nil)
    #expect(parse("store: {keepAtMost: much}").findings.first?.contains("expected a size such as 500Mi or 10Gi") == true)
    #expect(parse("store: {keepAtMost: -1Gi}").configuration == nil)
  }

  @Test("commands that share no page may share a key")
  func shared() { #expect(parse("keys: {follow: v}").findings.isEmpty) }

  @Test("all mistakes at once, each with its place and what was probably meant")
  func mistakes() {
    let text = """
      kyes: {}
      keys:
        folow: F
        sort: crtl-f
        help: j
        copy: [y]
        follow: "&"
        zzzzzz: z
        up: PgDwn
        quit: Q
        quit: X
      productionClusters: [prd-*, "*-prd"]
      """
    #expect(
      parse(text).findings == [
        "config.yaml:1:1: error: unknown key 'kyes' in the configuration; did you mean 'keys'?",
        "config.yaml:3:3: error: there is no command 'folow'; did you mean 'follow'?",
        "config.yaml:4:9: error: 'crtl-f' for sort is no key; keys are like f, F, ctrl-f, PgDn, F5; did you mean 'ctrl-f'?",
        "config.yaml:5:9: error: j means both help and down; give one of them another key",
        "config.yaml:6:9: error: keys.copy: expected text, came a list",
        "config.yaml:7:11: error: & means both follow and matches-only on Logs; give one of them another key",
        "config.yaml:8:3: error: there is no command 'zzzzzz'; periplus keys lists them",
        "config.yaml:9:7: error: 'PgDwn' for up is no key; keys are like f, F, ctrl-f, PgDn, F5; did you mean 'PgDn'?",
        "config.yaml:10:3: error: key 'quit' occurs twice in this mapping; keep one",
        "config.yaml:12:29: error: productionClusters: expected a name, or the beginning of one and then '*', came '*-prd'",
      ])
    #expect(parse(text).configuration == nil)
  }

  @Test("a file that says nothing is no mistake", arguments: ["", "\n\n", "# keys:\n  # follow: F\n", "keys:\nproductionClusters:\n"])
  func empty(text: String) throws {
    let (configuration, findings) = parse(text)
    #expect(findings.isEmpty)
    #expect(try #require(configuration).keys.text(.quit) == "q")
  }

  @Test("text of the file is shown, not obeyed")
  func hostile() {
    let findings = parse("keys:\n  \"\\e[2J\": f\n  sort: \"\\e]0;x\\a\"\n").findings
    #expect(findings.count == 2)
    #expect(findings.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\u{07}") })
  }

  @Test("clusters are production by name or by the beginning of it")
  func production() throws {
    let configuration = try #require(parse("productionClusters: [fra, prd-*]").configuration)
    #expect(configuration.isProduction("fra") && configuration.isProduction("prd-sin"))
    #expect(!configuration.isProduction("fra-2") && !configuration.isProduction("dev-fra"))
    #expect(!ConsoleConfiguration().isProduction("prd-fra"))
  }

  @Test("the document, the help and the footer show the user's keys")
  func shown() async throws {
    let keys = try #require(parse("keys: {explain: E, export: '|', help: H, pin: Z}").configuration).keys
    let document = KeysDocument.markdown(keys)
    #expect(document.contains("| `E` | `:explain` |"))
    #expect(document.contains("| `\\|` | `:export` |"))
    let driver = try await ConsoleDriver { $0.keys = keys }
    #expect(await driver.screen().last?.contains("H keys") == true)
    try await driver.press("H")
    #expect(await driver.text().contains("Keys of Health"))
    for _ in 0..<4 { try await driver.press("PgDn") }
    let text = await driver.text()
    #expect(text.contains("H             Keys of this page"), "\(text)")
  }
}
