import Foundation
import GroundAPI
import GroundNode
import StateDirectory
import Testing
import TimeFormat

/// Token and certificate of a ground, over its starts.
struct GroundAccessTests {
  private static let start = Timestamp(nanoseconds: 1_800_000_000_000_000_000)

  private func withHome(_ body: (Home) throws -> Void) throws {
    let home = Home(path: FileManager.default.temporaryDirectory.path + "/periplus-access-\(UUID().uuidString)")
    try home.create()
    defer { try? FileManager.default.removeItem(atPath: home.path) }
    try body(home)
  }

  @Test func bothAreKeptForTheOwnerAlone() throws {
    try withHome { home in
      let first = try GroundAccess(home, now: Self.start)
      let second = try GroundAccess(home, now: Self.start + .seconds(86_400 * 365))
      #expect(second.token == first.token)
      #expect(first.token.count == 48)
      #expect(try second.certificate.authorityPEM == first.certificate.authorityPEM)
      for file in [home.token, home.certificate] {
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600, "\(file)")
      }
    }
  }

  @Test func aHomeOfAnEarlierVersionGetsACertificateAndKeepsItsToken() throws {
    try withHome { home in
      let token = String(repeating: "0123456789abcdef", count: 3)
      try Files.write(token + "\n", to: home.token)
      let access = try GroundAccess(home, now: Self.start)
      #expect(access.token == token)
      #expect(Files.text(home.certificate) == (try access.certificate.pem))
    }
  }

  @Test(arguments: ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
  func whatCannotBeReadIsMadeAnew(text: String) throws {
    try withHome { home in
      try Files.write(text, to: home.certificate)
      let access = try GroundAccess(home, now: Self.start)
      #expect(Files.text(home.certificate) == (try access.certificate.pem))
    }
  }

  @Test func oneThatHasEndedIsMadeAnew() throws {
    try withHome { home in
      let old = try GroundAccess(home, now: Self.start)
      let fresh = try GroundAccess(home, now: Self.start + .seconds(86_400 * 3_650))
      #expect(try fresh.certificate.authorityPEM != old.certificate.authorityPEM)
      #expect(fresh.token == old.token)
    }
  }
}
