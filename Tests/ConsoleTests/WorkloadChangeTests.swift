import ClusterModel
import JSONBytes
import Screen
import Testing
import TimeFormat
import Views

@Suite struct WorkloadChangeTests {
  private func line(_ differences: [TemplateDifference], width: Int = 100) -> [String] {
    let change = WorkloadChange(at: Fixture.at("12:00:00"), revision: 2, manager: "kubectl-patch", what: .template(differences))
    return change.lines(face: .utc, now: Fixture.now, width: width).map(\.text)
  }

  private func change(_ name: String, _ old: JSONValue?, _ new: JSONValue?, path: String? = nil) -> TemplateDifference {
    TemplateDifference(path: path ?? name, name: name, old: old, new: new)
  }

  @Test func aFieldALineAndTheManagerOnce() {
    #expect(
      line([change("args", ["ledger"], ["nope"]), change("image", "a:1", "a:2"), change("env X", nil, "")]) == [
        "rev 2  args: [ledger] → [nope]  kubectl-patch", "       image: a:1 → 2", "       env X added: \"\"",
      ])
  }

  @Test func secretsAreMasked() {
    let lines = line([
      change("DB_PASSWORD", "hunter2", "hunter3", path: "env DB_PASSWORD"), change("API_TOKEN", nil, "abc", path: "env API_TOKEN"),
      change("args", ["--password", "hunter2"], ["--password", "hunter3"]), change("args", ["--x", "--token=abcd1234efgh"], ["--x"]),
    ])
    #expect(
      lines == [
        "rev 2  env DB_PASSWORD changed (masked)  kubectl-patch", "       env API_TOKEN added", "       args changed (masked)",
        "       args: [--x, --token=***] → [--x]",
      ])
  }

  @Test func longValuesKeepBothEnds() {
    let digest = String(repeating: "0123456789abcdef", count: 4)
    let lines = line(
      [change("image", .string("registry.acme/shop/orders@sha256:\(digest)1"), .string("registry.acme/shop/orders@sha256:\(digest)2"))],
      width: 100)
    #expect(
      lines[0].hasPrefix("rev 2  image: orders@sha256:…") && lines[0].contains("def1 → sha256:0123456…")
        && lines[0].hasSuffix("def2  kubectl-patch"))
    #expect(lines.allSatisfy { $0.count <= 100 })
  }

  @Test func whatDiffersIsInSightWhereTheEndsAreTheSame() {
    let (head, tail) = (String(repeating: "a", count: 90), String(repeating: "z", count: 90))
    let line = line([change("command", .string(head + "ONE" + tail), .string(head + "TWO" + tail))])[0]
    #expect(line.contains("ONE") && line.contains("TWO"))
  }

  @Test func ofALongListOnlyTheElementsThatDiffer() {
    let flags = (1...30).map { JSONValue.string("--flag-\($0)=value") }
    var other = flags
    other[15] = "--flag-16=other"
    #expect(
      line([change("args", .array(flags), .array(other))])[0].hasPrefix("rev 2  args: […, --flag-16=value, …] → […, --flag-16=other, …]"))
  }

  @Test func scaleAndRollbackInWords() {
    func words(_ what: WorkloadChange.What) -> String {
      WorkloadChange(at: Fixture.at("12:00:00"), revision: nil, manager: "kubectl", what: what).sentence(face: .utc, now: Fixture.now)
    }
    #expect(words(.scaled(from: 2, to: 0)) == "12:00 scaled 2 → 0  kubectl")
    #expect(words(.scaled(from: nil, to: 0)) == "12:00 scaled to 0  kubectl")
    #expect(words(.rolledBack(to: 1, from: nil)) == "12:00 rolled back to rev 1  kubectl")
    #expect(words(.rolledBack(to: nil, from: Fixture.at("09:00:00"))) == "12:00 rolled back to the pod template of 09:00  kubectl")
    #expect(words(.restarted) == "12:00 rollout restart  kubectl")
  }
}
