import JSONBytes
import Kubernetes
import Testing

@Suite("Label selectors")
struct LabelSelectorTests {
  @Test(arguments: [
    ("app=x", true), ("app==x", true), ("app!=x", false), ("app", true), ("!app", false), ("!other", true), ("n>2", true), ("n<2", false),
    ("app in (x, y)", true), ("app notin (x)", false), ("other notin (x)", true), ("app=x,n>2", true), ("app=x,!n", false), ("", true),
  ])
  func parsing(text: String, isMatch: Bool) throws {
    let selector = try LabelSelector(parsing: text)
    #expect(selector.matches(["app": "x", "n": "3"] as [String: String]) == isMatch, "\(text)")
    #expect(selector.matches(["app": "x", "n": "3"] as JSONValue) == isMatch, "\(text)")
  }

  @Test(arguments: ["==", "a in", "a in (", ",", "a=b,,", "a b", "a>x", "-=1"]) func wrong(text: String) {
    #expect(throws: SelectorError.self) { try LabelSelector(parsing: text) }
  }

  @Test("a missing selector selects nothing, an empty one everything") func empty() {
    #expect(!LabelSelector(object: nil).matches(["a": "b"] as [String: String]))
    #expect(LabelSelector(object: [:]).matches(["a": "b"] as [String: String]))
  }

  @Test func expressions() {
    let selector = LabelSelector(object: [
      "matchLabels": ["app": "web"], "matchExpressions": [["key": "tier", "operator": "NotIn", "values": ["back"]]],
    ])
    #expect(selector.matches(["app": "web", "tier": "front"] as [String: String]))
    #expect(!selector.matches(["app": "web", "tier": "back"] as [String: String]))
    #expect(!LabelSelector(object: ["matchExpressions": [["key": "a", "operator": "Near"]]]).matches(["a": "b"] as [String: String]))
  }

  @Test func names() {
    #expect(NameRules.isDNSLabel("web-1") && !NameRules.isDNSLabel("web.1") && !NameRules.isDNSLabel("-web") && !NameRules.isDNSLabel(""))
    #expect(NameRules.isDNSSubdomain("a.b-c.d") && !NameRules.isDNSSubdomain("a..b"))
    #expect(NameRules.isLabelKey("app.kubernetes.io/name") && !NameRules.isLabelKey("a/b/c") && !NameRules.isLabelKey("/b"))
    #expect(NameRules.isLabelValue("") && NameRules.isLabelValue("A_1.b") && !NameRules.isLabelValue("a b"))
  }
}
