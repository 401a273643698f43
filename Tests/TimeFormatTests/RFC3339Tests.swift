import TestSupport
import Testing
import TimeFormat

@Suite struct RFC3339Tests {
  @Test func writesMilliseconds() {
    #expect(Timestamp(milliseconds: 1_512_904_238_192).rfc3339() == "2017-12-10T11:10:38.192Z")
    #expect(Timestamp(seconds: 0).rfc3339(.seconds) == "1970-01-01T00:00:00Z")
    #expect(Timestamp(nanoseconds: 1).rfc3339(.nanoseconds) == "1970-01-01T00:00:00.000000001Z")
    #expect(Timestamp(nanoseconds: -1).rfc3339(.nanoseconds) == "1969-12-31T23:59:59.999999999Z")
    #expect(Timestamp(nanoseconds: 1_999_999).rfc3339() == "1970-01-01T00:00:00.001Z", "cut, not rounded")
  }

  @Test(arguments: [
    ("2017-12-10T11:10:38.192Z", 1_512_904_238_192_000_000),
    ("2017-12-10 11:10:38.192Z", 1_512_904_238_192_000_000),
    ("2017-12-10t11:10:38,192z", 1_512_904_238_192_000_000),
    ("2017-12-10T13:10:38.192+02:00", 1_512_904_238_192_000_000),
    ("2017-12-10T06:40:38.192-0430", 1_512_904_238_192_000_000),
    ("1969-12-31T23:59:59.5Z", -500_000_000),
    ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
    ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
    ("2017-12-10T11:10:38.1234567899Z", 1_512_904_238_123_456_789),
  ]) func reads(text: String, nanoseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: [
    "", "2017", "2017-12-10T11:10:38", "2017-12-10T11:10:38.Z", "2017-13-10T11:10:38Z", "2017-00-10T11:10:38Z", "2017-12-00T11:10:38Z",
    "2017-12-10T24:10:38Z", "2017-12-10T11:60:38Z", "2017-12-10T11:10:61Z", "2017-12-10T11:10:38Zx", "2017-12-10T11:10:38+1",
    "2017-12-10T11:10:38+25:00", "2017-12-10T11:10:38+02:99", "2017/12/10T11:10:38Z", "2017-12-10X11:10:38Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z", "２017-12-10T11:10:38Z", "2017-12-10T11:10:3-Z", "2018-02-30T00:00:00Z", "2017-02-29T00:00:00Z",
    "2017-04-31T00:00:00Z",
  ]) func refuses(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func goesThroughTextUnharmed() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      let moment = Timestamp(nanoseconds: Int64.random(in: Int64.min / 2...Int64.max / 2, using: &generator))
      #expect(Timestamp(rfc3339: moment.rfc3339(.nanoseconds)) == moment)
    }
  }

  @Test func anyBytesAreReadOrRefused() {
    var generator = SeededGenerator(seed: 7)
    let valid = Array("2017-12-10T11:10:38.192+02:00".utf8)
    for _ in 0..<50_000 {
      var bytes = valid
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0x20...0x7F, using: &generator)
      }
      if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator)) }
      if let moment = bytes.withUnsafeBufferPointer({ Timestamp(rfc3339: $0) }) {
        #expect(Timestamp(rfc3339: moment.rfc3339(.nanoseconds)) == moment)
      }
    }
  }
}

@Suite struct CivilTimeTests {
  @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var expected = CivilTime.days(year: 1800, month: 1, day: 1)
    for year in 1800..<2200 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for month in 1...12 {
        for day in 1...(month == 2 && isLeap ? 29 : lengths[month - 1]) {
          #expect(CivilTime.days(year: year, month: month, day: day) == expected)
          let civil = CivilTime(Timestamp(seconds: Int64(expected) * 86_400 + 3661))
          #expect((civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second) == (year, month, day, 1, 1, 1))
          expected += 1
        }
      }
    }
  }

  @Test func offsetsMoveTheClock() {
    let moment = Timestamp(milliseconds: 1_512_904_238_192)
    #expect(CivilTime(moment).clockMillis == "11:10:38.192")
    #expect(CivilTime(moment, offset: 3600).clock == "12:10:38")
    #expect(CivilTime(moment, offset: -43_200).date == "2017-12-09")
    #expect(CivilTime(Timestamp(nanoseconds: 5_000_000)).clockMillis == "00:00:00.005")
  }
}

@Suite struct DurationTests {
  @Test func sumsBeyondAllTimesStopAtTheLast() {
    let now = Timestamp(seconds: 1_700_000_000)
    #expect(now + .seconds(Int64.max) == Timestamp(nanoseconds: .max))
    #expect(now - .seconds(Int64.max) == Timestamp(nanoseconds: now.nanoseconds - .max))
    #expect(Timestamp(nanoseconds: .min) - .seconds(1) == Timestamp(nanoseconds: .min))
    #expect((Timestamp(nanoseconds: .max) - Timestamp(nanoseconds: .min)).nanoseconds == .max)
    #expect((Timestamp(nanoseconds: .min) - Timestamp(nanoseconds: .max)).nanoseconds == .min)
    #expect(Duration.seconds(Int64.max).nanoseconds == .max && Duration.seconds(Int64.min).nanoseconds == .min)
    #expect(Duration.seconds(Int64.min).brief == "-106751 d")
    #expect(Timestamp(nanoseconds: .max).rfc3339(.seconds) == "2262-04-11T23:47:16Z")
  }

  @Test(arguments: [
    ("500ms", 500_000_000), ("30s", 30_000_000_000), ("5m", 300_000_000_000), ("5min", 300_000_000_000), ("2h", 7_200_000_000_000),
    ("1d", 86_400_000_000_000), ("1h30m", 5_400_000_000_000), ("1.5h", 5_400_000_000_000), ("90", 90_000_000_000), ("0", 0),
    ("1w", 604_800_000_000_000), ("0.25", 250_000_000),
  ]) func readsOptions(text: String, nanoseconds: Int64) {
    #expect(Duration(option: text)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: ["", "m", "5x", "5 m", "-5m", "h5", "1h30", "nan", "inf", "1e99", "999999999999w", "５m", "5m5"])
  func refusesOptions(text: String) {
    #expect(Duration(option: text) == nil)
  }

  @Test(arguments: [
    (0, "0 s"), (999, "0 µs"), (1_000, "1 µs"), (340_000_000, "340 ms"), (41_999_999_999, "41 s"), (360_000_000_000, "6 min"),
    (39_600_000_000_000, "11 h"), (172_799_000_000_000, "47 h"), (259_200_000_000_000, "3 d"), (-41_000_000_000, "-41 s"),
  ]) func isBrief(nanoseconds: Int64, text: String) {
    #expect(Duration.nanoseconds(nanoseconds).brief == text)
  }
}
