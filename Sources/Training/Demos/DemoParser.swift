package import StrictYAML
import TimeFormat

/// Reads `demos/NN-name.demo.yaml`: strict, and with every finding at once.
package enum DemoParser {
  package static let schema = RecordSchema(
    "a demo",
    [
      SchemaField("demo", .integer(0...99), required: true, "its number"),
      SchemaField("title", .text, required: true, "its title"),
      SchemaField("sprint", .integer(0...200), required: true, "the sprint at whose end it is shown"),
      SchemaField("facility", .text, required: true, "the facility it shows"),
      SchemaField("reveals", .list(.record(reveal)), "the concepts it reveals, with their weights"),
      SchemaField("minutes", .integer(1...120), required: true, "how long it takes, in minutes"),
      SchemaField("size", .text, required: true, "columns x rows, e.g. 120x40"),
      SchemaField("seed", .integer(0...1_000_000), required: true, "the same seed gives the same demo"),
      SchemaField("variables", .mapping(.text), "texts for ${name}; ${run} differs from run to run"),
      SchemaField("setup", LessonParser.actions, "what is done to the ground before"),
      SchemaField("reset", LessonParser.actions, "what restores it"),
      SchemaField("steps", .list(.record(step)), required: true, "what is said, done and expected, step by step"),
    ])

  static let reveal = RecordSchema(
    "a reveal",
    [
      SchemaField("concept", .text, required: true, "the concept's id in the plan"),
      SchemaField("weight", .integer(1...3), required: true, "1 habit, 2 tool, 3 mental model"),
    ])

  static let action = RecordSchema(
    "an action",
    [
      SchemaField("keys", .list(.text), "keys of the console; type:TEXT types text"),
      SchemaField("command", .text, "a command of the palette"),
    ] + ActionLibrary.groundFields)

  static let expectation = RecordSchema(
    "an expectation",
    [
      SchemaField("text", .text, "stands on the screen"),
      SchemaField("model", .text, "a named value of the model"),
      SchemaField("is", .scalar, "what the value is"),
      SchemaField("contains", .text, "what the value contains"),
      SchemaField("atLeast", .number(-1e15...1e15), "the least it is"),
      SchemaField("check", .text, "a check of the library that passes"),
      SchemaField("parameters", .parameters, "the check's parameters"),
    ])

  static let step = RecordSchema(
    "a step",
    [
      SchemaField("id", .identifier("step"), required: true, "its short name"),
      SchemaField("say", .text, required: true, "what the presenter says"),
      SchemaField("note", .text, "for the presenter's eyes only"),
      SchemaField("do", .list(.record(action)), "keys, commands and actions of the ground"),
      SchemaField("expect", .list(.record(expectation)), "what must be reached after that"),
      SchemaField("within", .duration, "how long it may take; default 10s"),
      SchemaField("checkpoint", .flag, "a step to return to after a failure"),
      SchemaField("fallback", .text, "what to say or show when it fails"),
    ])

  package static func parse(
    _ text: String, file: String, checks: ParameterTables? = nil
  ) -> (demo: Demo?, diagnostics: [YAMLDiagnostic]) {
    let (root, syntax) = YAMLReader.read(text, file: file)
    guard let root else { return (nil, syntax.inFileOrder()) }
    var check = SchemaCheck(file: file, named: checks, allowsVariables: true)
    check.check(root, .record(schema), at: "")
    let fields = Fields(root)
    if let size = fields.node("size"), size.text != nil, self.size(size.text ?? "") == nil {
      check.error(size, "size: expected columns x rows from 80x24 to 500x200, e.g. 120x40, came \(size.described)")
    }
    var known: Set<String> = ["run", "seed"]
    for entry in fields.node("variables")?.entries ?? [] { known.insert(entry.key.text ?? "") }
    for list in ["setup", "reset"] { ScriptLint.singleKeys(fields.node(list), &check) }
    for node in [fields.node("setup")] + fields.records("steps").map({ $0.node("do") }) {
      for action in node?.elements ?? [] { known.formUnion(ActionUse(action)?.sets ?? []) }
    }
    check.variables(root, known: known)
    lint(fields, &check)
    let diagnostics = (syntax + check.diagnostics).inFileOrder()
    return (diagnostics.hasErrors ? nil : demo(fields), diagnostics)
  }

  private static func lint(_ fields: Fields, _ check: inout SchemaCheck) {
    let steps = fields.records("steps")
    if let node = fields.node("steps"), steps.isEmpty { check.error(node, "steps: expected at least one step, came none") }
    for step in steps {
      ScriptLint.singleKeys(step.node("do"), &check)
      for node in step.node("expect")?.elements ?? [] { expectation(node, &check) }
      let acts = !(step.node("do")?.elements ?? []).isEmpty
      let expects = !(step.node("expect")?.elements ?? []).isEmpty
      if acts, !expects {
        check.warning(
          step.node, "step '\(step.text("id", or: "?"))' has actions but no expectations: a rehearsal cannot detect that it fails")
      }
      if acts, !step.has("fallback") {
        check.warning(step.node, "step '\(step.text("id", or: "?"))' has no fallback; say what to do when it fails")
      }
    }
    if !steps.isEmpty, !steps.contains(where: { $0.flag("checkpoint") == true }), let node = fields.node("steps") {
      check.warning(node, "no step is a checkpoint: after a failure there is no step to return to")
    }
  }

  private static func expectation(_ node: YAMLNode, _ check: inout SchemaCheck) {
    guard node.entries != nil else { return }
    let subjects = ["text", "model", "check"].filter { node[$0] != nil }
    guard subjects.count == 1 else {
      return check.error(
        node, "expected one of text, model or check, came \(subjects.isEmpty ? "none" : subjects.joined(separator: " and "))")
    }
    let comparisons = Expectation.Comparison.allCases.filter { node[$0.rawValue] != nil }
    if subjects == ["model"], comparisons.count != 1 {
      check.error(node, "expected one of is, contains or atLeast for the model's value, came \(comparisons.count)")
    } else if subjects != ["model"], let extra = comparisons.first {
      check.error(node, "'\(extra.rawValue)' compares a value of the model; expected 'model' beside it")
    }
  }

  static func size(_ text: String) -> (columns: Int, rows: Int)? {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let columns = Int(parts[0]), let rows = Int(parts[1]), (80...500).contains(columns), (24...200).contains(rows)
    else {
      return nil
    }
    return (columns, rows)
  }

  private static func demo(_ fields: Fields) -> Demo {
    let size = size(fields.text("size", or: "")) ?? (80, 24)
    return Demo(
      number: fields.integer("demo") ?? 0, title: fields.text("title", or: ""), sprint: fields.integer("sprint") ?? 0,
      facility: fields.text("facility", or: ""),
      reveals: fields.records("reveals").map { Demo.Reveal(concept: $0.text("concept", or: ""), weight: $0.integer("weight") ?? 1) },
      minutes: fields.integer("minutes") ?? 1, columns: size.columns, rows: size.rows, seed: fields.integer("seed") ?? 0,
      variables: fields.pairs("variables").map { Demo.Text(name: $0.name, text: $0.text) },
      setup: LessonParser.actions(fields, "setup"), reset: LessonParser.actions(fields, "reset"), steps: fields.records("steps").map(step))
  }

  private static func step(_ fields: Fields) -> DemoStep {
    DemoStep(
      id: fields.text("id", or: ""), say: fields.text("say", or: ""), note: fields.text("note", or: ""),
      actions: fields.node("do")?.elements?.compactMap(action) ?? [], expectations: fields.records("expect").compactMap(expectation),
      within: fields.duration("within") ?? .seconds(10), isCheckpoint: fields.flag("checkpoint") ?? false,
      fallback: fields.text("fallback", or: ""))
  }

  private static func action(_ node: YAMLNode) -> DemoAction? {
    let fields = Fields(node)
    if fields.has("keys") { return .keys(fields.texts("keys")) }
    if let command = fields.text("command") { return .command(command) }
    return ActionUse(node).map(DemoAction.script)
  }

  private static func expectation(_ fields: Fields) -> Expectation? {
    if let text = fields.text("text") { return .text(text) }
    if let name = fields.text("model") {
      for comparison in Expectation.Comparison.allCases {
        if let value = fields.text(comparison.rawValue) { return .model(name: name, comparison: comparison, value: value) }
      }
      return nil
    }
    return fields.has("check") ? .check(CheckUse(fields)) : nil
  }
}
