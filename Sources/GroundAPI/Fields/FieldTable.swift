/// The fields of the kinds that this API serves: names, types and numbers, as Kubernetes publishes them. Strict decoding and the decoding
/// of protobuf both read it.
///
/// A line of the table is a message and its fields, `name:number:type`; `[T]` is a list, `{T}` an object whose values are of one type, and
/// the name `*` stands for a message whose fields JSON has in place of it.
package enum FieldTable {
  package indirect enum FieldType: Sendable {
    case text, flag, int32, int64, bytes, double
    /// RFC 3339 in JSON; seconds and nanoseconds in protobuf.
    case time
    case quantity
    /// A number, or a text such as a percentage or the name of a port.
    case intOrString
    /// Any JSON.
    case raw
    case message(String)
    case list(FieldType)
    case map(FieldType)

    init(_ word: Substring) {
      switch word {
      case "string": self = .text
      case "bool": self = .flag
      case "int32": self = .int32
      case "int64": self = .int64
      case "bytes": self = .bytes
      case "double": self = .double
      case "Time", "MicroTime": self = .time
      case "Quantity": self = .quantity
      case "IntOrString": self = .intOrString
      case "Raw": self = .raw
      default:
        if word.hasPrefix("[") {
          self = .list(FieldType(word.dropFirst().dropLast()))
        } else if word.hasPrefix("{") {
          self = .map(FieldType(word.dropFirst().dropLast()))
        } else {
          self = .message(String(word))
        }
      }
    }
  }

  package struct Field: Sendable {
    /// Empty for a message whose fields JSON has in place of it.
    package var name: String
    package var number: Int
    package var type: FieldType
  }

  package struct Message: Sendable {
    package var name: String
    package var fields: [Field]
    /// As JSON has them, those of inlined messages too.
    package var byName: [String: FieldType]
  }

  package static let messages: [String: Message] = {
    var messages: [String: Message] = [:]
    // A line that begins with a space goes on with the message before it.
    for line in [meta, core, groups].joined(separator: "\n").replacing("\n  ", with: " ").split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let name = words.first.map(String.init) else { continue }
      let fields = words.dropFirst().compactMap { word -> Field? in
        let parts = word.split(separator: ":")
        guard parts.count == 3, let number = Int(parts[1]) else { return nil }
        return Field(name: parts[0] == "*" ? "" : String(parts[0]), number: number, type: FieldType(parts[2]))
      }
      messages[name] = Message(name: name, fields: fields, byName: [:])
    }
    let lines = messages
    return lines.mapValues { Message(name: $0.name, fields: $0.fields, byName: flattened($0, lines)) }
  }()

  private static func flattened(_ message: Message, _ messages: [String: Message]) -> [String: FieldType] {
    var all: [String: FieldType] = [:]
    for field in message.fields {
      if !field.name.isEmpty {
        all[field.name] = field.type
      } else if case .message(let name) = field.type, let inlined = messages[name] {
        all.merge(flattened(inlined, messages)) { own, _ in own }
      }
    }
    return all
  }

  /// The message of a kind in a group.
  package static func message(group: String, kind: String) -> Message? {
    messages[group == "events.k8s.io" ? "events.\(kind)" : kind]
  }
}
