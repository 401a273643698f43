import JSONBytes
import StrictYAML
package import TimeFormat

/// The first plan that `periplus plan init` writes: ten facilities in order, two gates, registers with their questions.
package enum PlanTemplate {
  /// How long its sprints are.
  package static let sprintDays = 14

  /// - Parameters:
  ///   - name: the program's name as the console shows it.
  ///   - start: the day on which sprint 0 begins.
  ///   - cluster: the cluster on which the application runs first, and its context.
  ///   - requests: those of the app profile whose way through the services is known, the longest first: checks send them.
  package static func text(
    name: String = "Our platform migration", start: Timestamp, cluster: String = "ground", requests: [String] = []
  ) -> String {
    let first = CalendarDay(containing: start)
    let target = CalendarDay(containing: first.start + .seconds(12 * sprintDays * 86_400))
    return header(quoted(name), first.text, target.text, cluster) + facilities + concepts + checks(requests) + milestones + gates
      + registers + tail
  }

  /// A JSON string is a YAML string in double quotes.
  private static func quoted(_ text: String) -> String { JSONValue.string(text).jsonString }

  private static func header(_ name: String, _ start: String, _ target: String, _ cluster: String) -> String {
    """
    # The migration plan, as code. It says what is meant to happen; what did happen (results of checks, reveals, decisions) is
    # recorded by periplus and never written in here.
    #
    #   periplus plan lint      all errors at once, with line and suggestion
    #   periplus plan status    where the program stands, computed from the results of checks
    version: 1

    program:
      id: migration
      name: \(name)
      start: \(start)          # the first day of sprint 0
      target: \(target)         # when you would like to be done
      sprintDays: \(sprintDays)
      lastSprint: 11             # sprint 0 plans; 1 to 10 bring one facility each; 11 looks back
      environments: [dev, pre-prod, prod]
      # How many concept weights the staff can take in per sprint. An assumption until it is measured.
      assumedBudget: 3
      # onCall: who is on call; the gate "widespread" asks for it
      clusters:
        - id: \(cluster)
          context: \(cluster)
          location: laptop
          level: dev
          provingGround: true    # gates need evidence from a real cluster
        # - id: dev-fra
        #   context: dev-fra     # as in your kubeconfig
        #   location: fra
        #   level: dev

    # A small group that knows Kubernetes inside out: self-learners who like to teach, with operational and developer skills
    # and a sense for design. Not everybody needs every skill; all skills must be covered.
    teams:
      - id: migration
        name: Migration group
        migrationGroup: true
        members: []
        #  - name: A. N. Other
        #    skills: [operations, development, design, teaching]
        #    certifiedAdministrator: true


    """
  }

  private static func checks(_ requests: [String]) -> String {
    let all = "[\(requests.joined(separator: ", "))]"
    return """
      # Checks of the library (periplus check --list). A facility without checks stays "planned": nobody can declare it done.
      checks:
        - id: logging.records-valid
          facility: logging
          scope: service
          timeToLive: 15m
          parameters: {records: 200, requests: \(all)}
        - id: logging.id-echoed
          facility: logging
          scope: service
          timeToLive: 15m
        - id: logging.id-at-every-hop
          facility: logging
          timeToLive: 15m
          parameters: {\(requests.first.map { "request: \($0), " } ?? "")within: 10s}
        - id: logging.one-completion
          facility: logging
          scope: service
          timeToLive: 15m
          parameters: {requests: \(all)}


      """
  }

  private static let milestones = """
    # What is shown at the end of which sprint. Its state is computed from its checks: they must pass, keep passing for the soak,
    # and be shown in a demo.
    milestones:
      - {id: logging, sprint: 1, facility: logging, soakDays: 5}
      - {id: pipeline, sprint: 2, facility: pipeline, soakDays: 5}
      - {id: ingress, sprint: 3, facility: ingress, soakDays: 5}
      - {id: durable-logging, sprint: 4, facility: durable-logging, soakDays: 5}
      - {id: monitoring, sprint: 5, facility: monitoring, soakDays: 5}
      - {id: dashboards, sprint: 6, facility: dashboards, soakDays: 5}
      - {id: alerting, sprint: 7, facility: alerting, soakDays: 5}
      - {id: resiliency, sprint: 8, facility: resiliency, soakDays: 5}
      - {id: tracing, sprint: 9, facility: tracing, soakDays: 5}
      - {id: mesh, sprint: 10, facility: mesh, soakDays: 5}


    """

  private static let gates = """
    # Gates are conjunctions, judged per cluster on evidence from that very cluster.
    gates:
      # After durable logging: operational chores are still rough, but manageable if the load is low and the pressure high.
      - id: first-services
        name: first services in
        requires: [logging, pipeline, ingress, durable-logging]
        grade: E3
        soakDays: 14
        conditions: [no-severity-1-defect]
        cap: 3
      # After alerting: basic operational support is in place; further additions make operations and self-healing easier.
      - id: widespread
        name: widespread
        requires: [logging, pipeline, ingress, durable-logging, monitoring, dashboards, alerting]
        grade: E3
        soakDays: 14
        conditions: [no-severity-1-defect, on-call-named, change-budget-positive]


    """

  private static let tail = """
    # Services that will move, and the waves in which they come.
    services: []
    #  - {id: invoices, team: migration, tier: 1, wave: first, disposition: replatform, effort: 10}
    waves: []
    #  - {id: first, entryGate: first-services, cap: 3}

    # A check that need not pass for a while. Every waiver ends.
    waivers: []
    #  - check: logging.records-valid
    #    subject: Deployment/invoices
    #    reason: the vendor's library writes plain lines until release 4.2
    #    owner: A. N. Other
    #    approver: O. Thers
    #    expires: 2030-01-31

    # Known defects. Quality before features: one of severity 1 in a revealed facility stops all new reveals.
    defects: []

    # Dashboards and alerts are looked at again, after incidents and by the calendar.
    reviews: []

    """
}
