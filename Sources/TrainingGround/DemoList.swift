package import TimeFormat
package import Training
package import Views

extension Demo {
  /// What `periplus demo` prints.
  package static func list(_ demos: [Demo], now: Timestamp) -> Report {
    Report("Demos", [.table(listing.reportTable(demos, ListingContext(now: now)))])
  }

  private static let listing = Listing<Demo>(
    "demos",
    [
      Column(report: "demo") { demo, _ in "\(demo.number)" },
      Column(report: "facility") { demo, _ in demo.facility },
      Column(report: "sprint") { demo, _ in "\(demo.sprint)" },
      Column(report: "steps") { demo, _ in "\(demo.steps.count)" },
      Column(report: "takes") { demo, _ in "\(demo.minutes) min" },
      Column(report: "title") { demo, _ in demo.title },
    ])
}
