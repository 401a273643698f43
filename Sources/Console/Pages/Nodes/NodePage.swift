import ClusterModel
import Kubernetes
import Screen
import Views

extension PageID {
  package static let node = PageID("node")
}

extension CommandID {
  package static let node = CommandID("node")
}

/// One node: conditions, what is requested of it, who cordoned it, its pods.
package struct NodePage: Page {
  package static let spec = PageSpec(
    .node, title: "Node", parent: .health,
    // A name alone would be a filter of the list as well.
    link: .init(
      name: "nodes",
      rest: .objects(
        .init(
          item: { $0.isOf(.nodes) ? $0.name : nil },
          object: { NameRules.isDNSSubdomain($0) ? ObjectReference(type: .nodes, name: $0) : nil }, needsCluster: true))),
    uses: [.rowLogs, .owner, .delete],
    rowCommands: [
      Command(
        .node, .go, ["w"], "The node of the row's pod", scope: .pages,
        action: .leads { row, _ in row.node.flatMap { Place(cluster: $0.cluster, object: $0.reference) } },
        disabled: { $0.selection.node == nil ? "the row has no node" : nil })
    ])

  let cluster: String
  let name: String
  private(set) var list = ListState()
  private(set) var view: NodeView?

  package init?(_ place: Place, _ context: PageContext) {
    guard let object = place.object, object.isOf(.nodes) else { return nil }
    (cluster, name) = (place.cluster, object.name)
  }

  static func place(of name: String, cluster: String) -> Place {
    Place(.node, cluster: cluster, object: ObjectReference(type: .nodes, name: name))
  }

  package var place: Place { Self.place(of: name, cluster: cluster) }
  package var title: String { name }
  package var lists: [ListState] {
    get { [list] }
    set { list = newValue[0] }
  }

  var pod: NodeView.PodRow? {
    guard let pods = view?.pods, pods.indices.contains(list.selected) else { return nil }
    return pods[list.selected]
  }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .refreshed: refresh(context)
    case .picked(let row, _):
      list.selected = row
      anchor()
    case .command(let command, _):
      if list.move(command) {
        anchor()
        return .done
      }
      guard command == .enter else { return .ignored }
      guard let pod, let place = Place(cluster: cluster, object: pod.pod.reference) else { return .say("There is no pod to drill into.") }
      return .go(place)
    case .opened, .changed, .sorted, .answered: break
    }
    return .done
  }

  private mutating func refresh(_ context: PageContext) {
    let snapshot = context.isUnknown ? nil : context.shown.health(of: cluster)?.snapshot
    let view = snapshot.flatMap { NodeView(name, in: $0, now: context.moment) }
    self.view = view
    let pods = view?.pods ?? []
    list.fill(pods.count) { pods[$0].pod.uid == $1 }
  }

  private mutating func anchor() { list.anchor = pod?.pod.uid }

  package func selection(_ context: PageContext) -> Selection {
    var selection = view.map { Selection($0.row, context) } ?? Selection()
    selection.link = place
    // The page is the node's own: what owns the row is the pod's.
    selection.owner = pod?.owner.map { .init(cluster: cluster, reference: $0) }
    guard let pod = pod?.pod else { return selection }
    selection.pod = .init(cluster: cluster, namespace: pod.namespace, name: pod.name)
    selection.logQuery = context.logQuery("namespace:\(pod.namespace) pod:\(pod.name)", in: cluster)
    selection.copyText = pod.name
    return selection
  }

  package func document(_ context: PageContext) -> Document {
    Document(
      report: { view?.report(face: context.face) ?? Report("\(cluster) › \(name)", [.text("The node is not in the cluster.")]) },
      json: { view.map { [NodeListings.nodes.jsonLine($0.row)] } ?? [] })
  }
}
