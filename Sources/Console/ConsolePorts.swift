package import ClusterModel
package import JSONBytes
package import MigrationPlan
package import TelemetryModel
package import TimeFormat
package import Views

/// A port: does things to clusters. Only asked after a person said yes.
package protocol ClusterActions: Sendable {
  /// - Returns: what was done, in one sentence.
  /// - Throws: an error whose description is one sentence.
  func perform(_ action: ClusterAction) async throws -> String
}

/// A port: lessons and demos, step by step.
package protocol PaneSource: Sendable {
  func open(_ kind: PaneUpdate.Kind, id: String) async -> PaneUpdate
  /// `nil`: the pane is closed.
  func perform(_ command: PaneCommand, argument: String) async -> PaneUpdate?
}

/// Everything the console asks of the outside.
package struct ConsolePorts: Sendable {
  package var logs: any LogSource
  package var completeness: any CompletenessSource
  package var clusters: [any ClusterSource]
  package var ledger: any RescheduleSource
  package var evidence: any EvidenceLog
  /// The voyage from the plan and the evidence, or why it cannot be had; `nil` when there is no plan.
  package var voyage: @Sendable ([Evidence], Timestamp) async -> PlanUpdate
  /// The voyage as it stood at a moment; throws an error whose description is one sentence. `nil` where no evidence is kept.
  package var pastVoyage: (@Sendable (Timestamp) async throws -> Voyage)?
  /// The verdicts on a snapshot's workloads.
  package var verdicts: @Sendable (ClusterSnapshot, LedgerRecord, Timestamp) -> [HealthVerdict]
  /// The clusters as they were; `nil` when no history is kept.
  package var past: (@Sendable (Timestamp) async -> [ClusterSnapshot]?)?
  /// An object as its API server has it now; throws an error whose description is one sentence. `nil` where none can be asked.
  package var manifest: (@Sendable (_ cluster: String, ObjectReference) async throws -> JSONValue)?
  package var actions: (any ClusterActions)?
  package var panes: (any PaneSource)?
  /// `nil` where no recorder runs checks.
  package var checks: (any CheckActions)?
  /// Writes an export and returns where it is; throws an error whose description is one sentence.
  package var export: @Sendable (_ name: String, _ markdown: String, _ json: [String]) async throws -> String
  package var rememberLook: @Sendable (Timestamp) async -> Void
  package var now: @Sendable () -> Timestamp
  /// Waits; throws when it is cancelled.
  package var pause: @Sendable (Duration) async throws -> Void

  /// What queries are answered from.
  package var sources: Sources {
    Sources(logs: logs, ledger: ledger, past: past, verdicts: verdicts, manifest: manifest, pastVoyage: pastVoyage)
  }

  package init(
    logs: any LogSource, completeness: any CompletenessSource, clusters: [any ClusterSource], ledger: any RescheduleSource,
    evidence: any EvidenceLog,
    voyage: @escaping @Sendable ([Evidence], Timestamp) async -> PlanUpdate,
    pastVoyage: (@Sendable (Timestamp) async throws -> Voyage)? = nil,
    verdicts: @escaping @Sendable (ClusterSnapshot, LedgerRecord, Timestamp) -> [HealthVerdict],
    past: (@Sendable (Timestamp) async -> [ClusterSnapshot]?)? = nil,
    manifest: (@Sendable (_ cluster: String, ObjectReference) async throws -> JSONValue)? = nil, actions: (any ClusterActions)? = nil,
    panes: (any PaneSource)? = nil, checks: (any CheckActions)? = nil,
    export: @escaping @Sendable (_ name: String, _ markdown: String, _ json: [String]) async throws -> String,
    rememberLook: @escaping @Sendable (Timestamp) async -> Void = { _ in }, now: @escaping @Sendable () -> Timestamp,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.logs = logs
    self.completeness = completeness
    self.clusters = clusters
    self.ledger = ledger
    self.evidence = evidence
    self.voyage = voyage
    self.pastVoyage = pastVoyage
    self.verdicts = verdicts
    self.past = past
    self.manifest = manifest
    self.actions = actions
    self.panes = panes
    self.checks = checks
    self.export = export
    self.rememberLook = rememberLook
    self.now = now
    self.pause = pause
  }
}
