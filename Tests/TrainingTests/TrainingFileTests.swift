import Checks
import Foundation
import MigrationPlan
import StrictYAML
import Testing
import Training

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

@Suite("Lesson and demo files")
struct TrainingFileTests {
  static func lesson() throws -> Lesson {
    let text = try String(contentsOf: root.appending(path: "lessons/03-follow-an-id/lesson.yaml"), encoding: .utf8)
    let (lesson, diagnostics) = LessonParser.parse(text, file: "lesson.yaml", checks: CheckLibrary.parameterTables)
    return try #require(lesson, "\(diagnostics.map(\.text).joined(separator: "\n"))")
  }

  static func demo() throws -> Demo {
    let text = try String(contentsOf: root.appending(path: "demos/01-one-id-through-stdout.demo.yaml"), encoding: .utf8)
    let (demo, diagnostics) = DemoParser.parse(text, file: "demo.yaml", checks: CheckLibrary.parameterTables)
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.text))")
    return try #require(demo)
  }

  @Test("the lesson and the demo that are shipped have no findings")
  func shipped() throws {
    let lesson = try Self.lesson()
    #expect(lesson.steps.map(\.id) == ["find-the-records", "name-the-failing-service", "outlive-the-pod"])
    #expect(lesson.steps.allSatisfy { $0.hints.count == 3 && !$0.verify.isEmpty && !$0.wrongPaths.isEmpty })
    let demo = try Self.demo()
    #expect(demo.columns == 120 && demo.rows == 40)
    #expect(demo.steps.count == 7)
    #expect(demo.reveals.map(\.weight).reduce(0, +) == 3)
  }

  @Test("every error of a bad lesson at once")
  func badLesson() {
    let text = """
      id: x
      number: 3
      title: X
      facility: logging
      concepts: [a]
      minutes: soon
      seed: 1
      story: "${tikcet}"
      variables: {ticket: t}
      setup: [{send: {request: r, requestId: a, expct: failure}, traffic: {requests: 1}}, {explode: {}}, {answer: {name: service, value: x}}]
      reset: []
      steps:
        - id: one
          task: T
          asks: [service]
          verify: [{check: training.answer-iss}]
          hints: [a, b]
          solve: [{answer: {name: servce, value: x}}]
      debrief: D
      review: []
      """
    let (lesson, diagnostics) = LessonParser.parse(text, file: "l", checks: CheckLibrary.parameterTables)
    #expect(lesson == nil)
    #expect(
      diagnostics.map { "\($0.line): \($0.message)\($0.suggestion.map { " ~\($0)" } ?? "")" } == [
        "6: minutes: expected a whole number from 1 to 240, came 'soon'",
        "8: nothing sets '${tikcet}' ~ticket",
        "10: expected one action per entry, got 2",
        "10: unknown key 'expct' in the parameters of send ~expect",
        "10: unknown key 'explode' in an action; its keys are \(ActionLibrary.all.map(\.id).joined(separator: ", "))",
        "10: 'answer' is a trainee's action; use it only in solve and in wrong paths",
        "16: there is no check 'training.answer-iss' ~training.answer-is",
        "17: hints: expected exactly three, came 2",
        "18: the step does not ask for 'servce'; nothing may be verified that the task does not ask for",
      ])
  }

  @Test("every error of a bad demo at once, and its warnings")
  func badDemo() {
    let text = """
      demo: 1
      title: D
      sprint: 1
      facility: logging
      reveals: [{concept: a, weight: 4}]
      minutes: 5
      size: 12x40
      seed: 1
      steps:
        - id: one
          say: Hello
          do: [{keys: "4"}, {comand: logs}]
          expect: [{text: a, model: b}, {model: page}, {text: a, atLeast: 3}]
        - id: one
          say: Again
          do: [{keys: ["4"]}]
      """
    let (demo, diagnostics) = DemoParser.parse(text, file: "d")
    #expect(demo == nil)
    #expect(
      diagnostics.map { "\($0.line) \($0.severity.rawValue): \($0.message.prefix(60))" } == [
        "5 error: reveals[0].weight: expected a whole number from 1 to 3, came",
        "7 error: size: expected columns x rows from 80x24 to 500x200, e.g. 12",
        "10 warning: no step is a checkpoint: after a failure there is no step to",
        "10 warning: step 'one' has no fallback; say what to do when it fails",
        "12 error: steps[0].do[0].keys: expected a list, each entry text, came ",
        "12 error: unknown key 'comand' in an action",
        "13 error: expected one of text, model or check, came text and model",
        "13 error: expected one of is, contains or atLeast for the model's valu",
        "13 error: 'atLeast' compares a value of the model; expected 'model' be",
        "14 warning: step 'one' has actions but no expectations: a rehearsal cann",
        "14 warning: step 'one' has no fallback; say what to do when it fails",
        "14 error: the id 'one' names two entries of kind step; every id may oc",
      ])
  }

  @Test("any damage to a file gives findings, never a crash")
  func fuzz() throws {
    let text = try String(contentsOf: root.appending(path: "lessons/03-follow-an-id/lesson.yaml"), encoding: .utf8)
    let demo = try String(contentsOf: root.appending(path: "demos/01-one-id-through-stdout.demo.yaml"), encoding: .utf8)
    var seed: UInt64 = 7
    func random(_ limit: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % limit
    }
    let noise = Array("{}[]:,-\"'\n #&*|?!%\u{7}".unicodeScalars)
    for base in [text, demo] {
      let scalars = Array(base.unicodeScalars)
      for _ in 0..<60 {
        var damaged = scalars
        for _ in 0...random(6) { damaged[random(damaged.count)] = noise[random(noise.count)] }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: damaged)
        let lesson = LessonParser.parse(String(view), file: "f", checks: CheckLibrary.parameterTables)
        #expect(lesson.lesson != nil || lesson.diagnostics.hasErrors)
        let demo = DemoParser.parse(String(view), file: "f", checks: CheckLibrary.parameterTables)
        #expect(demo.demo != nil || demo.diagnostics.hasErrors)
      }
    }
  }
}
