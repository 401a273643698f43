/// One cluster with the credentials to reach it, resolved from a kubeconfig or from within a pod.
package struct KubeContext: Sendable, Hashable {
  /// The context's name; `in-cluster` within a pod.
  package var name: String
  package var cluster: KubeCluster
  package var user: KubeUser
  /// The namespace to use where none is given.
  package var namespace: String

  package init(name: String, cluster: KubeCluster, user: KubeUser = KubeUser(), namespace: String = "default") {
    self.name = name
    self.cluster = cluster
    self.user = user
    self.namespace = namespace
  }

  /// Files beside the kubeconfig that ``cluster`` and ``user`` were read from. A kubelet writes its own anew (`client-certificate`), and so
  /// does who renews an authority.
  var materialFiles: [String] { cluster.materialFiles + user.materialFiles }
}

package struct KubeCluster: Sendable, Hashable {
  /// `https://host:port[/prefix]`, without a slash at the end.
  package var server: String
  /// PEM.
  package var certificateAuthority: [UInt8]?
  /// What the authority was read from, where the kubeconfig names a file.
  var materialFiles: [String] = []
  package var skipsTLSVerification = false
  package var tlsServerName: String?
  package var proxy: String?

  package init(server: String) { self.server = server }
}

package struct KubeUser: Sendable, Hashable {
  /// PEM.
  package var clientCertificate: [UInt8]?
  package var clientKey: [UInt8]?
  /// What certificate and key were read from, where the kubeconfig names files.
  var materialFiles: [String] = []
  package var token: String?
  /// Read again before it is a minute old, because service account tokens rotate.
  package var tokenFile: String?
  package var username: String?
  package var password: String?
  package var exec: ExecPlugin?

  package init() {}
}

/// A program that gives credentials (client.authentication.k8s.io).
package struct ExecPlugin: Sendable, Hashable {
  package var command: String
  package var arguments: [String] = []
  package var environment: [String: String] = [:]
  package var apiVersion = "client.authentication.k8s.io/v1"
  package var installHint = ""
  package var providesClusterInfo = false

  package init(command: String) { self.command = command }
}
