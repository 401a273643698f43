import JSONBytes
import Kubernetes

/// What every workload that makes pods does with them (kubernetes, pkg/controller, controller_ref_manager.go).
extension ClusterView {
  /// The workloads of a type which a change of something that they manage concerns: its manager, or those that select it where it
  /// has none.
  func workloads(_ type: ResourceType, concernedBy change: ObjectChange) -> [JSONValue] {
    change.states.flatMap { state -> [JSONValue] in
      if state.controller != nil { return controller(of: state, type).map { [$0] } ?? [] }
      return all(type, in: change.key.namespace).filter { $0.selector.matches(state.labels) }
    }
  }

  /// The pods of a workload, with the writes that make them its own: it adopts those without a manager that it selects and that
  /// are its members, and releases those that it selects no more.
  func claimPods(of workload: JSONValue, isMember: (JSONValue) -> Bool = { _ in true }) -> (pods: [JSONValue], writes: [Write]) {
    let selector = workload.selector
    var pods = controlled(by: workload, .pods)
    var writes: [Write] = []
    if !workload.isTerminating {
      for orphan in uncontrolled(.pods, in: workload.namespace)
      where orphan.isActive && selector.matches(orphan.labels) && isMember(orphan) {
        writes.append(Self.owners(of: orphan, orphan.owners + [workload.controllerReference()]))
        pods.append(orphan)
      }
      for pod in pods where pod.isActive && !selector.matches(pod.labels) {
        writes.append(Self.owners(of: pod, pod.owners.filter { $0["uid"]?.stringValue != workload.uid }))
      }
    }
    return (pods.filter { selector.matches($0.labels) }, writes)
  }

  private static func owners(of pod: JSONValue, _ owners: [JSONValue]) -> Write {
    .patch(
      resource: .pods, of: Reference(pod), subresource: nil, merge: ["metadata": ["ownerReferences": .array(owners)]], version: pod.version)
  }
}

extension JSONValue {
  /// `spec.selector`.
  var selector: LabelSelector { LabelSelector(object: at("spec", "selector")) }

  /// A pod of this workload's template, without a name.
  func podFromTemplate() -> JSONValue {
    var metadata = at("spec", "template", "metadata") ?? [:]
    metadata["namespace"] = .string(namespace)
    metadata["name"] = nil
    metadata["creationTimestamp"] = nil
    metadata["ownerReferences"] = [controllerReference()]
    return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": at("spec", "template", "spec") ?? [:]]
  }
}

extension Outcome {
  /// Writes a status, unless it says what is there already; `null` is for a member that is not to be there.
  /// - Parameter version: the version of the object onto which alone it is written.
  mutating func report(_ status: JSONValue, of object: JSONValue, _ type: ResourceType, version: String? = nil) {
    let isSame = (status.objectValue ?? [:]).allSatisfy { member in
      let present = object.at("status", member.key)
      return member.value.isNull ? present == nil : present == member.value
    }
    if isSame { return }
    writes.append(.patch(resource: type, of: Reference(object), subresource: "status", merge: ["status": status], version: version))
  }
}
