package import StrictYAML
import TimeFormat

/// Reads `lesson.yaml`: strict, and with every finding at once.
package enum LessonParser {
  static let actions = SchemaType.list(.record(ScriptAction.schema))
  static let checks = SchemaType.list(.record(CheckUse.schema))

  package static let schema = RecordSchema(
    "a lesson",
    [
      SchemaField("id", .identifier("lesson"), required: true, "its short name"),
      SchemaField("number", .integer(1...99), required: true, "its place in the course"),
      SchemaField("title", .text, required: true, "its title"),
      SchemaField("facility", .text, required: true, "the facility it teaches"),
      SchemaField("concepts", .list(.text), required: true, "the concepts of the plan it covers"),
      SchemaField("prerequisites", .list(.text), "lessons that come before"),
      SchemaField("minutes", .integer(1...240), required: true, "how long it takes"),
      SchemaField("seed", .integer(0...1_000_000), required: true, "varies the lesson from review to review"),
      SchemaField("variables", .mapping(.text), "texts for {name}; {run} differs from start to start"),
      SchemaField("story", .text, required: true, "what the trainee reads first"),
      SchemaField("setup", actions, required: true, "what is done to the ground before"),
      SchemaField("reset", actions, required: true, "what restores the start"),
      SchemaField("steps", .list(.record(step)), required: true, "what there is to do"),
      SchemaField("debrief", .text, required: true, "what the trainee reads last"),
      SchemaField("review", .list(.text), required: true, "questions for the reviews after 1, 3, 7, 21 and 60 days"),
    ])

  static let step = RecordSchema(
    "a step",
    [
      SchemaField("id", .identifier("step"), required: true, "its short name"),
      SchemaField("task", .text, required: true, "what to do; nothing is verified that it does not ask"),
      SchemaField("asks", .list(.text), "the names of answers it wants"),
      SchemaField("offers", actions, "what the trainee may have done: periplus learn do"),
      SchemaField("verify", checks, required: true, "checks that pass when it is done"),
      SchemaField("within", .duration, "how long the end state may take; default 10s"),
      SchemaField("hints", .list(.text), required: true, "exactly three, from a nudge to nearly all"),
      SchemaField("wrongPaths", .list(.record(wrongPath)), "ways to go astray, and what to say"),
      SchemaField("solve", actions, required: true, "how the author check solves it"),
    ])

  static let wrongPath = RecordSchema(
    "a wrong path",
    [
      SchemaField("do", actions, required: true, "how the author check goes astray"),
      SchemaField("undo", actions, "how it comes back"),
      SchemaField("when", checks, required: true, "checks that pass when a trainee went this way"),
      SchemaField("say", .text, required: true, "what the trainee is told"),
    ])

  package static func parse(
    _ text: String, file: String, checks: ParameterTables? = nil
  ) -> (lesson: Lesson?, diagnostics: [YAMLDiagnostic]) {
    let (root, syntax) = YAMLReader.read(text, file: file)
    guard let root else { return (nil, syntax.inFileOrder()) }
    var check = SchemaCheck(file: file, named: checks)
    check.check(root, .record(schema), at: "")
    let fields = Fields(root)
    if let steps = fields.node("steps"), steps.elements?.isEmpty ?? false {
      check.error(steps, "steps: expected at least one step, came none")
    }
    ScriptLint.singleKeys(fields.node("setup"), &check)
    ScriptLint.singleKeys(fields.node("reset"), &check)
    var known: Set<String> = ["run", "seed"]
    for entry in fields.node("variables")?.entries ?? [] { known.insert(entry.key.text ?? "") }
    for node in [fields.node("setup")] + fields.records("steps").flatMap({ [$0.node("offers"), $0.node("solve")] }) {
      for action in node?.elements ?? [] { if let name = action["rememberPod"]?["as"]?.text { known.insert(name) } }
    }
    for step in fields.records("steps") { examine(step, &known, &check) }
    ScriptLint.variables(root, known, &check)
    let diagnostics = (syntax + check.diagnostics).inFileOrder()
    return (diagnostics.hasErrors ? nil : lesson(fields), diagnostics)
  }

  private static func examine(_ step: Fields, _ known: inout Set<String>, _ check: inout SchemaCheck) {
    if let hints = step.node("hints"), let elements = hints.elements, elements.count != 3 {
      check.error(hints, "hints: expected exactly three, came \(elements.count)")
    }
    if let verify = step.node("verify"), verify.elements?.isEmpty ?? false {
      check.error(verify, "verify: expected at least one check; a step that verifies nothing is text for the story")
    }
    for name in step.texts("asks") { known.insert("answer:\(name)") }
    for list in ["offers", "solve"] { ScriptLint.singleKeys(step.node(list), &check) }
    for path in step.records("wrongPaths") {
      ScriptLint.singleKeys(path.node("do"), &check)
      ScriptLint.singleKeys(path.node("undo"), &check)
    }
    let asked = Set(step.texts("asks"))
    for action in (step.node("solve")?.elements ?? []) + step.records("wrongPaths").flatMap({ $0.node("do")?.elements ?? [] }) {
      guard let answer = action["answer"]?["name"], let name = answer.text, !asked.contains(name) else { continue }
      check.error(answer, "the step does not ask for '\(name.replacingControls())'; nothing is verified that the task did not ask")
    }
  }

  private static func lesson(_ fields: Fields) -> Lesson {
    Lesson(
      id: fields.text("id", or: ""), number: fields.integer("number") ?? 0, title: fields.text("title", or: ""),
      facility: fields.text("facility", or: ""), concepts: fields.texts("concepts"), prerequisites: fields.texts("prerequisites"),
      minutes: fields.integer("minutes") ?? 0, seed: fields.integer("seed") ?? 0, variables: ScriptLint.pairs(fields.node("variables")),
      story: fields.text("story", or: ""), setup: actions(fields, "setup"), reset: actions(fields, "reset"),
      steps: fields.records("steps").map(step), debrief: fields.text("debrief", or: ""), review: fields.texts("review"))
  }

  private static func step(_ fields: Fields) -> LessonStep {
    LessonStep(
      id: fields.text("id", or: ""), task: fields.text("task", or: ""), asks: fields.texts("asks"), offers: actions(fields, "offers"),
      verify: fields.records("verify").map(CheckUse.init), within: fields.duration("within") ?? .seconds(10),
      hints: fields.texts("hints"),
      wrongPaths: fields.records("wrongPaths").map {
        WrongPath(
          actions: actions($0, "do"), undo: actions($0, "undo"), when: $0.records("when").map(CheckUse.init), say: $0.text("say", or: ""))
      }, solve: actions(fields, "solve"))
  }

  static func actions(_ fields: Fields, _ name: String) -> [ScriptAction] {
    fields.node(name)?.elements?.compactMap(ScriptAction.init) ?? []
  }
}

/// Rules that lessons and demos share.
enum ScriptLint {
  static func singleKeys(_ list: YAMLNode?, _ check: inout SchemaCheck) {
    for action in list?.elements ?? [] {
      guard let entries = action.entries, entries.count != 1 else { continue }
      check.error(action, "expected one action an entry, came \(entries.count)")
    }
  }

  static func pairs(_ node: YAMLNode?) -> [(name: String, text: String)] {
    (node?.entries ?? []).compactMap { entry in
      guard let name = entry.key.text, let text = entry.value.text else { return nil }
      return (name, text)
    }
  }

  /// Every `{name}` must be one that somebody sets.
  static func variables(_ node: YAMLNode, _ known: Set<String>, _ check: inout SchemaCheck) {
    switch node.content {
    case .scalar(let text, _):
      for name in Variables.names(in: text) where !known.contains(name) {
        check.error(node, "nothing sets '{\(name)}'", suggestion: EditDistance.nearest(to: name, among: known))
      }
    case .sequence(let elements): for element in elements { variables(element, known, &check) }
    case .mapping(let entries): for entry in entries { variables(entry.value, known, &check) }
    }
  }
}
