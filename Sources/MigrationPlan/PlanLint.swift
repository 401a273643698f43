import StrictYAML
import TimeFormat

/// What a schema cannot say: cycles and contradictions are errors; gaps in the plan are warnings.
struct PlanLint {
  let file: String
  let root: Fields
  private(set) var diagnostics: [YAMLDiagnostic] = []

  init(file: String, root: YAMLNode) {
    self.file = file
    self.root = Fields(root)
  }

  mutating func examine(now: Timestamp?) {
    guard root.node.entries != nil else { return }
    cycles("facilities", "facility", "dependsOn")
    cycles("concepts", "concept", "prerequisites")
    // Services may call each other in a circle: that is drawn, not refused.
    orders()
    milestones()
    dates()
    facilities()
    skills()
    budget()
    gates()
    waves()
    environments()
    registers()
    if let now { overdue(now) }
  }

  mutating func error(_ node: YAMLNode, _ message: String) {
    diagnostics.append(YAMLDiagnostic(.error, file: file, line: node.line, column: node.column, message))
  }

  mutating func warn(_ node: YAMLNode, _ message: String) {
    diagnostics.append(YAMLDiagnostic(.warning, file: file, line: node.line, column: node.column, message))
  }

  private mutating func cycles(_ list: String, _ kind: String, _ edges: String) {
    let entries = root.records(list)
    var next: [String: [String]] = [:]
    for entry in entries {
      if let id = entry.text("id") { next[id, default: []] += entry.texts(edges) }
    }
    var done: Set<String> = []
    for entry in entries {
      guard let start = entry.text("id"), !done.contains(start) else { continue }
      // Depth first without recursion: a plan may chain as long as it likes.
      var path = [start]
      var pending = [next[start] ?? []]
      while let last = path.last {
        guard let step = pending[pending.count - 1].popLast() else {
          done.insert(last)
          path.removeLast()
          pending.removeLast()
          continue
        }
        if let index = path.firstIndex(of: step) {
          let circle = (path[index...] + [step]).joined(separator: " → ")
          let node = entries.first { $0.text("id") == step }?.node(edges) ?? entry.node
          error(node, "\(edges) of \(kind) '\(step)' leads back to itself: \(circle)")
        } else if !done.contains(step), next[step] != nil {
          path.append(step)
          pending.append(next[step] ?? [])
        }
      }
    }
  }

  private mutating func orders() {
    var seen: [Int: String] = [:]
    for facility in root.records("facilities") {
      guard let order = facility.integer("order"), let id = facility.text("id") else { continue }
      if let other = seen[order] {
        error(facility.node("order") ?? facility.node, "order \(order) is that of facility '\(other)' already; expected each place once")
      }
      seen[order] = id
    }
    for facility in root.records("facilities") {
      guard let order = facility.integer("order") else { continue }
      for needed in facility.node("dependsOn")?.elements ?? [] {
        guard let id = needed.text, let other = seen.first(where: { $0.value == id }), other.key > order else { continue }
        warn(needed, "facility '\(facility.text("id", or: ""))' comes before '\(id)', on which it depends; swap their order")
      }
    }
  }

  private mutating func milestones() {
    let facilityOfCheck = Dictionary(
      root.records("checks").map { ($0.text("id", or: ""), $0.text("facility", or: "")) }, uniquingKeysWith: { first, _ in first })
    let last = root.record("program")?.integer("lastSprint") ?? 11
    for milestone in root.records("milestones") {
      for check in milestone.node("exitChecks")?.elements ?? [] {
        guard let id = check.text, let facility = facilityOfCheck[id], let own = milestone.text("facility"), facility != own else {
          continue
        }
        error(check, "check '\(id)' speaks for facility '\(facility)'; expected checks of '\(own)'")
      }
      if let sprint = milestone.integer("sprint"), sprint > last {
        error(milestone.node("sprint") ?? milestone.node, "sprint \(sprint) is after the program's last sprint, \(last)")
      }
    }
  }

  private mutating func dates() {
    func order(_ fields: Fields, _ first: String, _ second: String) -> (YAMLNode, String)? {
      guard let one = fields.date(first), let other = fields.date(second), other < one, let node = fields.node(second) else { return nil }
      return (node, "\(second) \(other.text) is before \(first) \(one.text)")
    }
    var findings: [(YAMLNode, String)] = []
    if let program = root.record("program") { findings += [order(program, "start", "target")].compactMap { $0 } }
    findings += root.records("waves").compactMap { order($0, "from", "to") }
    findings += root.records("defects").compactMap { order($0, "opened", "fixed") }
    for (node, message) in findings { error(node, message) }
  }

  private mutating func facilities() {
    for facility in root.records("facilities") where !facility.has("owner") {
      warn(facility.node, "facility '\(facility.text("id", or: "?"))' has no owner; name the team that answers for it")
    }
    let shown = Set(root.records("milestones").compactMap { $0.text("facility") })
    for facility in root.records("facilities") {
      guard let id = facility.text("id"), !shown.isEmpty, !shown.contains(id) else { continue }
      warn(facility.node, "facility '\(id)' has no milestone; say in which sprint it is shown")
    }
  }

  private mutating func skills() {
    let teams = root.records("teams")
    guard let group = teams.first(where: { $0.flag("migrationGroup") == true }) else {
      warn(root.node("teams") ?? root.node, "no team is the migration group; set migrationGroup: true on the one that leads")
      return
    }
    let members = group.records("members")
    let covered = Set(members.flatMap { $0.texts("skills") })
    let missing = Team.skills.filter { !covered.contains($0) }
    if !missing.isEmpty {
      warn(
        group.node("members") ?? group.node,
        "nobody in the migration group covers \(missing.joined(separator: ", ")); all skills must be covered")
    }
    if !members.contains(where: { $0.flag("certifiedAdministrator") == true }) {
      warn(group.node("members") ?? group.node, "nobody in the migration group is a certified Kubernetes administrator")
    }
  }

  private mutating func budget() {
    guard let program = root.record("program"), let budget = program.number("assumedBudget") else { return }
    var byDemo: [Int: [Fields]] = [:]
    for concept in root.records("concepts") {
      if let demo = concept.integer("demo") { byDemo[demo, default: []].append(concept) }
    }
    for (demo, concepts) in byDemo.sorted(by: { $0.key < $1.key }) {
      let cost = concepts.reduce(0) { $0 + ($1.integer("weight") ?? 0) }
      guard Double(cost) > budget, let heaviest = concepts.max(by: { ($0.integer("weight") ?? 0) < ($1.integer("weight") ?? 0) }) else {
        continue
      }
      warn(
        heaviest.node,
        "demo \(demo) costs \(cost), the assumed budget is \(budget.short): hold back concept '\(heaviest.text("id", or: ""))'")
    }
  }

  private mutating func registers() {
    for list in ["constraints", "desires", "ills"] {
      let open = root.records(list).count { !$0.has("statement") }
      if open > 0, let node = root.node(list) {
        warn(node, "\(open) of \(root.records(list).count) \(list) have a question and no statement; answer them with the group")
      }
    }
  }

  private mutating func overdue(_ now: Timestamp) {
    for waiver in root.records("waivers") {
      if let expires = waiver.date("expires"), expires.end <= now {
        warn(waiver.node, "this waiver of '\(waiver.text("check", or: ""))' ended on \(expires.text); the check counts again")
      }
    }
    for review in root.records("reviews") {
      if let due = review.date("due"), due.end <= now {
        warn(review.node, "the review of '\(review.text("target", or: ""))' was due on \(due.text)")
      }
    }
  }
}

extension Double {
  /// Without a fraction where there is none: `3`, `2.5`.
  package var short: String { self == rounded() && magnitude < 1e15 ? "\(Int64(self))" : "\(self)" }
  /// ``short``, rounded to tenths.
  var oneDecimal: String { ((self * 10).rounded() / 10).short }
}
