import FoundationEssentials
import JSONBytes
import TimeFormat

/// Reads the bodies that typed clients such as `kubectl create` send (kubernetes, `application/vnd.kubernetes.protobuf`): four bytes, then a
/// `runtime.Unknown` with the kind and the object's message. The answer is the object as JSON.
///
/// A message has no sign of what was left out: Kubernetes writes fields that are no pointers even where they are empty. What is empty is
/// left out here, but for the fields where nothing, zero and no differ.
enum Protobuf {
  static let mediaType = "application/vnd.kubernetes.protobuf"

  private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

  /// Fields that are pointers in Kubernetes' types, so that zero, false and an empty object are there because the client said so.
  private static let meant: Set<String> = [
    "replicas", "revisionHistoryLimit", "terminationGracePeriodSeconds", "partition", "progressDeadlineSeconds", "tolerationSeconds",
    "priority", "runAsUser", "runAsGroup", "fsGroup", "activeDeadlineSeconds", "defaultMode", "mode", "optional", "gracePeriodSeconds",
    "readOnlyRootFilesystem", "allowPrivilegeEscalation", "privileged", "runAsNonRoot", "enableServiceLinks", "orphanDependents",
    "automountServiceAccountToken", "immutable", "controller", "blockOwnerDeletion", "shareProcessNamespace", "hostUsers", "ready",
    "serving", "terminating", "maxSurge", "maxUnavailable", "minAvailable", "emptyDir", "podSelector", "labelSelector",
    "namespaceSelector", "rollingUpdate",
  ]

  private struct Failure: Error, CustomStringConvertible {
    var description: String { "Expected a message in the wire format of protobuf, but it is cut, or a field has another type." }
  }

  /// Throws 400 for what is no such body, or of a kind that the table does not have.
  static func object(_ bytes: [UInt8], group: String) throws(APIError) -> JSONValue {
    guard bytes.starts(with: magic) else { throw .badRequest("the body of the request is not in Kubernetes' protobuf format") }
    do {
      var kind = ""
      var apiVersion = ""
      var raw: ArraySlice<UInt8> = []
      var unknown = Reader(bytes: bytes.dropFirst(magic.count))
      while let field = try unknown.next() {
        switch (field.number, field.value) {
        case (1, .bytes(let meta)):
          var reader = Reader(bytes: meta)
          while let field = try reader.next() {
            guard case .bytes(let text) = field.value else { continue }
            if field.number == 1 { apiVersion = String(decoding: text, as: UTF8.self) }
            if field.number == 2 { kind = String(decoding: text, as: UTF8.self) }
          }
        case (2, .bytes(let content)): raw = content
        default: break
        }
      }
      guard let message = FieldTable.message(group: group, kind: kind) ?? FieldTable.messages[kind] else {
        throw APIError.badRequest("the kind \(kind) of the body cannot be read as protobuf here: send it as application/json")
      }
      var object = try self.message(raw, message, depth: 0)
      object["kind"] = .string(kind)
      object["apiVersion"] = .string(apiVersion)
      return object
    } catch let error as APIError {
      throw error
    } catch {
      throw .badRequest("the body of the request is not in Kubernetes' protobuf format: it is cut, or its fields have other types")
    }
  }

  private static func message(_ bytes: ArraySlice<UInt8>, _ message: FieldTable.Message, depth: Int) throws -> JSONValue {
    guard depth < 64 else { throw Failure() }
    var object = JSONObject()
    var lists: [String: [JSONValue]] = [:]
    var reader = Reader(bytes: bytes)
    while let read = try reader.next() {
      guard let field = message.fields.first(where: { $0.number == read.number }) else { continue }
      switch field.type {
      case .list(let element): lists[field.name, default: []].append(try value(read.value, element, "", depth) ?? .null)
      case .map(let element):
        guard case .bytes(let entry) = read.value else { throw Failure() }
        var key = ""
        var content: JSONValue = ""
        var pair = Reader(bytes: entry)
        while let part = try pair.next() {
          if part.number == 1, case .bytes(let text) = part.value { key = String(decoding: text, as: UTF8.self) }
          if part.number == 2 { content = try value(part.value, element, "", depth) ?? content }
        }
        var members = object[field.name]?.objectValue ?? [:]
        members[key] = content
        object[field.name] = .object(members)
      default:
        guard let content = try value(read.value, field.type, field.name, depth) else { continue }
        if field.name.isEmpty {
          for member in content.objectValue ?? [:] { object[member.key] = member.value }
        } else if !isEmpty(content) || meant.contains(field.name) {
          object[field.name] = content
        }
      }
    }
    for (name, elements) in lists { object[name] = .array(elements) }
    return .object(object)
  }

  private static func isEmpty(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .bool(false), .int(0), .string(""): true
    case .object(let members): members.isEmpty
    default: false
    }
  }

  /// `nil` for a time that is not given.
  private static func value(_ value: Reader.Value, _ type: FieldTable.FieldType, _ name: String, _ depth: Int) throws -> JSONValue? {
    switch (type, value) {
    case (.flag, .varint(let number)): return .bool(number != 0)
    case (.int32, .varint(let number)), (.int64, .varint(let number)): return .int(Int64(bitPattern: number))
    case (.double, .fixed64(let bits)): return .double(Double(bitPattern: bits))
    case (.text, .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
    case (.bytes, .bytes(let bytes)): return .string(Data(bytes).base64EncodedString())
    case (.quantity, .bytes(let bytes)): return .string(String(decoding: try inner(bytes, 1) ?? [], as: UTF8.self))
    case (.raw, .bytes(let bytes)): return try JSONValue(parsing: Array(try inner(bytes, 1) ?? []))
    case (.time, .bytes(let bytes)):
      var seconds: Int64 = 0
      var nanoseconds: Int64 = 0
      var reader = Reader(bytes: bytes)
      while let field = try reader.next() {
        guard case .varint(let number) = field.value else { throw Failure() }
        if field.number == 1 { seconds = Int64(bitPattern: number) }
        if field.number == 2 { nanoseconds = Int64(bitPattern: number) }
      }
      if seconds == 0, nanoseconds == 0 { return nil }
      let moment = Timestamp(nanoseconds: 0) + .seconds(seconds) + .nanoseconds(nanoseconds)
      return .string(moment.rfc3339(nanoseconds == 0 ? .seconds : .microseconds))
    case (.intOrString, .bytes(let bytes)):
      var isText = false
      var number: Int64 = 0
      var text = ""
      var reader = Reader(bytes: bytes)
      while let field = try reader.next() {
        switch (field.number, field.value) {
        case (1, .varint(let kind)): isText = kind == 1
        case (2, .varint(let value)): number = Int64(bitPattern: value)
        case (3, .bytes(let bytes)): text = String(decoding: bytes, as: UTF8.self)
        default: break
        }
      }
      return isText ? .string(text) : .int(number)
    case (.message(let name), .bytes(let bytes)):
      guard let inner = FieldTable.messages[name] else { throw Failure() }
      return try message(bytes, inner, depth: depth + 1)
    default: throw Failure()
    }
  }

  /// The bytes of one field of a message.
  private static func inner(_ bytes: ArraySlice<UInt8>, _ number: Int) throws -> ArraySlice<UInt8>? {
    var reader = Reader(bytes: bytes)
    var found: ArraySlice<UInt8>?
    while let field = try reader.next() {
      if field.number == number, case .bytes(let content) = field.value { found = content }
    }
    return found
  }

  /// The wire format: tags, varints and lengths (protobuf.dev, "Encoding").
  private struct Reader {
    enum Value {
      case varint(UInt64)
      case fixed64(UInt64)
      case fixed32(UInt32)
      case bytes(ArraySlice<UInt8>)
    }

    var bytes: ArraySlice<UInt8>

    /// `nil` at the end.
    mutating func next() throws -> (number: Int, value: Value)? {
      if bytes.isEmpty { return nil }
      let tag = try varint()
      let number = Int(clamping: tag >> 3)
      switch tag & 7 {
      case 0: return (number, .varint(try varint()))
      case 1: return (number, .fixed64(try fixed(8)))
      case 2:
        let count = try varint()
        guard count <= UInt64(bytes.count) else { throw Failure() }
        defer { bytes = bytes.dropFirst(Int(count)) }
        return (number, .bytes(bytes.prefix(Int(count))))
      case 5: return (number, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
      default: throw Failure()
      }
    }

    private mutating func varint() throws -> UInt64 {
      var result: UInt64 = 0
      var shift: UInt64 = 0
      while let byte = bytes.popFirst(), shift < 64 {
        result |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return result }
        shift += 7
      }
      throw Failure()
    }

    private mutating func fixed(_ count: Int) throws -> UInt64 {
      guard bytes.count >= count else { throw Failure() }
      defer { bytes = bytes.dropFirst(count) }
      return bytes.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}
