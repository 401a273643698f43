import Application
import ArgumentParser
import Glibc
import JSONBytes
import RecordStore
import StateDirectory
import TimeFormat
import Views

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look whether this machine has what Periplus needs, and say what to do where it has not.",
    discussion: "Exit code 3 when something that is needed is missing.")

  @OptionGroup var home: HomeOptions
  @OptionGroup var output: PrintOptions

  struct Finding {
    var what: String
    var isGood: Bool
    var isNeeded = true
    var sentence: String

    static let shape = JSONShape<Finding>([
      JSONField(
        "what", .string,
        """
        `state`, `disk`, `periplus-shim`, the programs of the app profile, `lessons`, `loopback`, `terminal`, `locale`, `kubectl`; \
        `ground` and `recorder` while they are wanted
        """
      ) { $0.what },
      JSONField("good", .boolean) { $0.isGood }, JSONField("needed", .boolean) { $0.isNeeded },
      JSONField("sentence", .string, "what was found, and what to do") { $0.sentence },
    ])
  }

  func run() async throws {
    let home = try home.resolve()
    var findings = [homeFinding(home), await spaceFinding(home)] + programs() + [addresses(), terminal(), locale(), kubectl()]
    findings += daemons(home)
    let rows = findings.map { finding in
      [finding.what, finding.isGood ? "✔ ok" : finding.isNeeded ? "✖ missing" : "▲ warning", finding.sentence]
    }
    output.show(
      Report("What this machine has", [.table(Report.Table(headers: ["what", "status", "detail"], rows: rows))]),
      findings.map { Finding.shape.line($0) })
    if findings.contains(where: { !$0.isGood && $0.isNeeded }) { throw Problem(status: .environment, sentence: "") }
  }

  private func homeFinding(_ home: Home) -> Finding {
    do {
      try home.create()
      return Finding(what: "state", isGood: true, sentence: home.path)
    } catch {
      return Finding(what: "state", isGood: false, sentence: "\(error); set PERIPLUS_HOME to a folder that you may write")
    }
  }

  private func spaceFinding(_ home: Home) async -> Finding {
    guard let room = Files.freeSpace(of: home.path) else {
      return Finding(what: "disk", isGood: false, isNeeded: false, sentence: "the free space of \(home.path) cannot be read")
    }
    let free = room / (1 << 20)
    guard free > 500 else { return Finding(what: "disk", isGood: false, sentence: "\(free) MiB free; logs and state need 500 MiB or more") }
    // The store grows up to what it keeps.
    let retention: Retention = (try? ConfigurationFile(home: home).read())?.retention ?? .standard
    let used = ((try? await StoreReader(directory: home.store).extent()) ?? nil)?.usedBytes ?? 0
    let growth = UInt64(retention.growth(beyond: used)) / (1 << 20)
    let store = "the store has \(WorkloadView.memory(used)) and grows to \(WorkloadView.memory(retention.bytes)) at most"
    return Finding(
      what: "disk", isGood: free > growth + 500, isNeeded: false,
      sentence: "\(free) MiB free; \(store)"
        + (free > growth + 500 ? "" : "; give it less: store: {keepAtMost: SIZE} in config.yaml of the state folder"))
  }

  private func programs() -> [Finding] {
    (["periplus-shim"] + ((try? AppFile.locate())?.profile?.images.map(\.program) ?? [])).map { name in
      do {
        return Finding(what: name, isGood: true, sentence: try Installation.locate().companion(name))
      } catch {
        return Finding(what: name, isGood: false, sentence: (error as? Problem)?.sentence ?? "\(error)")
      }
    } + [
      {
        do {
          return Finding(what: "lessons", isGood: true, sentence: try Share.locate().lessons)
        } catch {
          return Finding(what: "lessons", isGood: false, sentence: (error as? Problem)?.sentence ?? "\(error)")
        }
      }()
    ]
  }

  /// Pods listen on addresses of 127.0.0.0/8 that nobody set up; Linux answers on all of them.
  private func addresses() -> Finding {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(UInt32(0x7F40_0101).bigEndian)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    return Finding(
      what: "loopback", isGood: result == 0,
      sentence: result == 0
        ? "pods can have addresses of 127.0.0.0/8" : "127.64.1.1 cannot be bound; the proving ground needs Linux's loopback")
  }

  private func terminal() -> Finding {
    let name = Environment.current["TERM"] ?? ""
    let isGood = isatty(STDOUT_FILENO) == 1 && !name.isEmpty && name != "dumb"
    return Finding(
      what: "terminal", isGood: isGood, isNeeded: false,
      sentence: isGood ? name : "no terminal for the console; text commands and console --once work")
  }

  private func locale() -> Finding {
    return Finding(
      what: "locale", isGood: TextEncoding.isUTF8, isNeeded: false,
      sentence: TextEncoding.isUTF8 ? TextEncoding.name : "\(TextEncoding.name): ASCII is drawn; LC_ALL=C.UTF-8 gives the full picture")
  }

  private func kubectl() -> Finding {
    let candidates: [String] = (Environment.current["PATH"] ?? "").split(separator: ":").map { "\($0)/kubectl" }
    let found = candidates.first { access($0, X_OK) == 0 }
    return Finding(
      what: "kubectl", isGood: found != nil, isNeeded: false,
      sentence: found ?? "not on PATH; everything works without it, Debian has it as kubernetes-client")
  }

  private func daemons(_ home: Home) -> [Finding] {
    let launcher = GroundLauncher(home: home)
    guard DesiredState.read(home) == .up else { return [] }
    return GroundLauncher.daemons.map { name in
      let isRunning = launcher.isRunning(name)
      return Finding(
        what: name, isGood: isRunning,
        sentence: isRunning
          ? "runs, pid \(launcher.identity(of: name)?.pid ?? 0)" : "is wanted but does not run; its log is \(home.log(name))")
    }
  }
}
