import ClusterModel
import JSONBytes
import Screen
import StrictYAML
import TimeFormat
import Views

extension Slot {
  static let yaml = Slot(.shell, "yaml")
  static let description = Slot(.shell, "description")

  /// Whether an answer to it is an object's manifest.
  var isOfObject: Bool { self == .yaml || self == .description }
}

/// The row's object, fetched and shown over the page.
extension ConsoleState {
  mutating func askForObject(asYAML: Bool) -> [Effect] {
    guard let (cluster, reference) = selection.object else { return [] }
    let slot = asYAML ? Slot.yaml : .description
    let effect = load(AnyQuery(ObjectManifest(reference, in: cluster)), slot)
    let name = (reference.namespace.isEmpty ? "" : "\(reference.namespace)/") + reference.display
    var layer = TextLayer(title: "\(name) in \(cluster)", lines: [StyledLine("Asking the API server of \(cluster)…", .dim)])
    layer.note = "y copy   Esc close"
    layer.awaits = awaited[slot]
    layer.object = .init(cluster: cluster, reference: reference)
    layers.append(.text(layer))
    return [effect]
  }

  /// Fills the layer that waits for the answer; one that was closed meanwhile wants none.
  mutating func receive(object result: Result<any Sendable, QueryFailure>, _ slot: Slot, _ number: Int) {
    for index in layers.indices {
      guard case .text(var layer) = layers[index], layer.awaits == number else { continue }
      layer.awaits = nil
      switch result {
      case .success(let manifest as JSONValue): layer.lines = lines(of: manifest, layer.object, slot)
      case .success: break
      case .failure(let failure): layer.lines = [StyledLine("✖ \(failure.sentence)", .red)]
      }
      layers[index] = .text(layer)
    }
  }

  private func lines(of manifest: JSONValue, _ object: Selection.WorkloadName?, _ slot: Slot) -> [StyledLine] {
    if slot == .yaml {
      do { return try YAMLText.lines(manifest).map { StyledLine($0) } } catch { return [StyledLine("✖ \(error)", .red)] }
    }
    var events: [ClusterEvent] = []
    if let object, let snapshot = shared.data.health(of: object.cluster)?.snapshot {
      events = snapshot.events.filter { $0.object.hasName(of: object.reference) }
      events.sort { ($0.last ?? Timestamp(nanoseconds: 0)) > ($1.last ?? Timestamp(nanoseconds: 0)) }
    }
    return ObjectDescription.lines(manifest, events: events, now: shared.now)
  }
}
