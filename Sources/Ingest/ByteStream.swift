import CZlib
import CZstd
import Glibc

/// Why a file could not be read to its end, in one sentence. What was read before is kept.
package struct IngestError: Error, Sendable, Hashable, CustomStringConvertible {
  package var sentence: String
  package var description: String { sentence }

  package init(sentence: String) { self.sentence = sentence }
}

/// Bytes of a file, unpacked if it is packed. The kind of packing is told by the first bytes, not by the name.
final class ByteStream {
  private let file: OpenFile
  private let path: String
  private let isStopped: () -> Bool
  private var unpacking: Unpacking = .unknown
  private var input: [UInt8]
  private var inputRange = 0..<0
  private var isAtEnd = false
  /// Bytes of the file itself that were read.
  private(set) var bytesRead: Int64 = 0
  /// The file's size when it was opened: what is appended later is not read, so that a file which grows has an end. `nil` for a pipe.
  let size: Int64?

  private enum Unpacking {
    case unknown, none
    case gzip(GzipDecoder)
    case zstd(ZstdDecoder)
  }

  /// - Parameters:
  ///   - path: `-` is the standard input.
  ///   - isStopped: asked while a pipe has no bytes; then reading throws.
  init(path: String, isStopped: @escaping () -> Bool) throws(IngestError) {
    self.isStopped = isStopped
    self.path = path == "-" ? "the standard input" : path
    if path == "-" {
      file = OpenFile(descriptor: 0)
      size = nil
    } else {
      guard let opened = OpenFile(path) else { throw IngestError(sentence: "Opening \(path) failed: \(FileSystem.lastError).") }
      guard let status = opened.status, !status.isFolder else {
        throw IngestError(sentence: "Expected a file of log lines, but \(path) is a folder; name the files in it.")
      }
      file = opened
      size = status.size > 0 ? status.size : nil
    }
    if let sentence = EndlessInput.sentence(file.descriptor, self.path) { throw IngestError(sentence: sentence) }
    input = [UInt8](repeating: 0, count: 256 * 1024)
  }

  /// Fills a part of the buffer; 0 at the end.
  func read(into output: UnsafeMutableRawBufferPointer) throws(IngestError) -> Int {
    while true {
      if inputRange.isEmpty, !isAtEnd { try fill() }
      switch unpacking {
      case .unknown:
        // The magic number may come in pieces from a pipe.
        if inputRange.count < 4, !isAtEnd {
          try fillMore()
          continue
        }
        unpacking = try recognize()
      case .none:
        let count = Swift.min(output.count, inputRange.count)
        input.withUnsafeBytes { bytes in output.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[inputRange.prefix(count)])) }
        inputRange.removeFirst(count)
        return count
      case .gzip(let decoder):
        let isLast = inputRange.isEmpty && isAtEnd
        let step = try decoder.decode(&input, &inputRange, output, isAtEnd: isAtEnd, path)
        if step > 0 || isLast { return step }
      case .zstd(let decoder):
        let isLast = inputRange.isEmpty && isAtEnd
        let step = try decoder.decode(&input, &inputRange, output, isAtEnd: isAtEnd, path)
        if step > 0 || isLast { return step }
      }
    }
  }

  private func recognize() throws(IngestError) -> Unpacking {
    let start = Array(input[inputRange.prefix(4)])
    if start.starts(with: [0x1F, 0x8B]) { return .gzip(try GzipDecoder()) }
    if start == [0x28, 0xB5, 0x2F, 0xFD] { return .zstd(try ZstdDecoder()) }
    for (magic, name) in [([0x42, 0x5A, 0x68], "bzip2"), ([0xFD, 0x37, 0x7A, 0x58], "xz"), ([0x50, 0x4B, 0x03, 0x04], "zip")]
      as [([UInt8], String)]
    where start.starts(with: magic) {
      throw IngestError(sentence: "Expected log lines, plain or packed by gzip or zstd, but \(path) is packed by \(name); unpack it first.")
    }
    return .none
  }

  /// Another program may take its time to write into a pipe: who reads must not be deaf meanwhile.
  private func waitForBytes(_ descriptor: Int32) throws(IngestError) {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&wanted, 1, 1000) <= 0 {
      if isStopped() { throw IngestError(sentence: "Reading \(path) was stopped.") }
    }
  }

  private func fill() throws(IngestError) {
    inputRange = 0..<0
    try fillMore()
  }

  private func fillMore() throws(IngestError) {
    let start = inputRange.upperBound
    let descriptor = file.descriptor
    let wanted = Swift.min(Int64(input.count - start), size.map { $0 - bytesRead } ?? .max)
    guard wanted > 0 else {
      isAtEnd = true
      return
    }
    if size == nil { try waitForBytes(descriptor) }
    while true {
      let count = input.withUnsafeMutableBytes { bytes in
        Glibc.read(descriptor, bytes.baseAddress.map { $0 + start }, Int(wanted))
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        try waitForBytes(descriptor)
        continue
      }
      guard count >= 0 else { throw IngestError(sentence: "Reading \(path) failed: \(FileSystem.lastError).") }
      if count == 0 {
        isAtEnd = true
        if let size {
          throw IngestError(
            sentence: "Expected \(size) bytes in \(path), but it was cut to \(bytesRead) while it was read; what came until there was read."
          )
        }
      }
      bytesRead += Int64(count)
      inputRange = inputRange.lowerBound..<start + count
      return
    }
  }
}

/// gzip (RFC 1952), several members one after the other included.
private final class GzipDecoder {
  private let stream: UnsafeMutablePointer<z_stream>
  private var isInMember = true
  /// Told after what came before it.
  private var damage: IngestError?

  init() throws(IngestError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 to ask for gzip's header.
    guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw IngestError(sentence: "Starting to unpack gzip failed: there is not enough memory.")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func decode(
    _ input: inout [UInt8], _ range: inout Range<Int>, _ output: UnsafeMutableRawBufferPointer, isAtEnd: Bool, _ path: String
  ) throws(IngestError) -> Int {
    if let damage { throw damage }
    if !isInMember {
      // Padding with zeros after the last member is allowed.
      while let first = range.first, input[first] == 0 { range.removeFirst() }
      guard !range.isEmpty else { return 0 }
      guard input[range.lowerBound] == 0x1F else {
        range = range.upperBound..<range.upperBound
        throw IngestError(
          sentence: "Expected \(path) to end after its packed data, but other bytes follow; what came before them was read.")
      }
      inflateReset(stream)
      isInMember = true
    }
    if range.isEmpty, isAtEnd {
      isInMember = false
      throw IngestError(
        sentence: "Expected the end of the gzip data in \(path), but the file ends before it; what came until there was read.")
    }
    let consumedFrom = range.lowerBound
    let available = range
    let result = input.withUnsafeMutableBytes { bytes -> Int32 in
      stream.pointee.next_in = bytes.baseAddress.map { ($0 + consumedFrom).assumingMemoryBound(to: UInt8.self) }
      stream.pointee.avail_in = UInt32(available.count)
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(output.count)
      return inflate(stream, Z_NO_FLUSH)
    }
    range = (range.upperBound - Int(stream.pointee.avail_in))..<range.upperBound
    let made = output.count - Int(stream.pointee.avail_out)
    switch result {
    case Z_STREAM_END: isInMember = false
    case Z_OK, Z_BUF_ERROR: break
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "code \(result)"
      let error = IngestError(
        sentence: "Expected gzip data in \(path), but it is damaged (\(reason)); what came before the damage was read.")
      guard made > 0 else { throw error }
      damage = error
    }
    return made
  }
}

/// Zstandard (RFC 8878), several frames one after the other included.
private final class ZstdDecoder {
  private let stream: OpaquePointer
  private var isInFrame = true
  /// Told after what came before it.
  private var damage: IngestError?

  init() throws(IngestError) {
    guard let stream = ZSTD_createDStream() else {
      throw IngestError(sentence: "Starting to unpack zstd failed: there is not enough memory.")
    }
    self.stream = stream
  }

  deinit { ZSTD_freeDStream(stream) }

  func decode(
    _ input: inout [UInt8], _ range: inout Range<Int>, _ output: UnsafeMutableRawBufferPointer, isAtEnd: Bool, _ path: String
  ) throws(IngestError) -> Int {
    if let damage { throw damage }
    if range.isEmpty, isAtEnd, !isInFrame { return 0 }
    let available = range
    var out = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    var consumed = 0
    let result = input.withUnsafeBytes { bytes -> Int in
      var buffer = ZSTD_inBuffer(src: bytes.baseAddress.map { $0 + available.lowerBound }, size: available.count, pos: 0)
      let result = ZSTD_decompressStream(stream, &out, &buffer)
      consumed = buffer.pos
      return result
    }
    range = (range.lowerBound + consumed)..<range.upperBound
    guard ZSTD_isError(result) == 0 else {
      let reason = String(cString: ZSTD_getErrorName(result))
      let error = IngestError(
        sentence: "Expected zstd data in \(path), but it is damaged (\(reason)); what came before the damage was read.")
      guard out.pos > 0 else { throw error }
      damage = error
      return out.pos
    }
    isInFrame = result != 0
    if out.pos == 0, isAtEnd, available.isEmpty {
      if !isInFrame { return 0 }
      isInFrame = false
      throw IngestError(
        sentence: "Expected the end of the zstd data in \(path), but the file ends before it; what came until there was read.")
    }
    return out.pos
  }
}
