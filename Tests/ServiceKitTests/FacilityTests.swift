import HTTPTypes
import ServiceKit
import Testing

@Suite struct FacilityTests {
  private let known = [Facility(id: "logging", order: 1), Facility(id: "durable-logging", order: 2), Facility(id: "metrics", order: 3)]

  private func on(_ environment: [String: String], defaults: Set<String> = []) throws -> [String] {
    try ServiceEnvironment(environment).facilities(known: known, defaults: defaults).map(\.id)
  }

  @Test func withoutVariablesTheDefaultsAreOn() throws {
    #expect(try on([:]) == [])
    #expect(try on([:], defaults: ["logging", "metrics"]) == ["logging", "metrics"])
  }

  @Test func aVariableTurnsOneFacilityOnOrOff() throws {
    #expect(try on(["FACILITY_DURABLE_LOGGING": "on", "FACILITY_LOGGING": "off"], defaults: ["logging"]) == ["durable-logging"])
    #expect(try on(["FACILITY_LOGGING": ""], defaults: ["logging"]) == ["logging"])
  }

  @Test func otherValuesAndUnknownFacilitiesAreErrors() {
    #expect {
      try on(["FACILITY_METRICS": "yes"])
    } throws: { error in
      String(describing: error) == "FACILITY_METRICS must be on or off, but is 'yes': correct it in the pod's environment."
    }
    #expect {
      try on(["FACILITY_METRIKS": "on"])
    } throws: { error in
      String(describing: error).hasPrefix("FACILITY_METRIKS names no facility of this version: expected one of FACILITY_DURABLE_LOGGING,")
    }
  }

  @Test func theKubeletsVariablesOfAServiceAreNoFacilities() throws {
    #expect(try on(["FACILITY_DESK_SERVICE_HOST": "10.0.0.7", "FACILITY_DESK_PORT": "tcp://10.0.0.7:80"]) == [])
  }
}

@Suite struct FaultSettingsTests {
  @Test func theDescriptionListsWhatIsOn() {
    var settings = FaultSettings()
    #expect("\(settings)" == "none")
    settings.leakMebibytesPerSecond = 60
    #expect("\(settings)" == "leak 60 MiB/s")
    settings.latencyMillis = 500
    settings.errorRate = 0.25
    settings.ignoreSIGTERM = true
    #expect("\(settings)" == "latency 500 ms, error rate 0.25, leak 60 MiB/s, SIGTERM ignored")
  }
}

@Suite struct UpstreamErrorTests {
  @Test(arguments: [
    (UpstreamError.Reason.status(500), 502, "upstream catalog returned 500"),
    (.timeout(.seconds(3)), 504, "upstream catalog timed out after 3 s"),
    (.noResponse("connection refused"), 502, "upstream catalog did not respond (connection refused)"),
  ])
  func reasonsAndStatus(reason: UpstreamError.Reason, status: Int, description: String) {
    let error = UpstreamError(service: "catalog", reason: reason)
    #expect(error.status.code == status)
    #expect(error.description == description)
  }
}
