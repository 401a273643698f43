package import TimeFormat

extension Workload {
  /// A change of the desired count that was seen while the cluster was watched.
  package struct Scaling: Sendable, Hashable {
    package var from: Int
    package var to: Int
    /// `nil` when it happened while nobody watched.
    package var at: Timestamp?
    package var manager: String

    package init(from: Int, to: Int, at: Timestamp?, manager: String) {
      self.from = from
      self.to = to
      self.at = at
      self.manager = manager
    }
  }

  /// How many changes of each sort are remembered.
  private static let memory = 20

  /// Takes over what an earlier state of the same object told: `managedFields` has one time for each manager, so a later change hides an
  /// earlier one.
  ///
  /// - Parameter at: when this state came over the watch; `nil` for one of a list, which may have come any time before.
  mutating func remember(_ known: Workload, at: Timestamp?) {
    guard known.reference.uid == reference.uid else { return }
    scalings = known.scalings
    if kind.isScalable, controller == nil, known.desired != desired {
      scalings.append(Scaling(from: known.desired, to: desired, at: scaled?.at ?? at, manager: scaled?.manager ?? ""))
    }
    // Whoever owns the template and changed something else has a new time as well: that is no change of the template.
    let isSameTemplate = templateDigest != 0 && known.templateDigest == templateDigest
    templateChanges =
      isSameTemplate ? known.templateChanges : known.templateChanges.filter { !templateChanges.contains($0) } + templateChanges
    scalings = scalings.suffix(Self.memory)
    templateChanges = templateChanges.suffix(Self.memory)
  }
}
