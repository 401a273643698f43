import ClusterModel
import Kubernetes
import MigrationPlan
import Synchronization
import TelemetryModel
import TimeFormat
import Views

/// Performs effects off the UI thread and answers into the inbox. What belongs to the terminal (copy, suspend, redraw, quit) is not its.
package final class EffectRunner: Sendable {
  private let ports: ConsolePorts
  private let inbox: Inbox
  private let tasks = Mutex<[Slot: Task<Void, Never>]>([:])
  /// What the pane waits for.
  private let pane = Mutex<Task<Void, Never>?>(nil)
  /// The checks that run.
  private let checks = Mutex<Task<Void, Never>?>(nil)
  private let ledger = Mutex(LedgerRecord())
  /// Requests that nobody answered, as it was last asked.
  private let unanswered = Mutex<[ObjectID: Int]>([:])
  private let posted = Mutex<[String: [ClusterHealth]]>([:])

  package init(ports: ConsolePorts, inbox: Inbox) {
    self.ports = ports
    self.inbox = inbox
  }

  /// Starts an effect. A query replaces the one of the same slot before it, which is cancelled.
  package func perform(_ effect: Effect) {
    inbox.begin()
    let task = Task { [self] in
      defer { inbox.end() }
      await run(effect)
    }
    if case .pane = effect { pane.withLock { $0 = task } }
    if case .cancelPane = effect { pane.withLock { $0 }?.cancel() }
    if case .runChecks = effect { checks.withLock { $0 = task } }
    if case .cancelChecks = effect { checks.withLock { $0 }?.cancel() }
    if case .load(_, let slot, _) = effect {
      let earlier = tasks.withLock { tasks in
        defer { tasks[slot] = task }
        return tasks[slot]
      }
      earlier?.cancel()
    }
  }

  private func run(_ effect: Effect) async {
    switch effect {
    case .load(let query, let slot, let number):
      do {
        let answer = try await query.run(ports.sources)
        if !Task.isCancelled { inbox.post(.answered(slot, number: number, .success(answer))) }
      } catch {
        if !Task.isCancelled { inbox.post(.answered(slot, number: number, .failure(QueryFailure("\(error)")))) }
      }
    case .export(let name, let markdown, let json):
      do {
        inbox.post(.note(Note("Exported to \(try await ports.export(name, markdown, json))", .good)))
      } catch {
        inbox.post(.note(Note("The export was not written: \(error)", .bad)))
      }
    case .act(let action):
      guard let actions = ports.actions else {
        inbox.post(.note(Note("Actions are off in \(action.cluster); --actions turns them on.", .bad)))
        return
      }
      do {
        inbox.post(.note(Note(try await actions.perform(action), .good)))
      } catch {
        inbox.post(.note(Note("\(error)", .bad)))
      }
    case .openPane(let kind, let id):
      guard let panes = ports.panes else {
        inbox.post(.note(Note("Lessons and demos need the proving ground: `periplus up` starts it.", .bad)))
        return
      }
      inbox.post(.pane(await panes.open(kind, id: id)))
    case .pane(let command, let argument):
      if let update = await ports.panes?.perform(command, argument: argument) { inbox.post(.pane(update)) }
    case .rememberLook(let moment): await ports.rememberLook(moment)
    case .runChecks(let ids): await run(checks: ids)
    case .copy, .suspend, .redraw, .quit, .cancelPane, .cancelChecks: break
    }
  }

  private func run(checks ids: [String]) async {
    guard let checks = ports.checks else {
      return inbox.post(.check(.ended(problem: "Checks are run by the recorder: `periplus up` starts one.")))
    }
    do {
      try await checks.run(ids) { [inbox] in inbox.post(.check(.result($0))) }
      inbox.post(.check(.ended(problem: nil)))
    } catch {
      inbox.post(.check(.ended(problem: "The checks could not be run: \(error)")))
    }
  }

  // MARK: What changes by itself

  /// Watches clusters and stores until it is cancelled. Nothing is asked on a timer but what time itself changes.
  package func watch() async {
    // Subscribed before the first look: what changes between the two is told.
    let (ledger, evidence) = (ports.ledger.ledgerChanges(), ports.evidence.evidenceChanges())
    let (logs, sources) = (ports.logs.changes(), ports.completeness.completenessChanges())
    await withTaskGroup(of: Void.self) { group in
      for source in ports.clusters {
        group.addTask { [self] in
          for await moment in source.answers() {
            inbox.post(.heard(cluster: source.cluster, at: moment))
            // Ages are shown in seconds: a busy cluster is no reason to draw more often.
            do { try await ports.pause(.seconds(1)) } catch { return }
          }
        }
        group.addTask { [self] in
          post(source.current())
          for await snapshot in source.snapshots() {
            let effort = post(snapshot)
            // A large cluster's verdicts cost more than they are worth ten times a second: at most a tenth of a core goes into them.
            guard effort > .milliseconds(5) else { continue }
            do { try await ports.pause(min(effort * 9, .seconds(2))) } catch { return }
          }
        }
      }
      group.addTask { [self] in
        await loadLedger()
        await follow(ledger) { await loadLedger() }
      }
      group.addTask { [self] in
        await loadVoyage()
        await follow(evidence) { await loadVoyage() }
      }
      group.addTask { [self] in
        await loadSources()
        await follow(sources) { await loadSources() }
      }
      group.addTask { [self] in await follow(logs, joining: Self.joiningRecords) { inbox.post(.changed(.logs)) } }
      group.addTask { [self] in await age() }
    }
  }

  /// Returns how long the verdicts took.
  @discardableResult
  private func post(_ snapshot: ClusterSnapshot) -> Duration {
    let began = ContinuousClock.now
    let known = ledger.withLock { $0 }
    let health = ClusterHealth(snapshot: snapshot, verdicts: ports.verdicts(snapshot, known, ports.now()))
      .adding(unanswered.withLock { $0 })
    inbox.post(.cluster(ClusterUpdate(health)))
    keep(health)
    return .now - began
  }

  /// Holds on to what the UI thread may still hold, so that letting go of a large cluster costs this thread's time, not a frame.
  private func keep(_ health: ClusterHealth) {
    let released = posted.withLock { posted in
      var kept = posted[health.snapshot.cluster] ?? []
      kept.append(health)
      let released = kept.count > 2 ? kept.removeFirst() : nil
      posted[health.snapshot.cluster] = kept
      return released
    }
    withExtendedLifetime(released) {}
  }

  /// How long changes of a store are joined: what is read whole again, ten times a second at most.
  private static let joining = Duration.milliseconds(100)
  /// New records are read alone, and somebody waits for them: with what comes before it, a line is on the screen within 100 ms.
  private static let joiningRecords = Duration.milliseconds(25)

  private func follow(_ changes: AsyncStream<Void>, joining: Duration = joining, _ act: () async -> Void) async {
    for await _ in changes {
      await act()
      do { try await ports.pause(joining) } catch { return }
    }
  }

  /// Verdicts age: a restart an hour ago counts less than one a minute ago. So do the plan's soaks.
  private func age() async {
    var round = 0
    while !Task.isCancelled {
      do { try await ports.pause(.seconds(5)) } catch { return }
      await loadUnanswered()
      for source in ports.clusters { post(source.current()) }
      round += 1
      if round.isMultiple(of: 2) { await loadVoyage() }
    }
  }

  /// One look at everything, now; for pages that are printed once.
  package func lookOnce() async {
    inbox.begin()
    await loadLedger()
    await loadVoyage()
    await loadSources()
    for source in ports.clusters { post(source.current()) }
    await loadUnanswered()
    if unanswered.withLock({ !$0.isEmpty }) { for source in ports.clusters { post(source.current()) } }
    inbox.end()
  }

  /// Whether somebody calls what has no pod. Where the logs cannot be asked, nothing is known of it.
  private func loadUnanswered() async {
    let query = UnansweredTraffic(posted.withLock { $0.values.compactMap(\.last) }, now: ports.now())
    let found = query.isEmpty ? [:] : (try? await query.run(ports.sources)) ?? [:]
    unanswered.withLock { $0 = found }
  }

  private func loadSources() async { inbox.post(.sources(await ports.completeness.completeness())) }

  private func loadLedger() async {
    let since = ports.now() - .seconds(7 * 86_400)
    do {
      let history = try await LedgerHistory(since: since).run(ports.sources)
      ledger.withLock { $0 = history }
      inbox.post(.ledger(LedgerUpdate(history)))
      for source in ports.clusters { post(source.current()) }
    } catch {
      inbox.post(.ledger(LedgerUpdate(LedgerRecord(), error: "The reschedule history cannot be read: \(error)")))
    }
  }

  private func loadVoyage() async {
    do {
      let update = await ports.voyage(try await ports.evidence.latest(), ports.now())
      inbox.post(.plan(update))
    } catch {
      inbox.post(.plan(PlanUpdate(voyage: nil, error: "The evidence cannot be read: \(error)")))
    }
  }
}
