package import ClusterModel
import Spelling
import Views
package import TimeFormat

/// Where one is, which can be written as a link: `logs/request:9f3c`, `health/prd-fra:default/Deployment/api`,
/// `request/9f3c@2018-01-22T14:03:02Z`.
package struct Place: Sendable, Hashable {
  package var page: PageID
  /// Empty: the only cluster that has the item.
  package var cluster: String
  /// The thing shown; `NAMESPACE/KIND/NAME` for an object.
  package var item: String
  package var filter: String
  /// The pages are pinned to it; `nil`: they are left as they are.
  package var moment: Timestamp?

  package init(_ page: PageID, cluster: String = "", item: String = "", filter: String = "", moment: Timestamp? = nil) {
    self.page = page
    self.cluster = cluster
    self.item = item
    self.filter = filter
    self.moment = moment
  }

  package init(_ page: PageID, cluster: String, object: ObjectReference) {
    self.init(page, cluster: cluster, item: Pages.spec(page)?.objects?.item(object) ?? Place.item(of: object))
  }

  /// Where an object is shown; `nil` when no page shows such objects.
  package init?(cluster: String, object: ObjectReference) {
    for spec in Pages.specs {
      guard let item = spec.objects?.item(object) else { continue }
      self.init(spec.id, cluster: cluster, item: item)
      return
    }
    return nil
  }

  /// What a person writes after the page's name: its filter, or the thing to show.
  init(_ page: PageID, written: String) {
    if case .filter = Pages.spec(page)?.link.rest { self.init(page, filter: written) } else { self.init(page, item: written) }
  }

  /// The object that is shown; `nil` on a page of other things.
  package var object: ObjectReference? { Pages.spec(page)?.objects?.object(item) }

  static func item(of object: ObjectReference) -> String { "\(object.namespace)/\(object.kind)/\(object.name)" }

  /// Reads `NAMESPACE/KIND/NAME`.
  static func object(named item: String) -> ObjectReference? {
    let parts = item.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    // A node has no namespace.
    guard parts.count == 3, !parts[1].isEmpty, !parts[2].isEmpty else { return nil }
    return ObjectReference(kind: parts[1], namespace: parts[0], name: parts[2])
  }
}

// MARK: Links

extension Place {
  /// Reads `PAGE[/[CLUSTER:]ITEM][@TIME]`.
  package static func parse(_ text: String) -> Result<Place, PlaceError> {
    var rest = Substring(text)
    var moment: Timestamp?
    if let at = rest.lastIndex(of: "@") {
      let time = String(rest[rest.index(after: at)...])
      if let parsed = Timestamp(rfc3339: time) {
        moment = parsed
        rest = rest[..<at]
      } else if time.first?.isNumber == true, !time.contains("/") {
        return .failure(PlaceError("The time after @ must be like 2018-01-22T14:03:02Z, but it is \"\(time)\"."))
      }
    }
    let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map { $0.lowercased() } ?? ""
    let specs = Pages.specs.filter { $0.link.name == name }
    guard !specs.isEmpty else {
      let names = Pages.linkNames
      let near = EditDistance.nearest(to: name, among: names)
      let all = near.map { "did you mean \($0)? The" } ?? "the"
      return .failure(PlaceError("There is no page \"\(name)\"; \(all) pages are \(names.joined(separator: ", "))."))
    }
    let written = parts.count > 1 ? String(parts[1]) : ""
    // Objects first: what names none is a filter of the page above.
    for spec in specs {
      guard let objects = spec.objects else { continue }
      // No namespace and no name of a workload or pod has a colon, but a cluster's may.
      let colon = written.lastIndex(of: ":")
      let item = colon.map { String(written[written.index(after: $0)...]) } ?? written
      let cluster = colon.map { String(written[..<$0]) } ?? ""
      guard !objects.needsCluster || !cluster.isEmpty, let object = objects.object(item),
        var place = Place(cluster: cluster, object: object)
      else { continue }
      place.moment = moment
      return .success(place)
    }
    for spec in specs {
      switch spec.link.rest {
      case .filter: return .success(Place(spec.id, filter: written, moment: moment))
      case .item: return .success(Place(spec.id, item: written, moment: moment))
      case .needed(let how):
        return written.isEmpty ? .failure(PlaceError(how)) : .success(Place(spec.id, item: written, moment: moment))
      case .objects: continue
      }
    }
    return .failure(PlaceError("\(name)/ wants [CLUSTER:]ITEM after it, but it is \"\(written)\"."))
  }

  /// The link.
  package var text: String {
    var rest = item.isEmpty ? filter : item
    if !cluster.isEmpty { rest = "\(cluster):\(rest)" }
    let name = Pages.spec(page)?.link.name ?? page.name
    return name + (rest.isEmpty ? "" : "/\(rest)") + (moment.map { "@\($0.rfc3339())" } ?? "")
  }

  /// The place with its cluster: when none is named, the proving ground or the only one that has the object.
  func resolved(_ context: PageContext) -> Result<Place, PlaceError> {
    let clusters = context.shown.clusters
    guard let object else { return .success(self) }
    var place = self
    if !cluster.isEmpty {
      guard clusters.isEmpty || clusters.contains(where: { $0.snapshot.cluster == cluster }) else {
        let names = clusters.map(\.snapshot.cluster)
        let meant = EditDistance.nearest(to: cluster, among: names).map { " Did you mean \($0)?" } ?? ""
        return .failure(PlaceError("The cluster \(cluster) is not watched; watched are \(names.joined(separator: ", ")).\(meant)"))
      }
      return .success(place)
    }
    let holders = clusters.map(\.snapshot).filter { $0.has(object) }.map(\.cluster)
    let isGroundWatched = clusters.isEmpty || clusters.contains { $0.snapshot.cluster == context.ground }
    if let ground = context.ground, isGroundWatched, holders.isEmpty || holders.contains(ground) {
      place.cluster = ground
    } else if holders.count > 1 {
      place.cluster = holders[0]
      return .failure(
        PlaceError(
          "\(object.namespace)/\(object.display) is in \(holders.joined(separator: " and ")); name the cluster, e.g. \(place.text)."))
    } else {
      place.cluster = holders.first ?? clusters.first?.snapshot.cluster ?? ""
    }
    return .success(place)
  }
}

extension ClusterSnapshot {
  fileprivate func has(_ object: ObjectReference) -> Bool {
    if object.kind == "Pod" { return pods.contains { $0.namespace == object.namespace && $0.name == object.name } }
    if object.kind == "Node" { return nodes.contains { $0.name == object.name } }
    return workloads.contains {
      $0.reference.namespace == object.namespace && $0.reference.name == object.name && $0.reference.kind == object.kind
    }
  }
}

package struct PlaceError: Error, Sendable, Hashable, CustomStringConvertible {
  package var sentence: String
  package var description: String { sentence }
  init(_ sentence: String) { self.sentence = sentence }
}
