package import TimeFormat

/// One line of a CRI log file: `<RFC3339Nano> stdout|stderr F|P <text>`.
package struct CRIEntry {
  package var time: Timestamp
  /// The time as it stands.
  package var stamp: ArraySlice<UInt8>
  package var isPartial: Bool
  package var text: ArraySlice<UInt8>

  /// - Parameter line: without its newline. `nil` when it is not of this format.
  package init?(_ line: ArraySlice<UInt8>) {
    guard let first = line.firstIndex(of: 0x20), let second = line[(first + 1)...].firstIndex(of: 0x20), second + 2 < line.endIndex + 1
    else { return nil }
    let tag = line[(second + 1)...]
    guard let kind = tag.first, kind == UInt8(ascii: "F") || kind == UInt8(ascii: "P") else { return nil }
    guard tag.count == 1 || tag[tag.startIndex + 1] == 0x20 else { return nil }
    stamp = line[..<first]
    guard let time = stamp.withUnsafeBufferPointer({ Timestamp(rfc3339: $0) }) else { return nil }
    self.time = time
    isPartial = kind == UInt8(ascii: "P")
    text = tag.dropFirst(2)
  }
}
