package import GroundAPI
package import StateDirectory
package import TimeFormat

/// How clients prove who they are to the ground's API, and it to them: what this home had before, else made anew. The kubeconfig has both.
package struct GroundAccess: Sendable {
  /// 48 hex digits.
  package let token: String
  package let certificate: ServerCertificate

  package init(_ home: Home, now: Timestamp) throws {
    // One that was damaged would make a kubeconfig that nobody can read.
    if let known = Files.text(home.token)?.split(separator: "\n").first, known.count >= 32,
      known.allSatisfy({ $0.isASCII && $0.isHexDigit })
    {
      token = String(known)
    } else {
      var generator = SystemRandomNumberGenerator()
      let digits = Array("0123456789abcdef")
      token = String((0..<48).map { _ in digits[Int.random(in: 0..<16, using: &generator)] })
      try Files.write(token + "\n", to: home.token)
    }
    if let known = Files.text(home.certificate).flatMap({ ServerCertificate(pem: $0, now: now) }) {
      certificate = known
    } else {
      certificate = try ServerCertificate.make(now: now)
      try Files.write(certificate.pem, to: home.certificate)
    }
  }
}
