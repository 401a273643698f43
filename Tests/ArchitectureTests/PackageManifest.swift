import Foundation
import Testing

/// What Package.swift declares, read from its text: the one place where dependencies are written down.
struct PackageManifest {
  struct Target: Sendable, CustomTestStringConvertible {
    var name: String
    /// The folder of its sources, below the repository's root.
    var path: String
    /// Modules of the targets and products it depends on; here every product is one module of the same name.
    var dependencies: Set<String>

    var testDescription: String { name }
  }

  private(set) var targets: [Target] = []
  /// Products of other packages by the constant that names them.
  private(set) var products: [String: (module: String, package: String)] = [:]
  /// Packages by the last part of their URL.
  private(set) var packages: Set<String> = []

  /// The manifest's own functions, each of which makes a Swift target.
  private static let functions: Set<String> = ["module", "program", "tests"]

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let current: PackageManifest = {
    guard let text = try? String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8) else {
      preconditionFailure("Package.swift stands at the repository's root")
    }
    return PackageManifest(text)
  }()

  init(_ text: String) {
    let tokens = Self.tokens(text)
    for index in tokens.indices {
      if tokens[index...].starts(with: ["Target", ".", "Dependency", ".", "product", "("]) {
        let arguments = Self.arguments(tokens[(index + 5)...])
        guard let name = Self.value(of: "name", arguments), let package = Self.value(of: "package", arguments) else { continue }
        products[tokens[index - 2]] = (name, package)
      } else if tokens[index...].starts(with: [".", "package", "("]) {
        guard let url = Self.value(of: "url", Self.arguments(tokens[(index + 2)...])) else { continue }
        packages.insert(String(url.split(separator: "/").last ?? ""))
      }
    }
    for index in tokens.indices.dropLast(2)
    where Self.functions.contains(tokens[index]) && tokens[index + 1] == "(" && tokens[index + 2].hasPrefix("\"") {
      targets.append(target(function: tokens[index], Self.arguments(tokens[(index + 1)...])))
    }
  }

  private func target(function: String, _ arguments: [String]) -> Target {
    let name = Self.unquoted(arguments[0])
    var dependencies: Set<String> = []
    // The second argument; a list after a label is another one.
    if arguments.dropFirst().starts(with: [",", "["]) {
      for token in arguments.dropFirst(3).prefix(while: { $0 != "]" }) where token != "," {
        dependencies.insert(token.hasPrefix("\"") ? Self.unquoted(token) : products[token]?.module ?? token)
      }
    }
    let path = Self.value(of: "path", arguments) ?? (function == "tests" ? "Tests/" : "Sources/") + name
    return Target(name: name, path: path, dependencies: dependencies)
  }

  /// The tokens between an opening parenthesis and its closing one.
  private static func arguments(_ tokens: ArraySlice<String>) -> [String] {
    var depth = 0
    var result: [String] = []
    for token in tokens {
      if token == ")" { depth -= 1 }
      if depth > 0 { result.append(token) }
      if token == "(" { depth += 1 }
      if depth == 0 { break }
    }
    return result
  }

  /// The string after a label.
  private static func value(of label: String, _ arguments: [String]) -> String? {
    for index in arguments.indices.dropLast(2) where arguments[index] == label && arguments[index + 1] == ":" {
      return unquoted(arguments[index + 2])
    }
    return nil
  }

  private static func unquoted(_ token: String) -> String { token.trimmingCharacters(in: ["\""]) }

  /// Strings with their quotes, words, and single other characters; comments and spaces are left out.
  private static func tokens(_ text: String) -> [String] {
    text.matches(of: #/(?<comment>//[^\n]*)|"[^"\n]*"|\w+|[^\s\w]/#).filter { $0.output.comment == nil }.map { String($0.output.0) }
  }
}
