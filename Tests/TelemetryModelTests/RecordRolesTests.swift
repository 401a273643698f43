import TelemetryModel
import Testing
import TimeFormat

private func roles(_ line: String) -> RecordRoles { RecordRoles(raw: Array(line.utf8)) }

@Suite("Roles of a record")
struct RecordRolesTests {
  @Test(
    "one request, in every profile",
    arguments: [
      // The logging standard.
      #"{"logCategory":"apiResponse","reqVerb":"GET","reqPath":"/orders/7","reqStatusCode":503,"reqDurationMicros":12000,"reqOrigin":"web"}"#,
      // ECS, nested and with dots.
      #"{"http":{"request":{"method":"GET"},"response":{"status_code":503}},"url":{"path":"/orders/7"},"event":{"duration":12000000},"client":{"address":"web"},"span":{"kind":"SERVER"}}"#,
      #"{"http.request.method":"GET","http.response.status_code":503,"url.original":"https://shop.example/orders/7?x=1","event.duration":12000000,"client.address":"web","span.kind":"server"}"#,
      // OpenTelemetry: semantic conventions in JSON, and OTLP's lists.
      #"{"body":"m","attributes":{"http.method":"GET","http.target":"/orders/7?x=1","http.status_code":"503","duration_ms":12,"peer.service":"web","span.kind":"server"}}"#,
      #"{"kind":"SPAN_KIND_SERVER","attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}},{"key":"url.path","value":{"stringValue":"/orders/7"}},{"key":"http.response.status_code","value":{"intValue":"503"}},{"key":"client.address","value":{"stringValue":"web"}},{"key":"latency","value":{"stringValue":"12ms"}}]}"#,
      // pino, and Envoy's access log.
      #"{"req":{"method":"GET","url":"/orders/7?x=1"},"res":{"statusCode":503},"responseTime":12,"peer":"web","span_kind":"server"}"#,
      #"{"method":"GET","path":"/orders/7","response_code":503,"duration":12,"upstream_cluster":"web","span_kind":"server"}"#,
      // logfmt.
      #"level=info method=GET path=/orders/7 status=503 duration=12ms remote_addr=web kind=server msg="it is done""#,
    ])
  func profiles(line: String) {
    let roles = roles(line)
    #expect(roles.method == "GET")
    #expect(roles.path == "/orders/7")
    #expect(roles.status == 503)
    #expect(roles.duration == .milliseconds(12))
    #expect(roles.peer == "web")
    #expect(roles.spanKind == .server)
  }

  @Test("access logs")
  func accessLogs() {
    var wanted = RecordRoles()
    wanted.method = "POST"
    wanted.path = "/orders"
    wanted.status = 201
    wanted.peer = "192.0.2.7"
    #expect(roles(#"192.0.2.7 - ann [22/Jan/2018:14:04:11 +0000] "POST /orders?x=%22 HTTP/1.1" 201 512 "-" "curl/7""#) == wanted)
    wanted.peer = nil
    #expect(roles(#"- - - [22/Jan/2018:14:04:11 +0000] "POST /orders HTTP/2" 201 -"#) == wanted)
  }

  @Test("the standard's categories say where in its request a record was written")
  func phases() {
    #expect(roles(#"{"logCategory":"apiRequest"}"#).phase == .started)
    #expect(roles(#"{"logCategory":"apiResponse"}"#).phase == .completed)
    #expect(roles(#"{"logCategory":"apiException"}"#).phase == .failed)
    #expect(roles(#"{"logCategory":"payment"}"#) == RecordRoles())
    // A span kind that is given counts more than the category.
    #expect(roles(#"{"span_kind":"client","logCategory":"apiRequest"}"#).spanKind == .client)
    #expect(roles(#"{"logCategory":"apiRequest","span_kind":"client"}"#).spanKind == .client)
  }

  @Test(
    "what is no value of a role is not believed, and the better key wins",
    arguments: [
      #"{"status":"ok","kind":"Pod","method":"charge card","path":"C:\\temp","latency":12}"#, "", "{", "plain text with a \"quote\"",
      #"said "GET /x" 200"#, #"{"status":{"code":7}}"#, "status=done path=relative", #"{"url":"mailto:a@example.org"}"#,
    ])
  func unbelievable(line: String) { #expect(roles(line) == RecordRoles()) }

  @Test func ranks() {
    #expect(roles(#"{"status":404,"reqStatusCode":503}"#).status == 503)
    #expect(roles(#"{"reqStatusCode":503,"status":404}"#).status == 503)
    #expect(roles(#"{"reqStatusCode":"none","status":404}"#).status == 404)
    // A line that was cut has what stands before the cut.
    #expect(roles(#"{"reqStatusCode":503,"reqVerb":"G"#).status == 503)
  }

  @Test(
    "durations with units",
    arguments: [
      ("310µs", Duration.microseconds(310)), ("310us", .microseconds(310)), ("1.5s", .milliseconds(1500)), ("1m2s", .seconds(62)),
      ("7ns", .nanoseconds(7)),
    ])
  func units(text: String, wanted: Duration) { #expect(roles("took=\(text)").duration == wanted) }
}
