import StateDirectory
import TimeFormat

/// The real recorder, keeping the reschedule history of 20,000 pods.
enum LargeRecorder {
  static let span = Duration.seconds(60)

  static let benchmark = Benchmark(
    name: "recorder", title: "The recorder of a large cluster",
    method: """
      `periplus record` watches \(grouped(LargeCluster.pods)) pods over HTTP while \(LargeCluster.churn) of them change each second, one change \
      in twenty to "not ready" and back. After all are listed and 30 s have passed, processor time (`/proc/PID/stat`) and what it wrote \
      (`wchar` of `/proc/PID/io`: files, sockets and pipes) over \(Int(span.seconds)) s; memory from `/proc/PID/status`, at the end and at its \
      highest, the listing included. The server runs on the same machine.
      """
  ) { bench in
    let cluster = try LargeCluster(bench, home: "recorder")
    return try await cluster.serve {
      var environment = bench.environment(cluster.home)
      environment["KUBECONFIG"] = cluster.kubeconfig
      let pid = try ChildProcess.spawn(
        bench.periplus, ["record", "--context", LargeCluster.name], environment: environment, output: "\(bench.scratch)/recorder.log")
      let process = ProcessFigures(pid: pid)
      let started = ContinuousClock.now
      // It is listed when its own data stopped to grow by tens of megabytes.
      try await Task.sleep(for: .seconds(15))
      var last = 0
      while process.resident - last > 4_000_000 {
        last = process.resident
        guard ContinuousClock.now - started < .seconds(120) else { throw NotMeasured("the recorder grew for two minutes") }
        try await Task.sleep(for: .seconds(5))
      }
      try await Task.sleep(for: .seconds(30))

      let (cpu, written, from) = (process.cpu, process.written, ContinuousClock.now)
      try await Task.sleep(for: span)
      let elapsed = (ContinuousClock.now - from).seconds
      let share = (process.cpu - cpu).seconds / elapsed * 100
      let perChange = Double(process.written - written) / (elapsed * Double(LargeCluster.churn))
      let (resident, peak) = (process.resident, process.peak)
      await ChildProcess.end(pid)
      guard last > 20_000_000 else { throw NotMeasured("the recorder did not list the cluster") }
      return [
        Figure(
          what: "resident memory, recorder with \(grouped(LargeCluster.pods)) pods",
          figure: "\(resident / 1_000_000) MB, at its highest \(peak / 1_000_000) MB", target: "< 200 MB", isMet: peak < 200_000_000),
        Figure(
          what: "processor time of it, \(LargeCluster.churn) changes a second", figure: "\(decimals(share)) % of a core",
          target: "< 10 % of a core", isMet: share < 10),
        Figure(what: "bytes that it writes per change", figure: "\(grouped(Int(perChange))) B"),
      ]
    }
  }
}
