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
  private var known: (basis: Basis, at: Timestamp, update: PlanUpdate)?

  init(_ file: PlanFile, _ log: any EvidenceLog) {
    self.file = file
    evidence = EvidenceWindow(log)
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
