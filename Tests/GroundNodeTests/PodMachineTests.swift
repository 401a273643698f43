import GroundNode
import JSONBytes
import Testing
import TimeFormat

struct PodMachineTests {
  static let start = Timestamp(seconds: 1_700_000_000)

  /// A pod's machine with a clock that the test moves.
  struct Pod {
    var machine: PodMachine
    var now = PodMachineTests.start
    var object: JSONValue

    init(_ spec: String) throws {
      object = try JSONValue(parsing: #"{"metadata":{"name":"p","namespace":"d","uid":"u"},"spec":\#(spec),"status":{}}"#)
      machine = PodMachine(PodSpec(object), limits: .kubernetes)
    }

    mutating func take(_ input: PodMachine.Input) -> [PodMachine.Action] {
      let actions = machine.handle(input, at: now)
      PodStatus.apply(machine, .init(hostIP: "127.64.0.1", podIP: "127.64.1.2"), at: now, to: &object)
      return actions
    }

    mutating func wait(_ duration: Duration) -> [PodMachine.Action] {
      now = now + duration
      return take(.tick)
    }

    /// Up to its first container running.
    mutating func run() {
      _ = take(.adopted([:]))
      _ = take(.prepared)
      _ = take(.started("c", run: 0, at: now, imageID: nil))
    }

    mutating func exit(_ code: Int, run: Int) -> [PodMachine.Action] { take(.exited("c", run: run, ContainerExit(.code(code), at: now))) }

    var container: JSONValue { object.at("status", "containerStatuses")?[0] ?? .null }
    var waiting: String? { container.at("state", "waiting", "reason")?.stringValue }
    func condition(_ type: String) -> String? {
      object.at("status", "conditions")?.arrayValue?.first { $0["type"]?.stringValue == type }?["status"]?.stringValue
    }
  }

  /// What was stored before the API had rules: the node bears it.
  @Test(arguments: ["-1", "0", "9223372036854775807", "-9223372036854775808", "1e300", "0.5", "\"x\""])
  func numbersBeyondAllBoundsAreBorne(number: String) throws {
    let probe =
      #"{"exec":{"command":["true"]},"initialDelaySeconds":N,"periodSeconds":N,"timeoutSeconds":N,"successThreshold":N,"failureThreshold":N,"terminationGracePeriodSeconds":N}"#
    let spec = """
      {"terminationGracePeriodSeconds":N,"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":N}},"livenessProbe":\(probe),\
      "readinessProbe":{"tcpSocket":{"port":N}},"startupProbe":\(probe),"ports":[{"name":"p","containerPort":N}],\
      "lifecycle":{"preStop":{"sleep":{"seconds":N}}}}]}
      """
    var pod = try Pod(spec.replacing("N", with: number))
    pod.run()
    for _ in 0..<3 {
      _ = pod.wait(.seconds(60))
      _ = pod.take(.probed("c", .liveness, run: 0, isSuccess: false, message: "no"))
    }
    _ = pod.exit(1, run: 0)
    _ = pod.wait(.seconds(3600))
    _ = pod.take(.delete(deadline: pod.now + .seconds(Int64.max)))
    _ = pod.machine.nextWake
  }

  @Test func whatEndedWithItsNodeStartsAtOnceAndSaysSo() throws {
    var pod = try Pod(#"{"containers":[{"name":"c","image":"i"}]}"#)
    _ = pod.take(.adopted([:]))
    _ = pod.take(.prepared)
    for run in 0..<6 {
      _ = pod.take(.started("c", run: run, at: pod.now, imageID: nil))
      pod.now = pod.now + .seconds(3)
      let actions = pod.take(.exited("c", run: run, ContainerExit(.signal(15), at: pod.now, isNodeShutdown: true)))
      #expect(actions == [.start("c", run: run + 1)])
      let end = pod.container.at("lastState", "terminated") ?? .null
      #expect(end["reason"] == "NodeShutdown")
      #expect(end["exitCode"] == 143)
    }
  }

  @Test func startsAfterItsPlaceIsPrepared() throws {
    var pod = try Pod(#"{"containers":[{"name":"c","image":"i"}]}"#)
    #expect(pod.take(.adopted([:])) == [.prepare])
    #expect(pod.waiting == "ContainerCreating")
    #expect(pod.condition("PodReadyToStartContainers") == "False")
    #expect(pod.take(.prepared) == [.start("c", run: 0)])
    #expect(pod.machine.phase == "Pending")
    let actions = pod.take(.started("c", run: 0, at: pod.now, imageID: "sha256:1"))
    #expect(actions.contains(.event(.init(reason: "Started", message: "Container started", container: "c"))))
    #expect(pod.machine.phase == "Running")
    #expect(pod.condition("Ready") == "True")
    #expect(pod.container["ready"] == true)
  }

  @Test func backsOffTenSecondsDoublingToFiveMinutes() throws {
    var pod = try Pod(#"{"containers":[{"name":"c","image":"i"}]}"#)
    pod.run()
    // The first restart is immediate.
    #expect(pod.exit(1, run: 0) == [.start("c", run: 1)])
    var waits: [Int] = []
    for run in 1...8 {
      _ = pod.take(.started("c", run: run, at: pod.now, imageID: nil))
      #expect(pod.container["restartCount"]?.intValue == Int64(run))
      let actions = pod.exit(1, run: run)
      #expect(actions.contains { if case .event(let event) = $0 { event.reason == "BackOff" } else { false } })
      #expect(pod.waiting == "CrashLoopBackOff")
      #expect(pod.container.at("lastState", "terminated", "exitCode") == 1)
      let before = pod.now
      let due = try #require(pod.machine.nextWake)
      waits.append(Int((due - before).seconds))
      #expect(pod.wait(due - before - .milliseconds(1)).isEmpty)
      #expect(pod.wait(.milliseconds(1)) == [.start("c", run: run + 1)])
    }
    #expect(waits == [10, 20, 40, 80, 160, 300, 300, 300])
  }

  @Test func aLongRunForgives() throws {
    var pod = try Pod(#"{"containers":[{"name":"c","image":"i"}]}"#)
    pod.run()
    _ = pod.exit(1, run: 0)
    _ = pod.take(.started("c", run: 1, at: pod.now, imageID: nil))
    pod.now = pod.now + .seconds(600)
    #expect(pod.exit(1, run: 1) == [.start("c", run: 2)])
  }

  @Test(arguments: [
    ("Always", 0, true), ("Always", 1, true), ("OnFailure", 0, false), ("OnFailure", 1, true), ("Never", 0, false), ("Never", 1, false),
  ])
  func restartPolicy(_ policy: String, _ code: Int, _ restarts: Bool) throws {
    var pod = try Pod(#"{"restartPolicy":"\#(policy)","containers":[{"name":"c","image":"i"}]}"#)
    pod.run()
    #expect(pod.exit(code, run: 0).contains(.start("c", run: 1)) == restarts)
    if !restarts { #expect(pod.machine.phase == (code == 0 ? "Succeeded" : "Failed")) }
  }

  @Test func initContainersRunOneAfterAnother() throws {
    var pod = try Pod(#"{"initContainers":[{"name":"a","image":"i"},{"name":"b","image":"i"}],"containers":[{"name":"c","image":"i"}]}"#)
    _ = pod.take(.adopted([:]))
    #expect(pod.take(.prepared) == [.start("a", run: 0)])
    _ = pod.take(.started("a", run: 0, at: pod.now, imageID: nil))
    #expect(pod.take(.exited("a", run: 0, ContainerExit(.code(0), at: pod.now))) == [.start("b", run: 0)])
    #expect(pod.waiting == "PodInitializing")
    #expect(pod.condition("Initialized") == "False")
    _ = pod.take(.started("b", run: 0, at: pod.now, imageID: nil))
    #expect(pod.take(.exited("b", run: 0, ContainerExit(.code(0), at: pod.now))) == [.start("c", run: 0)])
    #expect(pod.condition("Initialized") == "True")
  }

  @Test func readinessFollowsItsProbe() throws {
    var pod = try Pod(
      #"{"containers":[{"name":"c","image":"i","readinessProbe":{"httpGet":{"port":80},"periodSeconds":2,"failureThreshold":2,"initialDelaySeconds":3}}]}"#
    )
    pod.run()
    #expect(pod.condition("Ready") == "False")
    #expect(pod.wait(.seconds(2)).isEmpty)
    #expect(pod.wait(.seconds(1)) == [.probe("c", .readiness, run: 0)])
    _ = pod.take(.probed("c", .readiness, run: 0, isSuccess: true, message: ""))
    #expect(pod.condition("Ready") == "True")
    for round in 1...2 {
      #expect(pod.wait(.seconds(2)) == [.probe("c", .readiness, run: 0)])
      let actions = pod.take(.probed("c", .readiness, run: 0, isSuccess: false, message: "HTTP probe failed with statuscode: 503"))
      let event = PodMachine.Action.event(
        .init(
          isWarning: true, reason: "Unhealthy", message: "Readiness probe failed: HTTP probe failed with statuscode: 503", container: "c"))
      #expect(actions == [event])
      #expect(pod.condition("Ready") == (round == 1 ? "True" : "False"))
    }
  }

  @Test func livenessRestartsAndTheStartupProbeHoldsItBack() throws {
    var pod = try Pod(
      #"""
      {"terminationGracePeriodSeconds":5,"containers":[{"name":"c","image":"i",
        "startupProbe":{"tcpSocket":{"port":80},"periodSeconds":1,"failureThreshold":9},
        "livenessProbe":{"tcpSocket":{"port":80},"periodSeconds":1,"failureThreshold":1}}]}
      """#)
    _ = pod.take(.adopted([:]))
    _ = pod.take(.prepared)
    #expect(pod.take(.started("c", run: 0, at: pod.now, imageID: nil)).contains(.probe("c", .startup, run: 0)))
    #expect(pod.condition("Ready") == "False")
    #expect(pod.take(.probed("c", .startup, run: 0, isSuccess: true, message: "")) == [.probe("c", .liveness, run: 0)])
    #expect(pod.condition("Ready") == "True")
    let actions = pod.take(.probed("c", .liveness, run: 0, isSuccess: false, message: "no"))
    #expect(
      actions.contains(.event(.init(reason: "Killing", message: "Container c failed liveness probe, will be restarted", container: "c"))))
    #expect(actions.last == .terminate("c", run: 0))
    #expect(pod.wait(.seconds(5)) == [.kill("c", run: 0)])
    #expect(pod.wait(.seconds(1)).isEmpty)
    #expect(pod.take(.exited("c", run: 0, ContainerExit(.signal(9), at: pod.now))) == [.start("c", run: 1)])
  }

  @Test func deletionAsksWaitsKillsAndConfirms() throws {
    var pod = try Pod(#"{"containers":[{"name":"c","image":"i","lifecycle":{"preStop":{"exec":{"command":["x"]}}}}]}"#)
    pod.run()
    let actions = pod.take(.delete(deadline: pod.now + .seconds(30)))
    #expect(actions == [.event(.init(reason: "Killing", message: "Stopping container c", container: "c")), .hook("c", run: 0)])
    #expect(pod.take(.hookEnded("c", run: 0, failure: nil)) == [.terminate("c", run: 0)])
    #expect(pod.take(.delete(deadline: pod.now + .seconds(30))).isEmpty)
    #expect(pod.wait(.seconds(30)) == [.kill("c", run: 0)])
    #expect(pod.take(.exited("c", run: 0, ContainerExit(.signal(9), at: pod.now))) == [.confirm])
    #expect(pod.container.at("state", "terminated", "exitCode") == 137)
    #expect(pod.wait(.seconds(60)).isEmpty)
  }

  @Test func aPodThatNeverRanIsConfirmedAtOnce() throws {
    var pod = try Pod(#"{"containers":[{"name":"c","image":"i"}]}"#)
    _ = pod.take(.adopted([:]))
    _ = pod.take(.prepareFailed(reason: "FailedMount", message: "m"))
    #expect(pod.take(.delete(deadline: pod.now)) == [.confirm])
  }

  @Test func anUnknownImageIsTriedAgain() throws {
    var pod = try Pod(#"{"containers":[{"name":"c","image":"i"}]}"#)
    _ = pod.take(.adopted([:]))
    _ = pod.take(.prepared)
    _ = pod.take(.startFailed("c", .image("Failed to pull")))
    #expect(pod.waiting == "ErrImagePull")
    #expect(pod.wait(.seconds(10)) == [.start("c", run: 0)])
    _ = pod.take(.startFailed("c", .image("Failed to pull")))
    #expect(pod.waiting == "ImagePullBackOff")
    #expect(pod.container["restartCount"] == 0)
  }

  @Test func aNewDaemonTakesOverWhatRunsAndLearnsWhatEnded() throws {
    var pod = try Pod(#"{"containers":[{"name":"c","image":"i","readinessProbe":{"tcpSocket":{"port":80}}}]}"#)
    _ = pod.take(.adopted(["c": .init(run: 2, startedAt: pod.now - .seconds(60), exit: nil, wasReady: true, hadStarted: true)]))
    _ = pod.take(.prepared)
    #expect(pod.condition("Ready") == "True")
    #expect(pod.container["restartCount"] == 2)

    var other = try Pod(#"{"containers":[{"name":"c","image":"i"}]}"#)
    let exit = ContainerExit(.code(9), at: other.now - .seconds(5))
    _ = other.take(.adopted(["c": .init(run: 0, startedAt: other.now - .seconds(60), exit: exit, wasReady: true, hadStarted: true)]))
    #expect(other.take(.prepared) == [.start("c", run: 1)])
    _ = other.take(.started("c", run: 1, at: other.now, imageID: nil))
    #expect(other.container.at("lastState", "terminated", "exitCode") == 9)
  }

  @Test func anExitOfAnOldRunChangesNothing() throws {
    var pod = try Pod(#"{"containers":[{"name":"c","image":"i"}]}"#)
    pod.run()
    _ = pod.exit(1, run: 0)
    _ = pod.take(.started("c", run: 1, at: pod.now, imageID: nil))
    #expect(pod.exit(1, run: 0).isEmpty)
    #expect(pod.machine.phase == "Running")
  }
}
