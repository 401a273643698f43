package import TimeFormat

package struct Container: Sendable, Hashable {
  package enum State: Sendable, Hashable {
    case waiting(reason: String, message: String)
    case running(since: Timestamp?)
    case terminated(Termination)
  }

  package struct Termination: Sendable, Hashable {
    package var reason: String
    package var exitCode: Int
    package var started: Timestamp?
    package var finished: Timestamp?
    package var message: String

    package init(reason: String, exitCode: Int, started: Timestamp? = nil, finished: Timestamp? = nil, message: String = "") {
      self.reason = reason
      self.exitCode = exitCode
      self.started = started
      self.finished = finished
      self.message = message
    }
  }

  package var name: String
  package var image: String
  package var isReady: Bool
  package var restartCount: Int
  package var state: State
  package var lastTermination: Termination?
  /// Requests and limits: CPU in millicores, memory in bytes; `nil` when not set.
  package var requestMilliCPU: Int64?
  package var limitMilliCPU: Int64?
  package var requestMemory: Int64?
  package var limitMemory: Int64?
  /// Of an init container: it goes on beside the others, as its restart policy `Always` says.
  package var isSidecar = false

  package init(
    name: String, image: String = "", isReady: Bool = false, restartCount: Int = 0, state: State = .waiting(reason: "", message: ""),
    lastTermination: Termination? = nil, requestMilliCPU: Int64? = nil, limitMilliCPU: Int64? = nil, requestMemory: Int64? = nil,
    limitMemory: Int64? = nil
  ) {
    self.name = name
    self.image = image
    self.isReady = isReady
    self.restartCount = restartCount
    self.state = state
    self.lastTermination = lastTermination
    self.requestMilliCPU = requestMilliCPU
    self.limitMilliCPU = limitMilliCPU
    self.requestMemory = requestMemory
    self.limitMemory = limitMemory
  }
}
