import GroundAPI
import JSONBytes
import TestSupport
import Testing
import TimeFormat

/// Patches go through the store's HTTP front as clients send them; these are their rules.
@Suite struct PatchTests {
  @Test(arguments: [
    // RFC 7386, appendix A.
    (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
    (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
    (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
    (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
    (#"{"a":"foo"}"#, #"null"#, #"null"#), (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
    (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
  ]) func mergePatch(target: String, patch: String, result: String) throws {
    let merged = MergePatch.apply(try JSONValue(parsing: patch), to: try JSONValue(parsing: target))
    #expect(merged == (try JSONValue(parsing: result)))
  }

  @Test(arguments: [
    (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#, #"{"baz":"qux","foo":"bar"}"#),
    (#"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#, #"{"foo":["bar","qux","baz"]}"#),
    (#"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["x"]}]"#, #"{"foo":["bar",["x"]]}"#),
    (#"{"baz":"qux","foo":"bar"}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":"bar"}"#),
    (#"{"foo":["a","b","c"]}"#, #"[{"op":"move","from":"/foo/0","path":"/foo/2"}]"#, #"{"foo":["b","c","a"]}"#),
    (#"{"a/b":1,"m~n":8}"#, #"[{"op":"test","path":"/a~1b","value":1},{"op":"replace","path":"/m~0n","value":9}]"#, #"{"a/b":1,"m~n":9}"#),
    (#"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a","path":"/c"}]"#, #"{"a":{"b":1},"c":{"b":1}}"#),
  ]) func jsonPatch(target: String, patch: String, result: String) throws {
    #expect(try JSONPatch.apply(JSONValue(parsing: patch), to: JSONValue(parsing: target)) == JSONValue(parsing: result))
  }

  @Test(arguments: [
    #"[{"op":"test","path":"/a","value":2}]"#, #"[{"op":"remove","path":"/zz"}]"#, #"[{"op":"add","path":"/l/9","value":1}]"#,
    #"[{"op":"add","path":"/l/01","value":1}]"#, #"[{"op":"move","from":"/o","path":"/o/x"}]"#, #"[{"op":"spin","path":"/a"}]"#,
    #"[{"op":"replace","path":"a","value":1}]"#, #"{"op":"add"}"#, #"[{"op":"add","path":"/b"}]"#,
  ]) func badJSONPatchesAreRefused(patch: String) throws {
    let target = try JSONValue(parsing: #"{"a":1,"l":[1,2],"o":{"p":1}}"#)
    let body = try JSONValue(parsing: patch)
    #expect(throws: APIError.self) { try JSONPatch.apply(body, to: target) }
  }

  private func strategic(_ target: String, _ patch: String) throws -> JSONValue {
    try StrategicMerge.apply(JSONValue(parsing: patch), to: JSONValue(parsing: target), of: .pods)
  }

  @Test func containersMergeByName() throws {
    let merged = try strategic(
      #"{"spec":{"containers":[{"name":"a","image":"1","env":[{"name":"X","value":"1"}]},{"name":"b","image":"1"}]}}"#,
      #"{"spec":{"containers":[{"name":"a","image":"2","env":[{"name":"Y","value":"2"}]}]}}"#)
    #expect(
      merged
        == (try JSONValue(
          parsing:
            #"{"spec":{"containers":[{"name":"a","image":"2","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]},{"name":"b","image":"1"}]}}"#
        )))
  }

  @Test func directives() throws {
    #expect(
      try strategic(#"{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}"#, #"{"spec":{"containers":[{"$patch":"delete","name":"a"}]}}"#)
        == JSONValue(parsing: #"{"spec":{"containers":[{"name":"b"}]}}"#))
    #expect(
      try strategic(#"{"spec":{"containers":[{"name":"a"}]}}"#, #"{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}"#)
        == JSONValue(parsing: #"{"spec":{"containers":[{"name":"c"}]}}"#))
    #expect(
      try strategic(
        #"{"metadata":{"finalizers":["a","b"]}}"#, #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["c"]}}"#)
        == JSONValue(parsing: #"{"metadata":{"finalizers":["b","c"]}}"#))
    #expect(
      try strategic(
        #"{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}"#,
        #"{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"#)
        == JSONValue(parsing: #"{"spec":{"strategy":{"type":"Recreate"}}}"#))
    #expect(
      try strategic(
        #"{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}"#,
        #"{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],"containers":[{"name":"a","image":"2"}]}}"#)["spec"]?[
          "containers"]?
        .arrayValue?.compactMap { $0["name"]?.stringValue } == ["c", "a", "b"])
    #expect(
      try strategic(#"{"spec":{"a":{"x":1},"selector":{"y":1}}}"#, #"{"spec":{"$patch":"replace","a":{"z":1}}}"#)
        == JSONValue(parsing: #"{"spec":{"a":{"z":1}}}"#))
    #expect(
      try strategic(#"{"spec":{"args":["a","b"],"taints":[{"key":"k"}]}}"#, #"{"spec":{"args":["c"],"taints":null}}"#)
        == JSONValue(parsing: #"{"spec":{"args":["c"]}}"#))
  }

  /// Whatever comes, a patch gives an object or an error in words; and merging what is there changes nothing.
  @Test func fuzz() throws {
    var random = SeededGenerator(seed: 42)
    for _ in 0..<3000 {
      let target = Self.tree(&random, 4)
      let patch = Self.tree(&random, 4)
      _ = try? StrategicMerge.apply(patch, to: target, of: .pods)
      _ = try? JSONPatch.apply(patch, to: target)
      let merged = MergePatch.apply(patch, to: target)
      #expect(MergePatch.apply(patch, to: merged) == merged, "a merge patch is idempotent")
      if case .object = target { #expect(MergePatch.apply([:], to: target) == target) }
      if case .object = target, let same = try? StrategicMerge.apply([:], to: target, of: .pods) { #expect(same == target) }
    }
  }

  private static func tree(_ random: inout SeededGenerator, _ depth: Int) -> JSONValue {
    let words = [
      "spec", "containers", "name", "$patch", "replace", "delete", "a", "env", "$setElementOrder/env", "op", "path", "/a/0", "add",
      "finalizers", "metadata",
    ]
    func word(_ random: inout SeededGenerator) -> String { words.randomElement(using: &random) ?? "" }
    switch Int.random(in: 0..<(depth == 0 ? 4 : 7), using: &random) {
    case 0: return .null
    case 1: return .int(Int64.random(in: 0..<3, using: &random))
    case 2, 3: return .string(word(&random))
    case 4: return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in tree(&random, depth - 1) })
    default:
      var object: JSONValue = [:]
      for _ in 0..<Int.random(in: 0..<5, using: &random) { object[word(&random)] = tree(&random, depth - 1) }
      return object
    }
  }
}
