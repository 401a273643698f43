package import StrictYAML
import TimeFormat

/// Reads `lesson.yaml`: strict, and with every finding at once.
package enum LessonParser {
  static let actions = SchemaType.list(.record(ActionLibrary.schema))
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
      SchemaField("minutes", .integer(1...240), required: true, "how long it takes, in minutes"),
      SchemaField("seed", .integer(0...1_000_000), required: true, "varies the lesson from review to review"),
      SchemaField("variables", .mapping(.text), "texts for ${name}; ${run} differs from start to start"),
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
      SchemaField("task", .text, required: true, "what to do; nothing is verified that it does not ask for"),
      SchemaField("asks", .list(.text), "the names of answers it wants"),
      SchemaField("offers", actions, "what the lesson does for the trainee on periplus learn do"),
      SchemaField("verify", checks, required: true, "checks that pass when it is done"),
      SchemaField("within", .duration, "how long to wait for the end state; default 10s"),
      SchemaField("hints", .list(.text), required: true, "exactly three, from a nudge to almost the solution"),
      SchemaField("wrongPaths", .list(.record(wrongPath)), "likely mistakes, and what to say to each"),
      SchemaField("solve", actions, required: true, "how the author check solves it"),
    ])

  static let wrongPath = RecordSchema(
    "a wrong path",
    [
      SchemaField("do", actions, required: true, "how the author check makes the mistake"),
      SchemaField("undo", actions, "how it undoes the mistake"),
      SchemaField("when", checks, required: true, "checks that pass when the trainee made this mistake"),
      SchemaField("say", .text, required: true, "what the trainee is told"),
    ])

  package static func parse(
    _ text: String, file: String, checks: ParameterTables? = nil
  ) -> (lesson: Lesson?, diagnostics: [YAMLDiagnostic]) {
    let (root, syntax) = YAMLReader.read(text, file: file)
    guard let root else { return (nil, syntax.inFileOrder()) }
    var check = SchemaCheck(file: file, named: checks, allowsVariables: true)
    check.check(root, .record(schema), at: "")
    let fields = Fields(root)
    if let steps = fields.node("steps"), steps.elements?.isEmpty ?? false {
      check.error(steps, "steps: expected at least one step, came none")
    }
    for list in ["setup", "reset"] {
      ScriptLint.singleKeys(fields.node(list), &check)
      ScriptLint.groundOnly(fields.node(list), &check)
    }
    var known: Set<String> = ["run", "seed"]
    for entry in fields.node("variables")?.entries ?? [] { known.insert(entry.key.text ?? "") }
    for node in [fields.node("setup")] + fields.records("steps").flatMap({ [$0.node("offers"), $0.node("solve")] }) {
      for action in node?.elements ?? [] { known.formUnion(ActionUse(action)?.sets ?? []) }
    }
    for step in fields.records("steps") { examine(step, &known, &check) }
    check.variables(root, known: known)
    let diagnostics = (syntax + check.diagnostics).inFileOrder()
    return (diagnostics.hasErrors ? nil : lesson(fields), diagnostics)
  }

  private static func examine(_ step: Fields, _ known: inout Set<String>, _ check: inout SchemaCheck) {
    if let hints = step.node("hints"), let elements = hints.elements, elements.count != 3 {
      check.error(hints, "hints: expected exactly three, came \(elements.count)")
    }
    if let verify = step.node("verify"), verify.elements?.isEmpty ?? false {
      check.error(verify, "verify: expected at least one check; text without a check belongs in the story")
    }
    let asked = Set(step.texts("asks").map(ActionDefinition.answerName))
    known.formUnion(asked)
    for list in ["offers", "solve"] { ScriptLint.singleKeys(step.node(list), &check) }
    ScriptLint.groundOnly(step.node("offers"), &check)
    for path in step.records("wrongPaths") {
      ScriptLint.singleKeys(path.node("do"), &check)
      ScriptLint.singleKeys(path.node("undo"), &check)
    }
    for action in (step.node("solve")?.elements ?? []) + step.records("wrongPaths").flatMap({ $0.node("do")?.elements ?? [] }) {
      guard let use = ActionUse(action), ActionLibrary.definition(use.action)?.isLearners == true else { continue }
      for name in use.sets where !asked.contains(name) {
        let question = name.split(separator: ":", maxSplits: 1).last ?? ""
        check.error(
          Fields(use.parameters).node("name") ?? action,
          "the step does not ask for '\(String(question).replacingControls())'; nothing may be verified that the task does not ask for")
      }
    }
  }

  private static func lesson(_ fields: Fields) -> Lesson {
    Lesson(
      id: fields.text("id", or: ""), number: fields.integer("number") ?? 0, title: fields.text("title", or: ""),
      facility: fields.text("facility", or: ""), concepts: fields.texts("concepts"), prerequisites: fields.texts("prerequisites"),
      minutes: fields.integer("minutes") ?? 0, seed: fields.integer("seed") ?? 0, variables: fields.pairs("variables"),
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

  static func actions(_ fields: Fields, _ name: String) -> [ActionUse] {
    fields.node(name)?.elements?.compactMap(ActionUse.init) ?? []
  }
}

/// Rules that lessons and demos share.
enum ScriptLint {
  static func singleKeys(_ list: YAMLNode?, _ check: inout SchemaCheck) {
    for action in list?.elements ?? [] {
      guard let entries = action.entries, entries.count != 1 else { continue }
      check.error(action, "expected one action per entry, got \(entries.count)")
    }
  }

  /// What only a learner does has no place in what the ground does.
  static func groundOnly(_ list: YAMLNode?, _ check: inout SchemaCheck) {
    for action in list?.elements ?? [] {
      guard let use = ActionUse(action), ActionLibrary.definition(use.action)?.isLearners == true else { continue }
      check.error(action, "'\(use.action)' is a trainee's action; use it only in solve and in wrong paths")
    }
  }
}
