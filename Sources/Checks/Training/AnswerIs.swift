import MigrationPlan
import StrictYAML

extension CheckDefinition {
  static let answerIs = CheckDefinition(
    id: "training.answer-is", assertion: "The answer is one of those expected.", onFailure: "The answer is not one of them.",
    howToFix: "Look again and answer again.",
    parameters: [CheckFields.answer, SchemaField("expected", .list(.text), required: true, "every answer that is right")]
  ) { context in
    let answer = context.fields.text("answer", or: "")
    let expected = context.fields.texts("expected")
    let isRight = !answer.isEmpty && expected.contains { AnswerWords.of($0) == AnswerWords.of(answer) }
    return context.finding(isRight, answer.isEmpty ? "no answer yet" : "the answer was '\(answer)'", query: "")
  }
}
