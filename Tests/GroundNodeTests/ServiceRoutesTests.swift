import GroundNode
import JSONBytes
import Testing

struct ServiceRoutesTests {
  private static func slice(_ endpoints: String) throws -> JSONValue {
    try JSONValue(
      parsing:
        #"{"metadata":{"namespace":"n","labels":{"kubernetes.io/service-name":"s"}},"ports":[{"name":"http","port":8080}],"endpoints":\#(endpoints)}"#
    )
  }

  private static func service(_ ports: String) throws -> JSONValue {
    try JSONValue(parsing: #"{"metadata":{"namespace":"n","name":"s"},"spec":{"clusterIP":"127.64.240.1","ports":\#(ports)}}"#)
  }

  @Test func readyPodsFirstThenThoseThatStillServe() throws {
    let service = try Self.service(#"[{"name":"http","port":80},{"name":"http","port":8080}]"#)
    let ready = #"{"addresses":["127.64.1.2"],"conditions":{"ready":true}}"#
    let ending = #"{"addresses":["127.64.1.3"],"conditions":{"ready":false,"serving":true,"terminating":true}}"#
    let dead = #"{"addresses":["127.64.1.4"],"conditions":{"ready":false,"serving":false}}"#
    let listen = ServiceRoutes.Listen(address: "127.64.240.1", port: 8080)
    func addresses(_ endpoints: String) throws -> [String]? {
      let routes = ServiceRoutes(services: [service], slices: [try Self.slice(endpoints)], subnet: "127.64.")
      #expect(routes.refusals.count == 1)
      #expect(routes.refusals.first?.sentence.contains("below 1024") == true)
      return routes.routes[listen]?.endpoints.map(\.address)
    }
    #expect(try addresses("[\(ready),\(ending),\(dead)]") == ["127.64.1.2"])
    #expect(try addresses("[\(ending),\(dead)]") == ["127.64.1.3"])
    #expect(try addresses("[\(dead)]") == [])
  }

  @Test func addressesOfAnotherHomeAreLeftAlone() throws {
    let service = try Self.service(#"[{"name":"http","port":8080}]"#)
    #expect(ServiceRoutes(services: [service], slices: [], subnet: "127.65.").routes.isEmpty)
  }

  @Test(arguments: [
    ("$(A)-$(B)", "1-$(B)"), ("$$(A)", "$(A)"), ("$$$(A)", "$1"), ("$", "$"), ("$(A", "$(A"), ("x$y", "x$y"), ("", ""), ("$(A)$(A)", "11"),
  ])
  func variables(_ text: String, _ expected: String) { #expect(VariableExpansion.expand(text, ["A": "1"]) == expected) }
}
