import Kubernetes

extension Resource {
  package static let configMaps = Resource(.configMaps)
}

extension ResourceDefinition {
  static let configMaps = ResourceDefinition(.configMaps) { $0.columns = [.name, .data, .age] }
}
