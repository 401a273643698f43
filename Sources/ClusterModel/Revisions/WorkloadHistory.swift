package import TimeFormat

/// Something that changed about a workload, as far as the API says it.
package struct WorkloadChange: Sendable, Hashable {
  package enum What: Sendable, Hashable {
    /// The workload with its first template.
    case created(image: String)
    /// The oldest template that is still kept.
    case oldest(image: String)
    /// Another pod template.
    case template([TemplateDifference])
    /// `kubectl rollout restart`: the annotation `restartedAt` alone.
    case restarted
    /// The template of an earlier revision again: its number where the API keeps it, and when it was there for the first time.
    case rolledBack(to: Int?, from: Timestamp?)
    /// `from` is known only where the change was seen.
    case scaled(from: Int?, to: Int)
    /// Something of the spec beside template and replicas.
    case spec
  }

  /// `nil` where the API does not say when.
  package var at: Timestamp?
  package var revision: Int?
  /// The field manager, e.g. `kubectl-patch`; empty where the API does not say who.
  package var manager: String
  package var what: What

  package init(at: Timestamp?, revision: Int? = nil, manager: String, what: What) {
    self.at = at
    self.revision = revision
    self.manager = manager
    self.what = what
  }
}

/// What changed about a workload, from its revisions and from `managedFields`.
package enum WorkloadHistory {
  /// A controller makes the revision within this time of the new template.
  static let reaction = Duration.seconds(10)
  /// Times of the API are whole seconds.
  static let second = Duration.seconds(1)

  /// Oldest first; what has no time stands before all others, or beside the revision that it follows.
  package static func changes(of workload: Workload, revisions: [TemplateRevision]) -> [WorkloadChange] {
    let steps = attributed(steps(revisions), workload.templateChanges)
    var changes = steps.isEmpty ? [] : revisionChanges(steps)
    if steps.isEmpty, let created = workload.created {
      changes.append(WorkloadChange(at: created, manager: "", what: .created(image: workload.image)))
    }
    for scaling in scalings(of: workload) { insert(scaling, into: &changes) }
    if let change = workload.lastChange, let at = change.at, workload.created.map({ at > $0 + second }) ?? true,
      !steps.contains(where: { $0.isExplained(by: change) }), !isScaling(change, of: workload)
    {
      insert(WorkloadChange(at: at, manager: change.manager, what: .spec), into: &changes)
    }
    return changes
  }

  private static func insert(_ change: WorkloadChange, into changes: inout [WorkloadChange]) {
    guard let at = change.at else { return changes.insert(change, at: 0) }
    let place = changes.lastIndex { $0.at.map { $0 <= at } ?? false }
    changes.insert(change, at: place.map { $0 + 1 } ?? changes.firstIndex { $0.at != nil } ?? changes.count)
  }

  private static func scalings(of workload: Workload) -> [WorkloadChange] {
    var changes = workload.scalings.map {
      WorkloadChange(at: $0.at, manager: $0.manager, what: .scaled(from: $0.from, to: $0.to))
    }
    // Of what nobody saw, the subresource `scale` tells the last: who it was, and on most servers not when.
    if let scaled = workload.scaled, scaled.isSubresource, workload.scalings.last?.to != workload.desired {
      changes.append(WorkloadChange(at: scaled.at, manager: scaled.manager, what: .scaled(from: nil, to: workload.desired)))
    }
    return changes
  }

  private static func isScaling(_ change: Workload.Change, of workload: Workload) -> Bool {
    if let scaled = workload.scaled, scaled.isSubresource, scaled.manager == change.manager, scaled.at == change.at { return true }
    // Who writes the whole spec scales with it: the change was seen, and told by what it is.
    return workload.scalings.contains { seen in
      guard let at = seen.at, let moment = change.at, seen.manager == change.manager else { return false }
      return moment >= at - reaction && moment <= at + second
    }
  }

  // MARK: Revisions

  /// A template that became the workload's, for the first time or again.
  private struct Step {
    var number: Int?
    var at: Timestamp?
    /// Where the object that keeps it stands among the revisions.
    var object: Int
    var isAgain: Bool
    var revision: TemplateRevision
    var change: Workload.Change?

    func isExplained(by other: Workload.Change) -> Bool {
      if change == other { return true }
      guard let at, let moment = other.at else { return false }
      return moment >= at - WorkloadHistory.reaction && moment <= at + WorkloadHistory.second
    }
  }

  private static func steps(_ revisions: [TemplateRevision]) -> [Step] {
    var steps: [Step] = []
    // Objects are numbered anew when their template comes back, so that the first time of each is in the order of their age.
    let aged = revisions.enumerated().sorted { one, other in
      (one.element.created ?? .init(nanoseconds: 0), one.element.number) < (
        other.element.created ?? .init(nanoseconds: 0), other.element.number
      )
    }
    var again: [Step] = []
    for (place, (index, revision)) in aged.enumerated() {
      let numbers = revision.earlier + [revision.number]
      // Where the earlier numbers are not kept, a younger object with a smaller number shows that this one came back.
      let cameBack = revision.earlier.isEmpty && aged[(place + 1)...].contains { $0.element.number < revision.number }
      steps.append(
        Step(number: cameBack ? nil : numbers[0], at: revision.created, object: index, isAgain: false, revision: revision))
      for number in cameBack ? [revision.number] : Array(numbers.dropFirst()) {
        again.append(Step(number: number, at: nil, object: index, isAgain: true, revision: revision))
      }
    }
    for step in again.sorted(by: { ($0.number ?? 0) < ($1.number ?? 0) }) {
      let before = steps.lastIndex { ($0.number ?? 0) < (step.number ?? 0) && $0.number != nil }
      steps.insert(step, at: before.map { $0 + 1 } ?? steps.count)
    }
    return steps
  }

  /// Who made each step, and when a template came back. A manager has one time, that of its last change: where that does not fit, the API
  /// does not say who it was.
  private static func attributed(_ steps: [Step], _ changes: [Workload.Change]) -> [Step] {
    var steps = steps
    let changes = changes.filter { $0.at != nil }.sorted { ($0.at ?? .init(nanoseconds: 0)) < ($1.at ?? .init(nanoseconds: 0)) }
    for index in steps.indices {
      if let at = steps[index].at {
        steps[index].change = changes.last { change in change.at.map { $0 >= at - reaction && $0 <= at + second } ?? false }
      } else {
        let after = steps[..<index].compactMap(\.at).last
        let before = steps[(index + 1)...].compactMap(\.at).first
        let fitting = changes.filter { change in
          guard let at = change.at else { return false }
          return (after.map { at > $0 } ?? true) && (before.map { at < $0 - reaction } ?? true)
        }
        // Of several it is not known which one it was.
        guard fitting.count == 1 else { continue }
        steps[index].change = fitting[0]
        steps[index].at = fitting[0].at
      }
    }
    return steps
  }

  private static func revisionChanges(_ steps: [Step]) -> [WorkloadChange] {
    steps.indices.map { index in
      let step = steps[index]
      var change = WorkloadChange(
        at: step.at, revision: step.number, manager: step.change?.manager ?? "", what: .oldest(image: step.revision.template.image))
      if step.isAgain {
        let first = steps[..<index].last { $0.object == step.object }
        change.what = .rolledBack(to: first?.number, from: first?.at)
      } else if index > 0 {
        let differences = TemplateDifference.between(steps[index - 1].revision.template, and: step.revision.template)
        let isRestart = differences.count == 1 && differences[0].name == "kubectl.kubernetes.io/restartedAt"
        change.what = isRestart ? .restarted : .template(differences)
      } else if step.number == 1 {
        change.what = .created(image: step.revision.template.image)
      }
      return change
    }
  }
}
