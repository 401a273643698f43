import Testing

/// Why a file may wait for less than a second. What goes on for good waits for an event: a descriptor (`DescriptorWatch`), a folder
/// (`FolderWatch`), the end of a process, a stream of changes; and looks once a second where something might not be told.
private let reasons: [String: String] = {
  let joins = "after an event, so that many become one piece of work; without events it waits for good"
  let backsOff = "after a failure, doubling to seconds"
  let command = "for an effect that somebody's own command, lesson, demo or check waits for, with a limit of seconds"
  return [
    "ControllerManager.swift": joins, "PodLogWatch.swift": joins, "WatchedCluster.swift": joins, "LogSink.swift": joins,
    "OrphanReaper.swift": command, "LogCollector.swift": backsOff, "SupervisedProcess.swift": backsOff,
    "DemoPlace.swift": command, "ChecksPart.swift": command, "ReadinessWait.swift": command, "LessonRunner.swift": command,
    "AuthorCheck.swift": command, "WaitForRecords.swift": command, "DemoRunner.swift": command, "GroundObjects.swift": command,
    "GroundDaemon.swift": command, "GroundLauncher.swift": command, "FirstSight.swift": command, "CheckContext.swift": command,
    "HeadlessConsole.swift": command,
    "FaultEndpoints.swift": "once, so that the answer leaves before the process crashes",
  ]
}()

@Suite("Polls")
struct PollTests {
  @Test("nothing asks again and again within a second; what waits shorter says why")
  func shortWaits() throws {
    var found: Set<String> = []
    for file in ["Sources", "ReferenceApp/Sources"].flatMap(SourceFile.all(below:)) {
      let text = try file.text()
      // Most files are done with here: a regular expression takes its time.
      guard ["milliseconds(", "usleep(", "poll(&"].contains(where: text.contains) else { continue }
      guard let line = text.split(separator: "\n").first(where: isShortWait) else { continue }
      found.insert(file.name)
      #expect(reasons[file.name] != nil, "\(file.name) waits for less than a second: \(line.trimmingPrefix(while: { $0 == " " }))")
    }
    #expect(Set(reasons.keys).subtracting(found).isEmpty, "they do not wait so short any more: remove them from the test")
  }

  private func isShortWait(_ line: Substring) -> Bool {
    line.contains(#/(^|[^A-Za-z])(sleep|pause|wait|step|interval)[^A-Za-z].*\.milliseconds\([0-9_]+\)/#)
      || line.contains(#/usleep\(|[^A-Za-z]poll\(&\w+, \w+, [1-9][0-9]{0,2}\)/#)
  }
}
