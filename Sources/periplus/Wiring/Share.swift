import StateDirectory

/// What is installed beside the programs: lessons, demos, the app profile with its manifests.
///
/// Looked for beside an installed program (`<prefix>/share/periplus`), else in the source tree that the program was built in.
struct Share {
  let lessons: String
  let demos: String
  /// The app profile; its manifests lie beside it.
  let app: String

  /// In the source tree.
  private static let sourceProfile = "ReferenceApp/app.yaml"

  static func locate() throws -> Share {
    let folders = try Installation.locate().ancestors
    for folder in folders {
      let installed = "\(folder)/share/periplus"
      if Files.exists("\(installed)/lessons") {
        return Share(lessons: "\(installed)/lessons", demos: "\(installed)/demos", app: "\(installed)/app.yaml")
      }
      if Files.exists("\(folder)/lessons"), Files.exists("\(folder)/\(sourceProfile)") {
        return Share(lessons: "\(folder)/lessons", demos: "\(folder)/demos", app: "\(folder)/\(sourceProfile)")
      }
    }
    throw Problem.environment(
      "expected lessons, demos and an app profile in share/periplus beside the program and found none; unpack the bundle whole, or build in the source tree"
    )
  }
}

/// Where the programs are.
struct Installation {
  let executable: String

  static func locate() throws -> Installation {
    guard let executable = Environment.executable else {
      throw Problem.environment(
        "the file of the running program is gone, or /proc is not mounted; install periplus again and start it anew")
    }
    return Installation(executable: executable)
  }

  var folder: String { Files.parent(of: executable) ?? "/" }

  /// The program's folder and every folder above it, nearest first.
  var ancestors: [String] {
    var folders: [String] = []
    var next: String? = folder
    while let current = next, current != "/" {
      folders.append(current)
      next = Files.parent(of: current)
    }
    return folders
  }

  /// A program that comes with this one.
  func companion(_ name: String) throws -> String {
    let path = "\(folder)/\(name)"
    guard Files.exists(path) else {
      throw Problem.environment("expected the program \(name) beside \(executable) and found none; build again, or unpack the bundle whole")
    }
    return path
  }
}
