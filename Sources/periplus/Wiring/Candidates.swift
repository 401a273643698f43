import Application
import ArgumentParser
import Checks
import Console
import KubernetesClient
import StateDirectory
import TelemetryModel
import Training
import TrainingGround

/// What the shell offers for a word when Tab is pressed. All of it comes from the program and from files: nothing waits for a cluster.
enum Candidates {
  static let lessons = CompletionKind.custom { _, _, _ in ((try? TrainingShelf.open().lessons()) ?? []).map(\.id) }
  static let demos = CompletionKind.custom { _, _, _ in ((try? TrainingShelf.open().demos()) ?? []).map { "\($0.number)" } }
  static let checks = CompletionKind.list(CheckLibrary.all.map(\.id))
  static let pages = CompletionKind.list(Pages.linkNames)
  static let levels = CompletionKind.list(LogLevel.allCases.map(\.word))
  static let services = CompletionKind.custom { _, _, _ in appServices }
  static let contexts = CompletionKind.custom { _, _, _ in contextNames }

  /// Conditions of a query: its fields, and the values of those that are known.
  static let query = CompletionKind.custom { _, _, _ in
    appServices.map { "service:\($0)" } + LogLevel.allCases.map { "level:>=\($0.word)" } + appNamespaces.map { "namespace:\($0)" }
      + (contextNames + [GroundConnection.clusterName]).map { "cluster:\($0)" } + ["request:", "status:5xx", "pod:", "since:15m", "limit:"]
  }

  private static var appServices: [String] { ((try? AppFile.locate())?.profile?.services ?? []).map(\.name) }
  private static var appNamespaces: [String] { ((try? AppFile.locate())?.profile).map { [$0.namespace] } ?? [] }
  private static var contextNames: [String] { (try? Kubeconfig.load())?.contextNames ?? [] }
}
