package import ClusterModel
import Screen
package import MigrationPlan
package import TelemetryModel
package import TimeFormat
package import Views

/// The newest of everything that pages look at. Copying it is cheap: pinning a moment keeps one.
package struct ConsoleData: Sendable {
  /// In the order in which the clusters were configured.
  package var clusters: [ClusterHealth] = []
  package var reschedules: [Reschedule] = []
  package var gaps: [LedgerGap] = []
  package var shortages: [Shortage] = []
  package var ledgerError: String?
  package var hasLedger = false
  package var voyage: Voyage?
  package var planError: String?
  package var sources: [SourceStatus] = []
  /// Of which clusters a ledger is kept; `nil` until the store was asked.
  package var ledger: LedgerCoverage?

  package init() {}

  func health(of cluster: String) -> ClusterHealth? { clusters.first { $0.snapshot.cluster == cluster } }
}

/// What pages share: time, data, who may do what. Pages own the rest.
package struct PageContext: Sendable {
  /// The clock at the last input or message.
  package var now: Timestamp
  package var face: TimeDisplay = .utc
  /// The other clock that `u` changes to.
  package var localFace: TimeDisplay = .utc
  package var data = ConsoleData()
  package var pin: Pin?
  /// Clusters in which actions are allowed.
  package var actionClusters: Set<String> = []
  /// Clusters that want an object's name typed before an action.
  package var productionClusters: Set<String> = []
  /// A service of the application, for the examples of a search; asked when one is shown.
  package var exampleService: @Sendable () -> String = { "NAME" }
  /// The checks that were last run from here; `nil` when none were.
  package var checkRun: CheckRun?
  /// When this user last quit the console.
  package var lastLook: Timestamp?
  /// The name of the cluster that is the proving ground, watched or not.
  package var ground: String?

  package struct Pin: Sendable {
    package var moment: Timestamp
    package var data: ConsoleData
    /// The clusters' state at that moment is known; when not, Health says so.
    package var hasClusters: Bool
    /// The plan's state at that moment has been read.
    var hasVoyage = true

    init(moment: Timestamp, data: ConsoleData, hasClusters: Bool) {
      (self.moment, self.data, self.hasClusters) = (moment, data, hasClusters)
    }
  }

  package init(now: Timestamp) { self.now = now }

  /// The moment the pages show.
  package var moment: Timestamp { pin?.moment ?? now }
  /// Nothing is kept of the clusters at the moment the pages show.
  var isUnknown: Bool { pin?.hasClusters == false }
  /// Why a page of a cluster's object has nothing to show, other than that the object is gone; `nil` when the cluster shows what it has.
  func reasonForNothing(of cluster: String) -> [StyledLine]? {
    if isUnknown {
      return [
        StyledLine("◌ no data", .grey), StyledLine("No cluster state is recorded for \(face.full(moment)). T returns to live."),
      ]
    }
    guard shown.health(of: cluster) != nil else {
      let words =
        shown.clusters.isEmpty ? "No cluster is watched yet; `periplus up` starts the proving ground." : "\(cluster) is not watched."
      return [StyledLine("◌ no data", .grey), StyledLine(words)]
    }
    guard isConnecting(cluster) else { return nil }
    return [StyledLine("◌ \(cluster): connecting…", .grey), StyledLine("What it has is shown as soon as it has been listed.")]
  }

  /// Whether nothing has been listed of the cluster yet.
  func isConnecting(_ cluster: String) -> Bool {
    if case .connecting? = shown.health(of: cluster)?.snapshot.connection { true } else { false }
  }

  /// The data the pages show.
  package var shown: ConsoleData { pin?.data ?? data }

  /// A log query for records of one cluster: it names the cluster when more than one is watched.
  func logQuery(_ query: String, in cluster: String) -> String {
    guard data.clusters.count > 1, !cluster.isEmpty else { return query }
    return LogQuery([.field("cluster", .equal, cluster)]).text + " " + query
  }
}
