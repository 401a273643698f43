import Console
import MigrationPlan
import StateDirectory
import TimeFormat

/// The voyage as the console shows it: computed anew when something has changed that it follows from, and every 10 s, because ages
/// and soaks move with time.
actor ConsoleVoyage {
  private struct Basis: Equatable {
    var plan: String?
    var reveals: [Reveal]
    var latest: [Evidence]
  }

  private let file: PlanFile
  private let evidence: EvidenceWindow
  private let log: any EvidenceLog
  private var known: (basis: Basis, at: Timestamp, update: PlanUpdate)?

  init(_ file: PlanFile, _ log: any EvidenceLog) {
    self.file = file
    evidence = EvidenceWindow(log)
    self.log = log
  }

  /// As it stood at a moment: of evidence and reveals what there was by then.
  nonisolated func past(at moment: Timestamp) async throws -> Voyage {
    let plan = try file.read(now: moment)
    let known = try await log.history(since: nil).filter { $0.at <= moment }
    return Voyage(plan, evidence: known, reveals: file.reveals, now: moment)
  }

  func update(_ latest: [Evidence], now: Timestamp) async -> PlanUpdate {
    let basis = Basis(plan: Files.text(file.home.plan), reveals: file.reveals, latest: latest)
    if let known, known.basis == basis, now - known.at < .seconds(10) { return known.update }
    let update: PlanUpdate
    do {
      update = PlanUpdate(voyage: try await file.voyage(evidence, latest: latest, now: now))
    } catch let problem as Problem {
      update = PlanUpdate(voyage: nil, error: problem.sentence)
    } catch {
      update = PlanUpdate(voyage: nil, error: "\(error)")
    }
    known = (basis, now, update)
    return update
  }
}
