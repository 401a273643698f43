import Checks
import Ingest
import JSONBytes
import Load
import Training
import TrainingGround
import Views

/// The page `docs/json.md`: what `--json` of every command writes.
enum JSONReference {
  static let document = JSONDocument(
    introduction: """
      # JSON output

      Each reading command has `--json`: one JSON object a line on standard output, progress and problems on standard error. Keys are stable:
      new ones may come, none changes its meaning. **A key whose value is not known is absent**, unless this page says `null`.
      `periplus schema` writes this page from what the commands write.

      | type | form |
      |---|---|
      | time | string, RFC 3339 in UTC: `2026-01-22T14:03:02.118Z` (records: nine digits) |
      | seconds | number, with fractions |
      | millis, micros | whole number; the unit is in the key |

      Exit codes: 0 done; 1 a finding (red, a check that does not pass, a lint error, nothing found); 2 wrong usage; 3 something the command
      needs is missing.

          periplus logs --request-id "$ID" --json | jq -r '[.at, .service, .message] | @tsv'
          periplus health --json | jq -r 'select(.status == "red") | .workload + ": " + .reasons[0].sentence'
      """,
    sections: [logs, request, reschedules, health, nodes, status, plan, lint, traffic, check, ingest, store, cluster, doctor, learn, demo])

  private static let logs = JSONDocument.Section(
    "logs",
    """
    One object a record, oldest first. `console --page logs --json` gives the same. With `--request-id` the command waits up to 2 s for what was
    written before it.
    """,
    RecordListings.records.shape,
    examples: #"""
      {"at":"2026-01-22T14:03:02.118000000Z","cluster":"ground","namespace":"default","service":"api","pod":"api-7f7b8-4ftrr","container":"api","level":"INFO","message":"POST /items received","requestId":"9f3c1e07-5a0e-4c1f-9d0a-2f1b7c55e010","fields":{"logLevel":"INFO"},"raw":"{\"logLevel\":\"INFO\"}"}
      """#)

  private static let request = JSONDocument.Section(
    "request",
    """
    Waits up to 2 s for what was written before it. A line that sums up, then the records and the pods' moments in time order.
    `console --page request/ID --json` gives the same.
    """,
    .init(RequestView.summaryShape), .init(type: "record", reference: "the keys of [logs](#logs)."), .init(RecordListings.moments.shape),
    examples: #"""
      {"type":"request","requestId":"9f3c1e07","headline":"POST /items → 201 in 412 ms","services":["api","worker","db"],"records":14,"pods":4,"podsGone":1,"podEnds":[{"service":"api","cluster":"ground","pod":"api-7f7b8-hm2kn","podUid":"4e1c…","at":"2026-01-22T14:03:09.300Z","what":"deleted","cause":"deleted","midRequest":false,"afterSeconds":7.179,"replacedBy":"api-7f7b8-x2x9k"}],"missing":[]}
      """#,
    #"""
    {"type":"pod","at":"2026-01-22T14:03:02.300000000Z","cluster":"ground","namespace":"default","pod":"worker-5d9f6-xdkt7","podUid":"0b5e…","node":"node-2","kind":"gone","detail":"deleted","midRequest":false}
    """#)

  private static let reschedules = JSONDocument.Section(
    "reschedules",
    """
    One object an entry of the reschedule history, one a downtime of a workload, whatever its entries, and one a time that nobody saw, oldest
    first. An entry has no `type`.
    """,
    .init(LedgerListings.entries.shape), .init(LedgerListings.outages), .init(LedgerListings.gaps),
    examples: #"""
      {"at":"2026-01-22T14:03:02.300Z","cluster":"ground","namespace":"default","workload":"Deployment/worker","change":"replaced","cause":"deleted","old":{"name":"worker-5d9f6-xdkt7","uid":"0b5e…","node":"node-2"},"new":{"name":"worker-5d9f6-5jv2d","uid":"c1a4…","node":"node-1"},"exitCode":0,"downtimeSeconds":0.0,"capacityGapSeconds":0.148,"confidence":0.9,"evidence":["deleted directly (kubectl or API)"]}
      """#,
    #"""
    {"type":"gap","at":"2026-01-22T14:10:00.000Z","until":"2026-01-22T14:12:30.000Z","cluster":"ground","reason":"the recorder was not running"}
    """#)

  private static let health = JSONDocument.Section(
    "health",
    """
    One object a workload, a pod without a controller that is at fault, and a node that is not well; each cluster's worst first. Then one for each
    cluster that does not answer, or does not show all to this user. Exit code 1 when something is red, else 3 when a cluster does not answer.
    """,
    .init(HealthListing.tiles.shape), .init(ClusterSight.shape),
    examples: #"""
      {"cluster":"ground","namespace":"default","workload":"Deployment/worker","status":"red","ready":1,"desired":2,"since":"2026-01-22T14:01:40.000Z","reasons":[{"rule":"crash-loop","status":"red","sentence":"CrashLoopBackOff, 7 restarts, OOMKilled (exit code 137)","since":"2026-01-22T14:01:40.000Z"}],"unplanned24h":7}
      """#)

  private static let nodes = JSONDocument.Section(
    "nodes",
    """
    One object a node, the worst first, then one for each cluster that does not answer, or does not show all to this user; exit code 1 when one is red, else
    3 when a cluster does not answer. `console --page nodes --json` gives the same.
    """,
    .init(NodeListings.nodes.shape), .init(ClusterSight.shape),
    examples: #"""
      {"cluster":"ground","node":"node-2","status":"green","ready":"True","since":"2026-01-22T13:58:00.000Z","conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","message":"kubelet is posting ready status","since":"2026-01-22T13:58:00.000Z"}],"requestedMilliCPU":250,"allocatableMilliCPU":2000,"requestedMemory":201326592,"allocatableMemory":4294967296,"pods":4,"allocatablePods":110,"taints":["node.kubernetes.io/unschedulable:NoSchedule"],"kubelet":"v1.32.0","created":"2026-01-22T13:57:58.000Z","cordoned":true,"drained":false,"cordonedBy":"kubectl","cordonedAt":"2026-01-22T14:02:40.000Z"}
      """#)

  private static let status = JSONDocument.Section(
    "status", "One object.", StatusReport.shape,
    examples: #"""
      {"home":"/home/a/.local/state/periplus","kubeconfig":"/home/a/.local/state/periplus/kubeconfig","api":"http://127.0.0.1:16443","components":[{"name":"ground","state":"running","pid":4121},{"name":"recorder","state":"running","pid":4130}],"services":[{"name":"feed","cluster":"ground","state":"running","since":"2026-01-22T13:58:00.000Z"}],"sources":[{"name":"logs","cluster":"ground","currentAt":"2026-01-22T14:03:02.118Z","recordsIn":1841,"dropped":0}]}
      """#)

  private static let plan = JSONDocument.Section(
    "plan status",
    "One object a facility, then one a gate, a wave, an entry of a register, an environment. `console --page voyage --json` gives the same.",
    .init(VoyageListings.facilities.shape), .init(VoyageListings.gates), .init(VoyageListings.waves), .init(VoyageListings.registers),
    .init(VoyageListings.environments),
    examples: #"""
      {"type":"facility","order":1,"id":"logging","name":"Logging","state":"soaking","pass":12,"counted":12,"waived":0,"lowestGrade":"E3","newest":"2026-01-22T14:02:40.000Z","next":"soaking: 1 of 5 days done","checks":[{"check":"logging.records-valid","outcome":"pass"}]}
      """#)

  private static let lint = JSONDocument.Section(
    "plan lint, learn lint, demo lint", "One object a finding.", DiagnosticsReport.shape)

  private static let traffic = JSONDocument.Section(
    "traffic", "One object when it ends.", TrafficSummary.shape,
    examples: #"""
      {"sent":1000,"failed":0,"byStatus":{"200":741,"201":198,"202":61},"unanswered":0,"elapsedMillis":2210,"p50Micros":9800,"p99Micros":41200,"lastIds":["traffic-1enzjx3-50"],"lastIdsByRequest":{"add-item":["traffic-1enzjx3-34"]},"failures":[]}
      """#)

  private static let check = JSONDocument.Section(
    "check", "One object a check, as soon as it is done. The exit code is 1 when one does not pass.", CheckRunner.Report.shape,
    examples: #"""
      {"check":"logging.records-valid","outcome":"pass","onFailure":"…","howToFix":"…","details":[],"evidence":[{"subject":"Deployment/api","outcome":"pass","grade":"E3","observed":"250 of 250 records valid","query":"…","at":"2026-01-22T14:02:40.000Z"}]}
      """#)

  private static let ingest = JSONDocument.Section(
    "ingest", "One object when it ends.", FileIngest.Summary.shape,
    examples: #"""
      {"files":1,"records":1000000,"bytes":528391020,"notJSON":0,"cut":0,"masked":0,"problems":[],"wasCancelled":false}
      """#)

  private static let store = JSONDocument.Section(
    "store", "One object; exit code 1 while there is no store.", StoreCommand.Extent.shape,
    examples: #"""
      {"records":1000000,"oldest":"2026-01-08T00:00:00.000Z","newest":"2026-01-22T14:03:02.118Z","usedBytes":612368384,"fileBytes":629145600,"keepForSeconds":1209600,"keepAtMostBytes":10737418240}
      """#)
  private static let cluster = JSONDocument.Section(
    "cluster replay",
    """
    The lines of [reschedules](#reschedules) for the whole recording, and with `--health` those of [health](#health) as of its end behind them: \
    an entry has `change`, a gap `type`, a line of health `status`.
    """)

  private static let doctor = JSONDocument.Section(
    "doctor", "One object a finding; exit code 3 when something that is needed is missing.", Doctor.Finding.shape,
    examples: #"""
      {"what":"kubectl","good":false,"needed":false,"sentence":"not on PATH; everything works without it, Debian has it as kubernetes-client"}
      """#)

  private static let learn = JSONDocument.Section(
    "learn", "One object a lesson: of `list`, `status`, `export`, and of each command that moves a lesson.",
    .init(TrainingRecord.listing.shape),
    closing: "`learn author-check` gives one object a finding: \(JSONDocument.sentence(AuthorCheckText.shape)).")

  private static let demo = JSONDocument.Section(
    "demo",
    "`demo list` gives one object a demo: \(JSONDocument.sentence(Demo.listShape)). `demo rehearse` gives one a step, then one for the whole.",
    .init(RehearsalText.stepShape), .init(RehearsalText.shape))
}
