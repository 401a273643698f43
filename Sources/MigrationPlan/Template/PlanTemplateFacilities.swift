extension PlanTemplate {
  static let facilities = """
    # The facilities, in order. Each is treated like a microservice: documented, with a boundary, so that it can be replaced alone.
    facilities:
      - id: logging
        order: 1
        name: Logging
        owner: migration
        boundary: A standard for log records on stdout and a boilerplate implementation. How else will you debug what you deploy?
        docs: docs/facilities/01-logging.md
        revisitEvery: 90d
      - id: pipeline
        order: 2
        name: Build & deploy pipeline
        owner: migration
        dependsOn: [logging]
        boundary: From source control to each cluster, as code. How do we recover in the face of tragic loss?
      - id: ingress
        order: 3
        name: Ingress
        owner: migration
        dependsOn: [pipeline]
        boundary: One front door by functional URI prefix for clients; liveness, metrics and the like for operators only.
      - id: durable-logging
        order: 4
        name: Durable logging
        owner: migration
        dependsOn: [logging]
        boundary: Records are forwarded to a central place with robust search, and outlive their pods.
      - id: monitoring
        order: 5
        name: Monitoring
        owner: migration
        dependsOn: [ingress]
        boundary: Services export metrics; a central facility collects and durably stores them.
      - id: dashboards
        order: 6
        name: Monitoring dashboards
        owner: migration
        dependsOn: [monitoring]
        boundary: A single pane of glass, red and green, that compares services and drills into a hotspot.
        revisitEvery: 30d
      - id: alerting
        order: 7
        name: Alerting
        owner: migration
        dependsOn: [monitoring]
        boundary: The cluster cries for help, in the right place - chat in business hours, a ticket, a pager for fires.
        revisitEvery: 30d
      - id: resiliency
        order: 8
        name: Service resiliency
        owner: migration
        dependsOn: [monitoring]
        boundary: Resource tags from load tests, no dropped messages, minimal resource use.
      - id: tracing
        order: 9
        name: Distributed tracing
        owner: migration
        dependsOn: [logging, ingress]
        boundary: How services collaborate on a task, which hop was at fault, what the topology is and how it changes.
      - id: mesh
        order: 10
        name: Service mesh
        owner: migration
        dependsOn: [ingress, tracing]
        boundary: Control of the request flow - operator-only canaries, TLS everywhere, circuit breakers, retry budgets.


    """

  static let concepts = """
    # What the staff has to learn. Reveal change gradually: a demo whose concepts weigh more than the budget is too much at once.
    # weight: 1 habit, 2 tool, 3 mental model. demo: the sprint whose demo reveals it; without one it is held back.
    concepts:
      - {id: json-records, facility: logging, name: One JSON object a line on stdout, weight: 1, demo: 1}
      - id: request-id
        facility: logging
        name: From a ticket's x-request-id to every record of every service
        weight: 2
        demo: 1
        prerequisites: [json-records]
        lessons: [follow-an-id]
      - {id: pipeline-as-code, facility: pipeline, name: Build pipeline as code, weight: 2, demo: 2}
      - {id: rebuild-after-loss, facility: pipeline, name: Rebuild after tragic loss, weight: 1, demo: 2}
      - {id: functional-prefixes, facility: ingress, name: Functional URI prefixes, weight: 2, demo: 3}
      - {id: operator-paths, facility: ingress, name: Operator paths are closed to clients, weight: 1, demo: 3}
      - {id: logs-outlive-pods, facility: durable-logging, name: Logs outlive their pods, weight: 2, demo: 4}
      - {id: log-search, facility: durable-logging, name: Search through all records, weight: 1, demo: 4}
      - {id: export-a-metric, facility: monitoring, name: Export a metric, weight: 2, demo: 5}
      - {id: reschedules, facility: monitoring, name: Pods are rescheduled all the time, weight: 1, demo: 5}
      - {id: single-pane, facility: dashboards, name: The single pane of glass, weight: 2, demo: 6}
      - {id: drill-down, facility: dashboards, name: Drill into one hotspot, weight: 1, demo: 6}
      - {id: alert-routes, facility: alerting, name: "Chat, ticket or pager", weight: 2, demo: 7}
      - {id: runbooks, facility: alerting, name: Every alert has a runbook, weight: 1, demo: 7}
      - {id: graceful-shutdown, facility: resiliency, name: "SIGTERM, 30 seconds, SIGKILL: nothing is dropped", weight: 3, demo: 8}
      - {id: requests-and-limits, facility: resiliency, name: Requests and limits from a load test, weight: 2}
      - {id: traces, facility: tracing, name: "One request, many services: spans", weight: 3, demo: 9}
      - {id: service-identity, facility: mesh, name: The mesh speaks for the service, weight: 3, demo: 10}
      - {id: operator-canary, facility: mesh, name: A canary that only operators reach, weight: 1}


    """

  static let registers = """
    # What the organization requires. A group mind-dump is a good start: answer each question in a "statement", say which
    # facilities it affects and, once there is one, which check shows that it is respected.
    constraints:
      - {id: environments, kind: environments, question: "How many environments will we support? Dev, pre-prod, prod?"}
      - id: automation
        kind: automation
        question: How much automation is acceptable? Does each code change change production, or are deploys more gradual?
        affects: [pipeline]
      - id: integrations
        kind: integrations
        question: What integrations with other systems are required? Ticketing, notifications, alerting, agile boards?
        affects: [alerting]
      - id: compliance
        kind: compliance
        question: What compliance concerns must be addressed? Data sovereignty, encryption, isolation?
        affects: [durable-logging, mesh]
      - id: audit
        kind: audit
        question: What audit facilities are required? Production changes, source changes, code deploys?
        affects: [pipeline]
      - {id: other-constraints, kind: other, question: "Other?"}

    # What the clients want out of the new system. Most people are won by well-designed tools.
    desires:
      - {id: simple-migration, question: Is it simple to migrate an existing service?, kind: other}
      - {id: boilerplate, question: Are there boilerplate implementations of the common facilities?, kind: other, affects: [logging]}
      - {id: training, question: Is there training on the new systems?, kind: other}
      - {id: other-desires, question: "Other?", kind: other}

    # Problems you have been living with. A migration is a great time to fix them, in early or later versions.
    ills:
      - {id: build-system, question: What is wrong with the build system?, affects: [pipeline]}
      - {id: logs, question: What is wrong with logging?, affects: [logging, durable-logging]}
      - {id: metrics, question: What is wrong with monitoring?, affects: [monitoring]}
      - {id: alerts, question: What is wrong with alerting?, affects: [alerting]}
      - {id: notifications, question: What is wrong with notifications?, affects: [alerting]}
      - {id: boards, question: What is wrong with dashboards?, affects: [dashboards]}
      - {id: observability, question: What is wrong with general observability?, affects: [tracing]}
      - {id: other-ills, question: "Other?"}


    """
}
