import JSONBytes
import LogStandard
import Testing

@Suite struct LogLineValidatorTests {
  private let valid: JSONValue = [
    "@timestamp": "2017-12-10T11:10:38.192Z", "logLevel": "INFO", "logMessage": "Answered the order",
    "logRequestId": "7c2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5f", "logServiceName": "orders", "logCategory": "apiResponse",
    "reqStatusCode": 201, "reqDurationMicros": 1834, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7",
    "trace_flags": "01",
  ]

  private func fields(_ key: String, _ value: JSONValue?) -> [String] {
    var record = valid
    record[key] = value
    return LogLineValidator.validate(record.jsonString).map(\.field)
  }

  @Test func acceptsAValidRecord() {
    #expect(LogLineValidator.validate(valid.jsonString) == [])
  }

  @Test(arguments: ["@timestamp", "logLevel", "logMessage", "logRequestId", "logServiceName", "reqStatusCode", "reqDurationMicros"])
  func missesWhatIsRequired(key: String) {
    #expect(fields(key, nil) == [key])
    #expect(fields(key, .null) == [key])
    #expect(fields(key, ["x"]) == [key])
  }

  @Test(arguments: [
    ("@timestamp", "2017-12-10T11:10:38Z"), ("@timestamp", "2017-12-10T11:10:38.192+00:00"), ("@timestamp", "2017-02-29T11:10:38.192Z"),
    ("@timestamp", "2017-12-10 11:10:38.192Z"), ("logLevel", "info"), ("logLevel", "FATAL"), ("logMessage", ""), ("logMessage", " "),
    ("logMessage", #"{"order":1}"#), ("logRequestId", "a b"), ("logServiceName", ""), ("reqStatusCode", "201"), ("reqDurationMicros", "1"),
    ("trace_id", "00000000000000000000000000000000"), ("trace_id", "4BF92F3577B34DA6A3CE929D0E0E4736"), ("span_id", "1"),
    ("trace_flags", "1"),
  ]) func refusesTheWrongValue(key: String, value: String) {
    #expect(fields(key, .string(value)) == [key])
  }

  @Test func refusesTheWrongNumber() {
    #expect(fields("reqStatusCode", 99) == ["reqStatusCode"])
    #expect(fields("reqStatusCode", 200.5) == ["reqStatusCode"])
    #expect(fields("reqDurationMicros", -1) == ["reqDurationMicros"])
    #expect(fields("logServiceVersion", 1) == ["logServiceVersion"])
    #expect(fields("cacheDuration", 12) == ["cacheDuration"])
    #expect(fields("cacheDurationMillis", 12) == [])
  }

  @Test func requestsNeedVerbAndPath() {
    var record = valid
    record["logCategory"] = "apiRequest"
    #expect(LogLineValidator.validate(record.jsonString).map(\.field) == ["reqVerb", "reqPath"])
    record["reqVerb"] = "POST"
    record["reqPath"] = "orders"
    #expect(LogLineValidator.validate(record.jsonString).map(\.field) == ["reqPath"])
    record["reqPath"] = "/orders"
    #expect(LogLineValidator.validate(record.jsonString) == [])
  }

  @Test func saysWhatCameInASentence() {
    var record = valid
    record["logLevel"] = "warn"
    let violation = LogLineValidator.validate(record.jsonString)[0]
    #expect(violation.sentence == "Expected logLevel to be one of DEBUG, INFO, WARN, ERROR, got the string \"warn\".")
    #expect(LogLineValidator.validate("Starting up")[0].sentence.hasPrefix("Expected one JSON object a line, but the line is not JSON"))
    #expect(LogLineValidator.validate("[1]")[0].sentence == "Expected one JSON object a line, got an array.")
    #expect(LogLineValidator.validate("{}{}").count == 1)
  }

  @Test func eachKeyStandsOnce() {
    let line = String(valid.jsonString.dropLast()) + #","logLevel":"INFO"}"#
    #expect(LogLineValidator.validate(line).map(\.field) == ["logLevel"])
  }

  @Test func aSpanNeedsItsTrace() {
    #expect(fields("trace_id", nil) == ["span_id"])
  }
}
