import GroundAPI
import GroundControllers
import JSONBytes
import Kubernetes
import TestSupport
import Testing
import TimeFormat

/// Every number and every quantity of every kind, with values that no arithmetic bears. The paths come from the table of the API's fields.
@Suite("Numbers of every field") struct NumberFuzzTests {
  private enum Step {
    case field(String)
    /// The first element of a list.
    case first
  }

  private struct NumberField {
    var resource: Resource
    var steps: [Step]
    var isQuantity: Bool
    var name: String {
      steps.reduce(into: resource.kind) { text, step in
        switch step {
        case .field(let name): text += ".\(name)"
        case .first: text += "[0]"
        }
      }
    }
  }

  private static let numbers: [JSONValue] = [
    -1, 0, 1, .int(Int64(Int32.max)), .int(Int64(Int32.max) + 1), .int(Int64(Int32.min)), .int(.max), .int(.min), .double(1e300),
    .double(-1e300),
    .double(1e-300), .double(0.5), "-1%", "100%", "99999999999999999999%", "9223372036854775807",
  ]
  private static let quantities: [JSONValue] = [
    "-5", "0", "1e-9223372036854775808", "1e9223372036854775807", "9223372036854775807", "-9223372036854775808", "99999999999Ei", "1e999",
    "1e-999",
    "0.000000000000000000000000000001", "-1n", .int(.max), .int(.min), .double(1e300), "NaN", "",
  ]

  /// All paths to numbers, each message entered once on a path.
  private static let fields: [NumberField] = Resource.all.flatMap { resource -> [NumberField] in
    guard let message = FieldTable.message(group: resource.group, kind: resource.kind) else { return [] }
    var found: [NumberField] = []
    func visit(_ type: FieldTable.FieldType, _ steps: [Step], _ within: [String]) {
      switch type {
      case .int32, .int64, .intOrString, .double: found.append(NumberField(resource: resource, steps: steps, isQuantity: false))
      case .quantity: found.append(NumberField(resource: resource, steps: steps, isQuantity: true))
      case .list(let element): visit(element, steps + [.first], within)
      case .map(let value): visit(value, steps + [.field("cpu")], within)
      case .message(let name):
        guard !within.contains(name), let message = FieldTable.messages[name] else { return }
        for (field, type) in message.byName.sorted(by: { $0.key < $1.key }) { visit(type, steps + [.field(field)], within + [name]) }
      case .text, .flag, .bytes, .time, .raw: break
      }
    }
    visit(.message(message.name), [], [])
    return found
  }

  private static func set(_ value: JSONValue, at steps: ArraySlice<Step>, in object: JSONValue?) -> JSONValue {
    switch steps.first {
    case nil: return value
    case .field(let name)?:
      var result = object?.objectValue == nil ? [:] : object ?? [:]
      result[name] = set(value, at: steps.dropFirst(), in: result[name])
      return result
    case .first?:
      var elements = object?.arrayValue ?? []
      let inner = set(value, at: steps.dropFirst(), in: elements.first)
      if elements.isEmpty { elements = [inner] } else { elements[0] = inner }
      return .array(elements)
    }
  }

  private static func sample(_ field: NumberField, _ name: String, _ random: inout SeededGenerator) -> JSONValue {
    let value = (field.isQuantity ? quantities : numbers).randomElement(using: &random) ?? 0
    return set(value, at: field.steps[...], in: SampleObjects.of(field.resource, name))
  }

  @Test("the table knows the numbers of every kind") func paths() {
    #expect(Self.fields.count > 500)
    for kind in ["Deployment.spec.replicas", "Pod.spec.containers[0].resources.limits.cpu", "Node.status.allocatable.cpu", "Event.count"] {
      #expect(Self.fields.contains { $0.name == kind }, "\(kind)")
    }
  }

  @Test("what comes in is stored or refused in words", arguments: [SeededGenerator.anySeed])
  func comingIn(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let store = try ObjectStore(path: nil, now: TestClock().now)
    for (index, field) in Self.fields.enumerated() {
      let object = Self.sample(field, "x\(index)", &random)
      do {
        try store.create(field.resource, object, by: "test")
      } catch {
        #expect((400..<500).contains(error.code), "seed \(seed), \(field.name): \(error)")
      }
    }
  }

  @Test("what is stored is borne by the controllers and shown", .timeLimit(.minutes(3)), arguments: [SeededGenerator.anySeed])
  func stored(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    // A part of them each time: the others come with other seeds.
    let chosen = Self.fields.shuffled(using: &random).prefix(250)
    let objects = chosen.enumerated().map { index, field in
      var object = Self.sample(field, "x\(index)", &random)
      // On a node that is there, so that the scheduler counts it.
      if field.resource == .pods, index % 2 == 0 { object.set("spec", "nodeName", to: "steady") }
      return (resource: field.resource, object: object)
    }
    try await SampleObjects.withFolder { folder in
      let clock = TestClock()
      let steady = SampleObjects.of(.nodes, "steady")
      let store = try SampleObjects.stored([(.nodes, steady)] + objects, at: folder + "/state.sqlite", now: clock.now)
      let manager = ControllerManager(store: store, controllers: Controllers.all())
      for _ in 0..<3 {
        _ = manager.pass()
        clock.advance(.seconds(30))
      }
      try await ClusterFixture.run(on: store) { cluster in
        for resource in Resource.all {
          #expect(
            await cluster.send("GET", resource.type.path, accept: ClusterFixture.tables)?.status == 200, "seed \(seed), \(resource.id)")
        }
        for entry in objects.prefix(60) {
          let place =
            entry.resource.namespaced ? "\(entry.resource.type.root)/namespaces/default/\(entry.resource.plural)" : entry.resource.type.path
          let answer = await cluster.send("DELETE", "\(place)/\(entry.object.name)")
          #expect(answer != nil && answer?.status != 500, "seed \(seed), \(place)/\(entry.object.name)")
        }
      }
    }
  }

  @Test("an object that the API takes in over HTTP has no wrong number left", arguments: [SeededGenerator.anySeed])
  func overHTTP(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let chosen = Self.fields.shuffled(using: &random).prefix(150)
    let bodies = chosen.enumerated().map { index, field in (field, Self.sample(field, "x\(index)", &random)) }
    try await ClusterFixture.run { cluster in
      for (field, body) in bodies {
        let resource = field.resource
        let place = resource.namespaced ? "\(resource.type.root)/namespaces/default/\(resource.plural)" : resource.type.path
        let answer = await cluster.send("POST", place, body)
        #expect([201, 400, 409, 413, 422].contains(answer?.status ?? 0), "seed \(seed), \(field.name): \(String(describing: answer))")
      }
      #expect(await cluster.send("GET", "/readyz")?.status == 200)
    }
  }
}
