import JSONBytes
import Kubernetes
import Testing

@Suite("Quantities")
struct QuantityTests {
  @Test(arguments: [
    ("500m", 500, 1), ("2", 2000, 2), ("0.1", 100, 1), ("1500u", 2, 1), ("64Mi", 67_108_864_000, 67_108_864),
    ("1.5Gi", 1_610_612_736_000, 1_610_612_736),
    ("1e3", 1_000_000, 1000), ("1E3", 1_000_000, 1000), ("5e-1", 500, 1), ("24581692Ki", 25_171_652_608_000, 25_171_652_608),
    ("128974848", 128_974_848_000, 128_974_848), ("4100m", 4100, 5), ("-500m", -500, 0), ("+1k", 1_000_000, 1000), (".5", 500, 1),
    ("5.", 5000, 5),
    ("1n", 1, 1), ("0", 0, 0), ("0.1000000000000000055511151231257827", 101, 1), ("1e-30", 1, 1),
    ("1Pi", 1_125_899_906_842_624_000, 1_125_899_906_842_624),
  ])
  func values(text: String, milli: Int64, whole: Int64) {
    #expect(Quantity(text)?.milliValue == milli, "\(text)")
    #expect(Quantity(text)?.value == whole, "\(text)")
  }

  @Test("what fits in whole units may not fit in thousandths") func ranges() {
    #expect(Quantity("1E")?.value == 1_000_000_000_000_000_000)
    #expect(Quantity("1E")?.milliValue == nil)
    #expect(Quantity("16Ei")?.value == nil)
    #expect(Quantity("1e40") == nil)
  }

  @Test(arguments: ["", "abc", "0x10", "inf", "nan", "12Zi", "--1", "1 Gi", "-", ".", "1e", "1ee3", "1..2", "1m5", "1e9999"])
  func wrong(text: String) { #expect(Quantity(text) == nil, "\(text)") }

  @Test(
    "exponents and amounts beyond all bounds",
    arguments: [
      "1e-9223372036854775808", "1e9223372036854775807", "-1e-9223372036854775808", "1e-1000",
      "99999999999999999999999999999999999999999Ei",
    ])
  func extremes(text: String) { #expect(Quantity(text) == nil) }

  @Test("amounts in words, up to the largest") func words() {
    #expect(Quantity.bytes(.max).hasSuffix(" Gi"))
    #expect(Quantity.bytes(1_610_612_736) == "1.5 Gi")
    #expect(Quantity.bytes(.min) == "-9223372036854775808 B")
  }

  @Test("numbers from outside are brought into the range that is computed with") func bounded() {
    #expect(JSONValue.int(.max).integer(in: IntegerRange.int32) == 2_147_483_647)
    #expect(JSONValue.int(.min).integer(in: IntegerRange.count) == 0)
    #expect(JSONValue.double(1e300).integer(in: IntegerRange.int32) == 2_147_483_647)
    #expect(JSONValue.double(-1e300).integer(in: IntegerRange.int32) == -2_147_483_648)
    #expect(JSONValue.double(0.5).integer(in: IntegerRange.int32) == nil)
    #expect(JSONValue.double(.nan).integer(in: IntegerRange.int32) == nil)
    #expect(JSONValue.string("7").integer(in: IntegerRange.int32) == nil)
    #expect(boundedInteger("9223372036854775807", in: IntegerRange.count) == 2_147_483_647)
    #expect(boundedInteger("99999999999999999999", in: IntegerRange.count) == nil)
    #expect(Int64.max.addingClamped(1) == .max && Int64.min.addingClamped(-1) == .min)
  }

  @Test("from JSON: a string, or the bare number that YAML writers leave") func json() {
    #expect(Quantity(.string("250m"))?.milliValue == 250)
    #expect(Quantity(.int(2))?.value == 2)
    #expect(Quantity(.double(0.5))?.milliValue == 500)
    #expect(Quantity(.bool(true)) == nil)
  }

  @Test("equal amounts are equal, however they are written") func equality() throws {
    #expect(Quantity("1000m") == Quantity("1"))
    #expect(Quantity("1024Ki") == Quantity("1Mi"))
    #expect(try #require(Quantity("999m")) < #require(Quantity("1")))
  }

  @Test func bytes() {
    #expect(Quantity.bytes(67_108_864) == "64 Mi")
    #expect(Quantity.bytes(1_610_612_736) == "1.5 Gi")
    #expect(Quantity.bytes(12) == "12 B")
  }
}
