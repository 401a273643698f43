import ClusterModel
package import JSONBytes
import TelemetryModel
import TimeFormat

/// A request as a document and as JSON.
extension RequestView {
  package func report(face: TimeDisplay) -> Report {
    var report = Report("Request \(id)")
    guard records > 0 else {
      report.add(.text("No record carries this request id. Ids are compared exactly; periplus status tells what is collected."))
      return report
    }
    let context = ListingContext(face: face, now: entries.last?.at ?? Timestamp(nanoseconds: 0))
    if !headline.isEmpty { report.add(.text(headline)) }
    report.add(.text(summary))
    report.add(.heading("Who served it"))
    report.add(.table(laneListing.reportTable(lanes, context)))
    report.add(.heading("What happened"))
    let rows = entries.map { entry in
      switch line(entry) {
      case .record(let line): RecordListings.records.reportRow(line, context)
      case .moment(let moment): RecordListings.moments.reportRow(moment, context)
      }
    }
    report.add(.table(RecordListings.records.reportTable(of: rows)))
    if !missing.isEmpty {
      report.add(.heading("Missing"))
      report.add(.list(missing))
    }
    return report
  }

  /// A line with `type` `request` that sums up, then one per entry with `type` `record` or `pod`.
  package var jsonLines: [String] {
    [RequestView.summaryShape.line(self)]
      + entries.map { entry in
        switch line(entry) {
        case .record(let line): RequestView.recordShape.line(line, reserving: line.record.raw.count * 2 + 256)
        case .moment(let moment): RecordListings.moments.jsonLine(moment)
        }
      }
  }

  package static let recordShape = RecordListings.records.shape.typed("record")
}
