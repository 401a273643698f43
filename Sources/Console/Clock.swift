import ClusterModel
import MigrationPlan
import TimeFormat
import Views

/// The moment that all pages show.
extension ConsoleState {
  static let pastSlot = Slot(.shell, "past")
  static let pastLedgerSlot = Slot(.shell, "pastLedger")
  static let pastVoyageSlot = Slot(.shell, "pastVoyage")
  /// How far back from the moment the reschedule history is read: as far as Reschedules goes.
  private static let ledgerSpan = Duration.seconds(7 * 86_400)

  mutating func pin(at moment: Timestamp) -> [Effect] {
    let isNow = shared.now - moment < .seconds(2) && moment - shared.now < .seconds(2)
    // What is there is that of now; before it was read, a moment of now is asked for like any other.
    let (hasLedger, hasVoyage) = (isNow && shared.data.hasLedger, isNow && shared.data.voyage != nil)
    var data = shared.data
    data.reschedules = data.reschedules.filter { $0.at <= moment }
    data.gaps = data.gaps.filter { $0.from <= moment }
    data.shortages = data.shortages.asOf(moment)
    data.hasLedger = hasLedger
    if !hasVoyage { (data.voyage, data.planError) = (nil, nil) }
    shared.pin = .init(moment: moment, data: data, hasClusters: isNow && !data.clusters.isEmpty)
    shared.pin?.hasVoyage = hasVoyage
    refresh()
    forgetPast()
    var effects: [Effect] = []
    if !isNow { effects.append(load(AnyQuery(PastClusters(at: moment)), Self.pastSlot)) }
    if !hasLedger {
      effects.append(load(AnyQuery(LedgerHistory(since: moment - Self.ledgerSpan, until: moment)), Self.pastLedgerSlot))
    }
    if !hasVoyage { effects.append(load(AnyQuery(PastVoyage(at: moment)), Self.pastVoyageSlot)) }
    return effects
  }

  private mutating func forgetPast() {
    for slot in [Self.pastSlot, Self.pastLedgerSlot, Self.pastVoyageSlot] { awaited[slot] = nil }
  }

  /// Takes in what was asked of the pinned moment.
  mutating func receive(past slot: Slot, _ result: Result<any Sendable, QueryFailure>) {
    guard shared.pin != nil else { return }
    switch slot {
    case Self.pastSlot: return receive(past: (try? result.get()) as? [ClusterHealth])
    case Self.pastLedgerSlot:
      switch result {
      case .success(let history as LedgerRecord):
        shared.pin?.data.reschedules = history.reschedules
        shared.pin?.data.gaps = history.gaps
        shared.pin?.data.shortages = history.shortages
        shared.pin?.data.hasLedger = true
        shared.pin?.data.ledgerError = nil
      case .success: break
      case .failure(let failure): shared.pin?.data.ledgerError = "The reschedule history cannot be read: \(failure.sentence)"
      }
    case Self.pastVoyageSlot:
      shared.pin?.hasVoyage = true
      switch result {
      case .success(let voyage as Voyage): shared.pin?.data.voyage = voyage
      case .success: break
      case .failure(let failure): shared.pin?.data.planError = failure.sentence
      }
    default: return
    }
    refresh()
  }

  mutating func unpin() -> [Effect] {
    shared.pin = nil
    forgetPast()
    refresh()
    note = Note("Live again.")
    return reload()
  }

  /// The clusters as they were at the pinned moment; `nil`: nobody knows.
  mutating func receive(past clusters: [ClusterHealth]?) {
    if let clusters, shared.pin != nil {
      shared.pin?.data.clusters = clusters
      shared.pin?.hasClusters = true
    }
    refresh()
  }

  /// Loads the page anew, e.g. for another moment.
  mutating func reload() -> [Effect] { tell(.opened).effects }

  /// `14:03`, `14:03:02`, `10m` (ago) or RFC 3339.
  func moment(written text: String) -> Timestamp? {
    if let moment = Timestamp(rfc3339: text) { return moment }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2 || parts.count == 3 {
      let numbers = parts.compactMap { Int($0) }
      guard numbers.count == parts.count, (0..<24).contains(numbers[0]), numbers[1...].allSatisfy({ (0..<60).contains($0) }) else {
        return nil
      }
      let today = CivilTime(shared.now, offset: shared.face.offset)
      let day = CivilTime.days(year: today.year, month: today.month, day: today.day)
      let seconds = day * 86_400 + numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0) - shared.face.offset
      let moment = Timestamp(seconds: Int64(seconds))
      return moment > shared.now ? moment - .seconds(86_400) : moment
    }
    if !text.isEmpty, text.last?.isLetter == true, let ago = Duration(option: text) { return shared.now - ago }
    return nil
  }
}
