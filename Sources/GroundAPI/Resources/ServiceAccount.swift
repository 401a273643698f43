import JSONBytes
import Kubernetes

extension Resource {
  package static let serviceAccounts = Resource(.serviceAccounts)
}

extension ResourceDefinition {
  static let serviceAccounts = ResourceDefinition(.serviceAccounts) {
    $0.columns = [
      .name,
      TableColumn("Secrets", "Secrets that pods of this account may use.") { account, _ in
        .int(Int64(account["secrets"]?.arrayValue?.count ?? 0))
      },
      .age,
    ]
    $0.mergeKeys = MergeKeys(["secrets": .map("name"), "imagePullSecrets": .map("name")])
  }
}
