import StrictYAML

extension ActionDefinition {
  static let answer = ActionDefinition(
    id: "answer", meaning: "gives an answer, as a trainee would",
    parameters: [
      SchemaField("name", .text, required: true, "which question"), SchemaField("value", .text, required: true, "the answer"),
    ], isLearners: true, sets: { [answerName($0.text("name", or: ""))] }
  ) { fields in
    "answer \(fields.text("name", or: "")): \(fields.text("value", or: ""))"
  } run: { context in
    [answerName(context.fields.text("name", or: "")): context.fields.text("value", or: "")]
  }

  /// The name in `${…}` of the answer to a question.
  static func answerName(_ question: String) -> String { "answer:\(question)" }
}
