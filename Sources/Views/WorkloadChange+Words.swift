package import ClusterModel
package import Screen
package import TimeFormat

extension WorkloadChange {
  /// What changed, one text for each field of a template, e.g. `args: [api] → [nope]`; never empty.
  package func sentences(face: TimeDisplay, now: Timestamp, limit: Int) -> [String] {
    switch what {
    case .created(let image): ["created" + Self.of(image)]
    case .oldest(let image): ["oldest revision kept" + Self.of(image)]
    case .template(let differences):
      differences.isEmpty ? ["pod template changed"] : differences.map { $0.sentence(limit: limit) }
    case .restarted: ["rollout restart"]
    case .rolledBack(let number?, _): ["rolled back to rev \(number)"]
    case .rolledBack(nil, let from?): ["rolled back to the pod template of \(face.short(from, now: now))"]
    case .rolledBack: ["rolled back to an earlier pod template"]
    case .scaled(let from?, let to): ["scaled \(from) → \(to)"]
    case .scaled(nil, let to): ["scaled to \(to)"]
    case .spec: ["spec changed"]
    }
  }

  private static func of(_ image: String) -> String { image.isEmpty ? "" : ", image \(WorkloadView.shortImage(image))" }

  /// `rev 2  args: [api] → [nope]  kubectl-patch`, then a line for each further field. Long values are cut in their middle until a line fits.
  package func lines(face: TimeDisplay, now: Timestamp, width: Int) -> [StyledLine] {
    let start = revision.map { "rev \($0)  " } ?? ""
    let indent = String(repeating: " ", count: TextWidth.width(of: start))
    let end = manager.isEmpty ? "" : "  \(manager)"
    let limits = [120, 80, 56, 40, 28, 20, 14]
    return sentences(face: face, now: now, limit: limits[0]).indices.map { index in
      let room = width - TextWidth.width(of: start) - (index == 0 ? TextWidth.width(of: end) : 0)
      let words = limits.map { sentences(face: face, now: now, limit: $0)[index] }
      let text = words.first { TextWidth.width(of: $0) <= room } ?? TextWidth.truncate(words.last ?? "", to: max(8, room))
      return [StyledRun(index == 0 ? start : indent, .dim), StyledRun(text), StyledRun(index == 0 ? end : "", .dim)]
    }
  }

  /// The whole of it in a line, for a report.
  package func sentence(face: TimeDisplay, now: Timestamp) -> String {
    let words = sentences(face: face, now: now, limit: 120).joined(separator: ", ")
    return (at.map { face.short($0, now: now) } ?? "–") + " " + (revision.map { "rev \($0)  " } ?? "") + words
      + (manager.isEmpty ? "" : "  \(manager)")
  }
}

extension TemplateDifference {
  fileprivate func sentence(limit: Int) -> String {
    if old == nil || new == nil {
      let word = old == nil ? "added" : "removed"
      guard old == nil, !ChangedValues.isSecret(self) else { return "\(path) \(word)" }
      return "\(path) \(word): \(ChangedValues(self, limit: limit).new)"
    }
    if ChangedValues.isSecret(self) { return "\(path) changed (masked)" }
    let values = ChangedValues(self, limit: limit)
    // A secret within the value: the texts are the same once it is masked.
    if values.old == values.new { return "\(path) changed (masked)" }
    return "\(path): \(values.old) → \(values.new)"
  }
}
