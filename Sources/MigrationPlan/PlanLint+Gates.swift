import StrictYAML

/// Gates that cannot open, waves that they do not admit, and clusters of no environment.
extension PlanLint {
  mutating func gates() {
    let clusters = root.record("program")?.records("clusters") ?? []
    let real = clusters.filter { $0.flag("provingGround") != true }.compactMap { $0.text("id") }
    for gate in root.records("gates") {
      guard let id = gate.text("id"), let requires = gate.node("requires"), let elements = requires.elements else { continue }
      if elements.isEmpty {
        error(requires, "gate '\(id)' requires no facility and can never open; name those that must hold")
      }
      let facilities = Set(elements.compactMap(\.text))
      for check in root.records("checks") where facilities.contains(check.text("facility", or: "")) {
        let own = check.texts("clusters")
        let missing = own.isEmpty ? [] : real.filter { !own.contains($0) }
        guard !missing.isEmpty, let node = check.node("clusters") else { continue }
        warn(
          node,
          "check '\(check.text("id", or: "?"))' does not run in \(missing.joined(separator: ", ")): gate '\(id)' stays closed there")
      }
    }
  }

  mutating func waves() {
    let gateCaps = Dictionary(
      root.records("gates").compactMap { gate in gate.text("id").flatMap { id in gate.integer("cap").map { (id, $0) } } },
      uniquingKeysWith: { first, _ in first })
    for wave in root.records("waves") {
      guard let id = wave.text("id") else { continue }
      let count = root.records("services").count { $0.text("wave") == id }
      if let cap = wave.integer("cap"), count > cap { warn(wave.node, "wave '\(id)' has \(count) services, its cap is \(cap)") }
      guard let gate = wave.text("entryGate") else {
        if count > 0 { warn(wave.node, "wave '\(id)' has no entryGate: nothing holds its services back") }
        continue
      }
      if let cap = gateCaps[gate], count > cap {
        warn(wave.node, "wave '\(id)' has \(count) services, its gate '\(gate)' admits \(cap)")
      }
    }
  }

  mutating func environments() {
    guard let program = root.record("program"), let node = program.node("environments") else { return }
    let known = program.texts("environments")
    guard !known.isEmpty else { return }
    let levels = program.records("clusters").compactMap { $0.node("level") }
    for level in levels {
      guard let text = level.text, !known.contains(text) else { continue }
      warn(level, "there is no environment '\(text)' in program.environments; it has \(known.joined(separator: ", "))")
    }
    let missing = known.filter { name in !levels.contains { $0.text == name } }
    if !missing.isEmpty {
      warn(
        node,
        "no cluster is of the environment\(missing.count == 1 ? "" : "s") \(missing.joined(separator: ", ")); name one with that level")
    }
  }
}
