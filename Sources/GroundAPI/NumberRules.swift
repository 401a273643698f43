import GroundControllers
import JSONBytes
import Kubernetes

/// The ranges of the numbers and quantities of all kinds, by the names of their fields, wherever they stand
/// (kubernetes, pkg/apis/core/validation and pkg/apis/apps/validation).
///
/// Whoever computes with a stored number still reads it through `integer(in:)`: it may have been stored before there was a rule.
enum NumberRules {
  typealias Cause = APIError.Cause

  private static let count = IntegerRange.count
  private static let port = 1...65_535

  private static let ranges: [String: ClosedRange<Int>] = {
    var ranges: [String: ClosedRange<Int>] = [
      "replicas": 0...ReplicaLimit.most, "containerPort": port, "port": port, "targetPort": port, "hostPort": 0...65_535,
      "nodePort": 0...65_535, "priority": IntegerRange.int32, "tolerationSeconds": Int(Int32.min)...Int(Int32.max),
      "activeDeadlineSeconds": 1...Int(Int32.max), "defaultMode": 0...0o777, "mode": 0...0o777, "weight": 1...100,
      "exitCode": IntegerRange.int32, "signal": IntegerRange.int32, "collisionCount": IntegerRange.int32,
    ]
    for name in [
      "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit", "maxSurge", "maxUnavailable", "minAvailable", "partition",
      "start", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold",
      "terminationGracePeriodSeconds", "seconds", "gracePeriodSeconds", "expirationSeconds", "parallelism", "completions", "backoffLimit",
      "maxSkew", "minDomains", "runAsUser", "runAsGroup", "fsGroup", "restartCount", "readyReplicas", "availableReplicas",
      "updatedReplicas", "currentReplicas", "unavailableReplicas", "fullyLabeledReplicas", "terminatingReplicas", "disruptionsAllowed",
      "currentHealthy", "desiredHealthy", "expectedPods", "count", "leaseDurationSeconds", "leaseTransitions", "revision",
    ] { ranges[name] = count }
    return ranges
  }()

  /// Objects whose members are quantities.
  private static let amounts: Set<String> = [
    "requests", "limits", "capacity", "allocatable", "overhead", "allocatedResources", "default", "defaultRequest", "hard", "used",
  ]

  /// Whether there is a rule for the field at a path.
  static func isKnown(_ path: String) -> Bool { path.split(separator: ".").last.map { ranges[String($0)] != nil } ?? false }

  /// What is wrong with the numbers of an object; its metadata have rules of their own.
  static func causes(_ object: JSONValue) -> [Cause] {
    var causes: [Cause] = []
    for member in object.objectValue ?? [:] where !["metadata", "data", "binaryData", "stringData"].contains(member.key) {
      check(member.key, member.value, member.key, &causes)
    }
    return causes
  }

  private static func walk(_ value: JSONValue, _ field: String, _ causes: inout [Cause]) {
    switch value {
    case .object(let object): for member in object { check(member.key, member.value, "\(field).\(member.key)", &causes) }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        switch element {
        case .object, .array: walk(element, "\(field)[\(index)]", &causes)
        default: continue
        }
      }
    default: break
    }
  }

  private static func check(_ name: String, _ value: JSONValue, _ field: String, _ causes: inout [Cause]) {
    switch value {
    case .int, .double:
      if let range = ranges[name] {
        if let number = value.intValue, range.contains(Int(clamping: number)) { return }
        causes.append(Validation.invalid(field, value.jsonString, "must be a whole number \(words(range))"))
      } else if name == "sizeLimit" {
        quantity(value, field, &causes)
      }
    case .string(let text):
      if name == "sizeLimit" { return quantity(value, field, &causes) }
      guard text.hasSuffix("%"), ["maxSurge", "maxUnavailable", "minAvailable"].contains(name) else { return }
      let percent = boundedInteger(text.dropLast(), in: IntegerRange.int32)
      let most = name == "maxSurge" ? Int(Int16.max) : 100
      if percent == nil || !(0...most).contains(percent ?? 0) {
        causes.append(Validation.invalid(field, value.jsonString, "must be a percentage from 0% to \(most)%"))
      }
    case .object(let members) where amounts.contains(name):
      for member in members { quantity(member.value, "\(field)[\(member.key)]", &causes) }
    case .object, .array: walk(value, field, &causes)
    case .null, .bool: break
    }
  }

  private static func quantity(_ value: JSONValue, _ field: String, _ causes: inout [Cause]) {
    if value.isNull { return }
    guard let quantity = Quantity(value) else {
      causes.append(
        Validation.invalid(
          field, value.jsonString, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"))
      return
    }
    if quantity.isNegative {
      causes.append(Validation.invalid(field, value.jsonString, "must be greater than or equal to 0"))
    } else if quantity.value == nil {
      causes.append(Validation.invalid(field, value.jsonString, "must be less than 2⁶³"))
    }
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    range == count ? "greater than or equal to 0 and below 2147483648" : "from \(range.lowerBound) to \(range.upperBound)"
  }
}
