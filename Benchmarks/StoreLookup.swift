import RecordStore
import StateDirectory
import TelemetryModel
import TestSupport
import TimeFormat

/// All records of one request among two million.
enum StoreLookup {
  static let records = 2_000_000
  static let lookups = 2000

  static let benchmark = Benchmark(
    name: "lookup", title: "Store lookup",
    method: """
      A store of \(grouped(records)) records, \(SampleRecords.perRequest) a request, written through the recorder's own writer; then \
      \(grouped(lookups)) requests picked at random, each read as the Request page reads it. The file is in the page cache.
      """
  ) { bench in
    let folder = try bench.home("lookup").store
    let requests = records / SampleRecords.perRequest
    try fill(folder, requests: requests)

    let opening = ContinuousClock.now
    let store = StoreReader(directory: folder)
    _ = await store.revision()
    let opened = ContinuousClock.now - opening

    var generator = SeededGenerator(seed: 42)
    var samples: [Duration] = []
    for _ in 0..<lookups {
      let id = SampleRecords.id(Int.random(in: 0..<requests, using: &generator))
      let begin = ContinuousClock.now
      let page = try await store.records(matching: LogQuery([.requestID(id)], limit: 10_000))
      samples.append(ContinuousClock.now - begin)
      guard page.records.count == SampleRecords.perRequest else {
        throw NotMeasured("expected \(SampleRecords.perRequest) records of request \(id), found \(page.records.count)")
      }
    }
    let spread = Spread(samples)
    return [
      Figure(
        what: "records of one request id among \(grouped(records))", figure: spread.text, target: "p99 < 5 ms",
        isMet: spread.p99 < .milliseconds(5)),
      Figure(
        what: "open the store at \(grouped(records)) records", figure: opened.millis, target: "< 100 ms", isMet: opened < .milliseconds(100)
      ),
    ]
  }

  private static func fill(_ folder: String, requests: Int) throws {
    let writer = try StoreWriter(directory: folder, now: Timestamp(seconds: 1_516_640_000))
    let reader = LogLineReader()
    var batch = StoreBatch()
    try SampleRecords.each(requests: requests) { line in
      let origin = LogOrigin(cluster: "ground", namespace: "shop", pod: line.pod, podUID: "uid-\(line.pod)", container: line.service)
      line.bytes.withUnsafeBufferPointer {
        _ = reader.read($0, origin: origin, readAt: Timestamp(seconds: 1_516_640_000), into: &batch.records)
      }
      if batch.records.count == 8192 {
        try writer.append(batch)
        batch.records.removeAll()
      }
    }
    try writer.append(batch)
  }
}
