import StateDirectory

/// Answers what is asked over the control socket. Without it the recorder records all the same.
struct ControlPart: Sendable {
  let socket: String
  let jobs: [String: ControlServer.Job]

  func run(_ report: RecorderPart.Report) async throws {
    // Left by a killed recorder; the store's lock says that there is no other.
    try? Files.remove(socket)
    defer { try? Files.remove(socket) }
    try await ControlServer(socket: socket, jobs: jobs).run()
  }
}
