import Application
import Synchronization

/// The first service of the application, read when it is first asked for: the first frame does not wait for the profile.
final class FirstService: Sendable {
  private let app: String?
  private let known = Mutex<String?>(nil)

  /// - Parameter app: as given by `--app`.
  init(of app: String?) { self.app = app }

  /// `NAME` where there is no profile.
  var name: String {
    known.withLock { known in
      if let known { return known }
      let name = (try? AppFile.locate(app))?.profile?.services.first?.name ?? "NAME"
      known = name
      return name
    }
  }
}
