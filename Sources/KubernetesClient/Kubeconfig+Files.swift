#if canImport(Glibc)
  import Glibc
#endif

extension Kubeconfig {
  /// Kubeconfigs and the certificates and tokens that they name are small.
  private static let fileLimit = 64 << 20
  /// Milliseconds that the writer of a pipe may be silent, e.g. of `KUBECONFIG=<(command)`.
  private static let pipePatience: Int32 = 5000

  /// The bytes of a file that a user named. What is no file does not make it wait for ever: a pipe that nobody writes to is empty.
  static func bytes(_ file: String) throws(KubernetesError) -> [UInt8] {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(file, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      switch count {
      case 0: return bytes
      case 1...:
        bytes += chunk[..<count]
        guard bytes.count <= fileLimit else { throw unreadable(file, EFBIG) }
      default:
        if errno == EINTR { continue }
        guard errno == EAGAIN else { throw unreadable(file, errno) }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, pipePatience) != 0 else { throw unreadable(file, ETIMEDOUT) }
      }
    }
  }

  private static func unreadable(_ file: String, _ code: Int32) -> KubernetesError {
    let why =
      switch code {
      case ENOENT, ENOTDIR: "no such file"
      case EACCES, EPERM: "no permission"
      case EISDIR: "it is a folder"
      case EFBIG: "it has more than 64 MiB"
      case ETIMEDOUT: "nothing is written into it"
      default: String(cString: strerror(code))
      }
    return KubernetesError(.configuration, "cannot read \(file): \(why)")
  }
}
