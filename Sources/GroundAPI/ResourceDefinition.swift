import JSONBytes

/// Everything that the API does for objects of one kind and not for others, as Kubernetes' registry strategies hold it
/// (kubernetes, pkg/registry/*/*/strategy.go). What is not given is what most kinds do.
package struct ResourceDefinition: Sendable {
  /// What a name may look like (apimachinery, util/validation).
  enum NameRule: Sendable {
    /// RFC 1123: labels joined by dots, 253 characters.
    case subdomain
    /// RFC 1123: one label, 63 characters.
    case label
    case any
  }

  typealias Causes = [APIError.Cause]

  let resource: Resource
  var name = NameRule.subdomain
  /// Fills in the fields that the client left out (kubernetes, pkg/apis/*/v1/defaults.go).
  var defaults: @Sendable (_ object: inout JSONValue) -> Void = { _ in }
  /// Sets what depends on other objects. Called with the store locked, after the defaults; `old` is `nil` on creation.
  var admit: @Sendable (_ object: inout JSONValue, _ old: JSONValue?, _ others: StoredObjects) throws(APIError) -> Void = {
    (_, _, _) throws(APIError) in
  }
  /// What is wrong with the object; `old` is the one before an update of all but its status, `nil` on creation.
  var validate: @Sendable (_ object: JSONValue, _ old: JSONValue?) -> Causes = { _, _ in [] }
  /// Puts back what an update may not change and need not refuse.
  var prepareUpdate: @Sendable (_ object: inout JSONValue, _ old: JSONValue) -> Void = { _, _ in }
  /// What `kubectl get` prints.
  var columns: [TableColumn] = [.name, .age]
  /// `conditions` of a row in the table; `nil` for none.
  var rowConditions: @Sendable (_ object: JSONValue) -> JSONValue? = { _ in nil }
  /// The fields of field selectors, beside the name and the namespace.
  var selectableFields: [SelectableField] = []
  /// The lists that strategic merge does not replace in whole.
  var mergeKeys = MergeKeys()
  var onDelete = DeletionRules()
  /// A second group that serves the same objects.
  var alias: ResourceAlias?
  var hasManagedFields = true
  /// Whether objects are still made in a namespace that is being deleted.
  var outlivesNamespace = false

  init(_ resource: Resource) { self.resource = resource }

  /// - Parameter fill: sets what this kind does otherwise than most.
  init(_ resource: Resource, _ fill: (inout ResourceDefinition) -> Void) {
    self.resource = resource
    fill(&self)
  }
}

/// How objects of a kind go.
struct DeletionRules: Sendable {
  /// Why an object may not be deleted; `nil` when it may.
  var refusal: @Sendable (_ object: JSONValue) -> String? = { _ in nil }
  /// Seconds between the mark of the deletion and its end; a later deletion can only shorten them.
  var gracePeriod: @Sendable (_ object: JSONValue, _ options: DeleteOptions) -> Int64 = { _, _ in 0 }
  /// What changes in the object when it is marked, beside its metadata.
  var mark: @Sendable (_ object: inout JSONValue) -> Void = { _ in }
  /// Whether nothing but finalizers holds a marked object back.
  var isFinished: @Sendable (_ object: JSONValue) -> Bool = { _ in true }
  /// Whether the deletion's propagation is carried out by finalizers.
  var hasDependents = true
  /// Whether a deletion is answered with the object even when it is gone, not with a `Status`.
  var answersWithObject = false
}

/// The objects beside the one that is admitted.
struct StoredObjects {
  let tables: [String: [ObjectStore.Key: JSONValue]]
  let serviceAddresses: ServiceAddressAllocator

  func all(_ resource: Resource) -> [JSONValue] { tables[resource.id].map { Array($0.values) } ?? [] }
}

/// A field that field selectors may name.
struct SelectableField: Sendable {
  var name: String
  var path: [String]
  /// What a missing field equals.
  var absent: String

  init(_ name: String, at path: String? = nil, absent: String = "") {
    self.name = name
    self.path = (path ?? name).split(separator: ".").map(String.init)
    self.absent = absent
  }

  static let common = [SelectableField("metadata.name"), SelectableField("metadata.namespace")]
}

/// A second group and version under which objects are served, with other names of some fields.
struct ResourceAlias: Sendable {
  var group: String
  var version: String
  /// Pairs of the stored name of a field and the one in this group.
  var names: [(stored: String, shown: String)]

  var apiVersion: String { "\(group)/\(version)" }

  func shown(_ object: JSONValue) -> JSONValue { renamed(object, apiVersion) { ($0.stored, $0.shown) } }

  func stored(_ object: JSONValue, of resource: Resource) -> JSONValue {
    renamed(object, resource.apiVersion) { ($0.shown, $0.stored) }
  }

  /// A field selector's terms under the stored names.
  func stored(fields selector: String) -> String {
    selector.split(separator: ",").map { term in
      let step = names.first { term.hasPrefix("\($0.shown).") }
      return step.map { $0.stored + term.dropFirst($0.shown.count) } ?? String(term)
    }.joined(separator: ",")
  }

  private func renamed(
    _ object: JSONValue, _ apiVersion: String, _ pair: ((stored: String, shown: String)) -> (from: String, to: String)
  ) -> JSONValue {
    var object = object
    object["apiVersion"] = .string(apiVersion)
    for (from, to) in names.map(pair) {
      guard let value = object[from] else { continue }
      object[from] = nil
      object[to] = value
    }
    return object
  }
}
