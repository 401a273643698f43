extension JSONValue {
  /// Parses one JSON text; anything but white space after it is an error.
  package init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
    self = try withBytes(of: bytes) { (buffer) throws(JSONError) in
      var cursor = JSONCursor(buffer)
      let value = try cursor.readValue()
      try cursor.finish()
      return value
    }
  }

  package init(parsing text: String) throws(JSONError) { try self.init(parsing: text.utf8) }

  /// Compact JSON text.
  package var jsonBytes: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  package var jsonString: String { String(decoding: jsonBytes, as: UTF8.self) }
}

/// Gives the contiguous bytes of a collection to `body`, copying only when it has none.
package func withBytes<Result>(
  of bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws(JSONError) -> Result
) throws(JSONError) -> Result {
  let outcome = bytes.withContiguousStorageIfAvailable { buffer -> Swift.Result<Result, JSONError> in
    do throws(JSONError) { return .success(try body(buffer)) } catch { return .failure(error) }
  }
  if let outcome { return try outcome.get() }
  let copy = Array(bytes)
  let second = copy.withUnsafeBufferPointer { buffer -> Swift.Result<Result, JSONError> in
    do throws(JSONError) { return .success(try body(buffer)) } catch { return .failure(error) }
  }
  return try second.get()
}
