import Foundation
import Hummingbird
import NIOCore
import ServiceKit
import TimeFormat

/// Bodies and parameters of requests and messages.
enum Wire {
  static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Array(try encoder.encode(value))
  }

  static func buffer(_ value: some Encodable) throws -> ByteBuffer { ByteBuffer(bytes: try bytes(value)) }

  static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: some Collection<UInt8>) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }

  /// A request's JSON body, of at most 64 KiB.
  ///
  /// - Throws: 400 with an example of what was expected, or 413.
  static func body<Value: Decodable>(_ type: Value.Type, of request: Request, expected: String) async throws -> Value {
    let buffer: ByteBuffer
    do {
      buffer = try await request.body.collect(upTo: 64 * 1024)
    } catch is NIOTooManyBytesError {
      throw HTTPError(.contentTooLarge, message: "Expected a body of at most 64 KiB.")
    }
    do { return try decode(type, buffer.readableBytesView) } catch {
      throw HTTPError(.badRequest, message: "Expected a JSON body like \(expected).")
    }
  }

  static func parameter(_ name: String, _ context: ServiceContext) throws -> String {
    let value = try context.parameters.require(name)
    guard Identifiers.isValid(value) else { throw HTTPError(.notFound, message: "Id '\(value.prefix(64))' not found.") }
    return value
  }

  /// The query parameter `limit`, from 1 to 500; 50 when it is missing.
  static func limit(_ request: Request) throws -> Int {
    guard let text = request.uri.queryParameters.get("limit") else { return 50 }
    guard let limit = Int(text), (1...500).contains(limit) else {
      throw HTTPError(.badRequest, message: "Expected limit from 1 to 500, but got '\(text.prefix(20))'.")
    }
    return limit
  }

  static func now() -> String {
    Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1000) * 1_000_000).rfc3339(.milliseconds)
  }
}

extension Wire {
  /// Whether the same request would be answered so again: 4xx, but for those that ask to try later (RFC 9110, 15.5; RFC 6585, 4).
  static func isPermanent(_ status: Int) -> Bool { (400..<500).contains(status) && ![408, 425, 429].contains(status) }
}

/// Ids of accounts, items, orders and reports: 1 to 64 characters that need no escape in a path.
enum Identifiers {
  static func isValid(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
          || byte == UInt8(ascii: ".")
      }
  }

  /// `o-` and twelve random hex digits.
  static func make(_ prefix: String) -> String {
    let digits = String(UInt64.random(in: 0..<(1 << 48)), radix: 16)
    return prefix + "-" + String(repeating: "0", count: 12 - digits.count) + digits
  }
}

/// The stores are files of one folder, which all pods of the app share.
enum Storage {
  static func path(_ file: String, _ environment: ServiceEnvironment) throws -> String {
    let folder = environment.dataDirectory
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ConfigurationError("Cannot create the data folder \(folder): mount a writable volume there, or set DATA_DIR.")
    }
    return folder + "/" + file
  }

  static func queue(_ environment: ServiceEnvironment) throws -> EmbeddedQueue {
    try EmbeddedQueue(path: try path("queue.sqlite", environment))
  }
}
