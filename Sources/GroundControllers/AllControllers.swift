/// The controllers of a cluster, in the order in which they look at a change.
package enum Controllers {
  package static func all(nodes: NodeController = NodeController()) -> [Controller] {
    [
      NamespaceController.controller,
      GarbageCollector.controller,
      nodes.controller,
      DeploymentController.controller,
      ReplicaSetController.controller,
      StatefulSetController.controller,
      Scheduler.controller,
      EndpointSliceController.controller,
      DisruptionController.controller,
    ]
  }
}
