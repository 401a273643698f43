import CLinux
import Glibc

/// The log file: every line stamped in the format of the container runtime interface,
/// `<RFC3339Nano> stdout|stderr F|P <text>`. Lines longer than 16 KiB are split, all but their last part marked `P`.
///
/// One write a chunk. A file of more than 10 MiB is put away under the time, as the kubelet does (`containerLogMaxSize`), and a new one
/// begun; `0.log.20180122-140411` is removed by who has read it.
struct CRIWriter {
  static let partLimit = 16_384
  static let fileLimit = 10 << 20
  private let path: String
  private var descriptor: CInt
  private var size: Int
  /// The streams whose last entry is a part: the rest of the line goes into the same file.
  private var unfinished: Set<[UInt8]> = []
  private var out: [UInt8] = []
  private var stamp: [UInt8] = []

  init?(path: String) {
    self.path = path
    descriptor = Self.open(path)
    guard descriptor >= 0 else { return nil }
    size = max(0, Int(lseek(descriptor, 0, SEEK_END)))
    out.reserveCapacity(160 * 1024)
    endTornLine()
  }

  /// The bytes of one stream that do not make a line yet.
  struct Stream {
    fileprivate let tag: [UInt8]
    fileprivate var rest: [UInt8] = []

    init(_ name: String) { tag = Array(" \(name) ".utf8) }
  }

  /// Adds what was read: whole lines go to the file, the rest waits for its end.
  mutating func add(_ chunk: UnsafeBufferPointer<UInt8>, to stream: inout Stream) {
    takeTime()
    var start = 0
    while start < chunk.count, let base = chunk.baseAddress {
      let room = chunk.count - start
      if let newline = memchr(base + start, 0x0A, room) {
        let end = UnsafeRawPointer(newline) - UnsafeRawPointer(base)
        let line = UnsafeBufferPointer(rebasing: chunk[start..<end])
        if stream.rest.isEmpty, line.count <= Self.partLimit {
          entry(line, stream.tag, isPartial: false)
        } else {
          stream.rest.append(contentsOf: line)
          finish(&stream)
        }
        start = end + 1
      } else {
        stream.rest.append(contentsOf: chunk[start...])
        split(&stream)
        start = chunk.count
      }
    }
    flush()
  }

  /// Ends a stream: what had no newline becomes a line.
  mutating func end(_ stream: inout Stream) {
    guard !stream.rest.isEmpty else { return }
    takeTime()
    finish(&stream)
    flush()
  }

  /// A keeper that was killed while it wrote may have left half a line, which the next must not become a part of.
  private mutating func endTornLine() {
    var last: UInt8 = 0x0A
    let reading = periplus_open(path, O_RDONLY, 0)
    guard reading >= 0 else { return }
    if size > 0 { _ = pread(reading, &last, 1, off_t(size - 1)) }
    Glibc.close(reading)
    guard last != 0x0A else { return }
    out.append(0x0A)
    flush()
  }

  private static func open(_ path: String) -> CInt { periplus_open(path, O_WRONLY | O_APPEND | O_CREAT, 0o640) }

  /// Puts the file away when it is large. At most once a second, the names' resolution; where it fails the file just grows on.
  private mutating func rotate() {
    guard size > Self.fileLimit, unfinished.isEmpty else { return }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    // `2018-01-22T14:04:11.…` becomes `20180122-140411`.
    let digits = rfc3339(now).prefix(19).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }
    let name = digits.map { $0 == UInt8(ascii: "T") ? UInt8(ascii: "-") : $0 }
    let away = "\(path).\(String(decoding: name, as: UTF8.self))"
    guard access(away, F_OK) != 0, rename(path, away) == 0 else { return }
    let next = Self.open(path)
    guard next >= 0 else {
      rename(away, path)
      return
    }
    fsync(descriptor)
    Glibc.close(descriptor)
    descriptor = next
    size = 0
  }

  /// Makes the file durable and closes it.
  func close() {
    fsync(descriptor)
    Glibc.close(descriptor)
  }

  private mutating func finish(_ stream: inout Stream) {
    split(&stream)
    let tag = stream.tag
    stream.rest.withUnsafeBufferPointer { entry($0, tag, isPartial: false) }
    stream.rest.removeAll(keepingCapacity: true)
  }

  private mutating func split(_ stream: inout Stream) {
    let tag = stream.tag
    var start = 0
    while stream.rest.count - start > Self.partLimit {
      stream.rest.withUnsafeBufferPointer {
        entry(UnsafeBufferPointer(rebasing: $0[start..<start + Self.partLimit]), tag, isPartial: true)
      }
      start += Self.partLimit
    }
    if start > 0 { stream.rest.removeFirst(start) }
  }

  private mutating func entry(_ text: UnsafeBufferPointer<UInt8>, _ tag: [UInt8], isPartial: Bool) {
    if isPartial { unfinished.insert(tag) } else { unfinished.remove(tag) }
    out.append(contentsOf: stamp)
    out.append(contentsOf: tag)
    out.append(isPartial ? UInt8(ascii: "P") : UInt8(ascii: "F"))
    out.append(0x20)
    out.append(contentsOf: text)
    out.append(0x0A)
  }

  /// Writes all of it. A full disk is waited for: meanwhile nobody reads the pipe, and the container feels the back-pressure.
  /// Nothing is dropped.
  private mutating func flush() {
    var offset = 0
    while offset < out.count {
      let count = out.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), out.count - offset) }
      if count >= 0 {
        offset += count
      } else if errno != EINTR {
        sleep(1)
      }
    }
    size += out.count
    out.removeAll(keepingCapacity: true)
    rotate()
  }

  private mutating func takeTime() {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    stamp = rfc3339(now)
  }
}

/// `2017-12-10T11:10:38.192000001Z`.
func rfc3339(_ time: timespec) -> [UInt8] {
  var civil = tm()
  var seconds = time.tv_sec
  gmtime_r(&seconds, &civil)
  var out: [UInt8] = []
  out.reserveCapacity(30)
  func digits(_ value: Int, _ width: Int, _ after: Character) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      out.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
    out.append(after.asciiValue ?? 0x20)
  }
  digits(Int(civil.tm_year) + 1900, 4, "-")
  digits(Int(civil.tm_mon) + 1, 2, "-")
  digits(Int(civil.tm_mday), 2, "T")
  digits(Int(civil.tm_hour), 2, ":")
  digits(Int(civil.tm_min), 2, ":")
  digits(Int(civil.tm_sec), 2, ".")
  digits(Int(time.tv_nsec), 9, "Z")
  return out
}
