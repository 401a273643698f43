import TimeFormat
import ClusterModel
import Views

/// The moment that all pages show.
extension ConsoleState {
  static let pastSlot = Slot(.shell, "past")

  mutating func pin(at moment: Timestamp) -> [Effect] {
    let isNow = shared.now - moment < .seconds(2) && moment - shared.now < .seconds(2)
    var data = shared.data
    data.reschedules = data.reschedules.filter { $0.at <= moment }
    shared.pin = .init(moment: moment, data: data, hasClusters: isNow)
    refresh()
    awaited[Self.pastSlot] = nil
    return isNow ? [] : [load(AnyQuery(PastClusters(at: moment)), Self.pastSlot)]
  }

  mutating func unpin() -> [Effect] {
    shared.pin = nil
    awaited[Self.pastSlot] = nil
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
