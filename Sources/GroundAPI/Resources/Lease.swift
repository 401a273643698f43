import Kubernetes

extension Resource {
  package static let leases = Resource(.leases)
}

extension ResourceDefinition {
  static let leases = ResourceDefinition(.leases) {
    $0.columns = [.name, .text("Holder", "The holder's identity.", at: "spec", "holderIdentity"), .age]
  }
}
