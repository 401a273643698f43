import TimeFormat

/// How much of what was revealed the staff has not taken in yet.
///
/// Each demo that was shown adds the weights of its concepts. The staff takes in as much per sprint as the plan assumes, evenly over the
/// sprint; whether it did is not measured. What is available for more is the assumed budget less what is undigested.
struct ChangeBudget {
  let assumed: Double?
  let undigested: Double

  var available: Double? { assumed.map { max(0, $0 - undigested) } }

  init(_ plan: Plan, reveals: [Reveal], now: Timestamp) {
    assumed = plan.program.assumedBudget
    let perSprint = assumed ?? 0
    let sprint = Double(plan.program.sprintDays) * 86_400
    // A demo that is shown again reveals nothing new.
    let first = Dictionary(reveals.filter { $0.at <= now }.map { ($0.demo, $0.at) }, uniquingKeysWith: min)
    var rest = 0.0
    var last: Timestamp?
    func take(until moment: Timestamp) {
      if let last { rest = max(0, rest - perSprint * Double((moment - last).nanoseconds) / 1e9 / sprint) }
      last = moment
    }
    for (demo, at) in first.sorted(by: { $0.value < $1.value }) {
      take(until: at)
      rest += Double(plan.concepts.filter { $0.demo != nil && $0.demo == Int(demo) }.reduce(0) { $0 + $1.weight })
    }
    take(until: now)
    undigested = rest
  }
}
