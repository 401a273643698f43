import CLinux
import Glibc

/// Moves the container's output from its pipes to the log.
struct Pump {
  var log: CRIWriter
  private var sources: [Source]
  /// As much as a pipe holds; lives as long as the program.
  private let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 65_536)

  private struct Source {
    let descriptor: CInt
    var stream: CRIWriter.Stream
    var isOpen: Bool
  }

  /// A descriptor of -1 has nothing to say.
  init(log: CRIWriter, output: CInt, errors: CInt) {
    self.log = log
    sources = [(output, "stdout"), (errors, "stderr")].map { Source(descriptor: $0, stream: .init($1), isOpen: $0 >= 0) }
    for source in sources where source.isOpen { _ = periplus_set_nonblocking(source.descriptor) }
  }

  /// Copies until the process has ended, and answers its wait status.
  mutating func run(until pid: pid_t, signals: CInt) -> CInt {
    var waiting = [
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      pollfd(fd: sources[0].descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: sources[1].descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      if poll(&waiting, 3, -1) < 0 { continue }
      for index in 0..<2 where waiting[index + 1].revents != 0 {
        // One chunk a turn: neither stream starves the other.
        _ = copy(index)
        if !sources[index].isOpen { waiting[index + 1].fd = -1 }
      }
      if waiting[0].revents != 0 {
        // signalfd_siginfo is 128 bytes; what it says is not needed.
        var information = [UInt8](repeating: 0, count: 128)
        while read(signals, &information, information.count) > 0 {}
        // Several children may have ended with one signal: adopted grandchildren are reaped here too.
        var status: CInt = 0
        var main: CInt?
        while true {
          let ended = waitpid(-1, &status, WNOHANG)
          guard ended > 0 else { break }
          if ended == pid { main = status }
        }
        if let main { return main }
      }
    }
  }

  /// Copies what is left once nobody writes any more.
  mutating func drain() {
    for index in 0..<2 {
      while copy(index) {}
      log.end(&sources[index].stream)
    }
  }

  /// Copies one chunk; answers whether there may be more.
  private mutating func copy(_ index: Int) -> Bool {
    guard sources[index].isOpen else { return false }
    let count = read(sources[index].descriptor, buffer.baseAddress, buffer.count)
    if count > 0 {
      log.add(UnsafeBufferPointer(rebasing: buffer[..<count]), to: &sources[index].stream)
      return true
    }
    if count < 0, errno == EINTR { return true }
    if count < 0, errno == EAGAIN { return false }
    close(sources[index].descriptor)
    sources[index].isOpen = false
    return false
  }
}
