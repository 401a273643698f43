import Crypto
import FoundationEssentials
import NIOCore
import NIOSSL
import SwiftASN1
package import TimeFormat
import X509

/// What the API's server shows to clients over TLS: its certificate with the key, and the authority that signed it, which they trust.
///
/// The authority's key is forgotten as soon as it has signed: nobody can make a second server that these clients take for this one.
package struct ServerCertificate: Sendable, CustomStringConvertible {
  private let key: Certificate.PrivateKey
  private let server: Certificate
  private let authority: Certificate

  /// Ten years: the ground of a machine is made once.
  private static let lifetime = Duration.seconds(3652 * 86_400)
  /// One that ends sooner than this is not taken up again at a start: no daemon runs for so long.
  private static let renewal = Duration.seconds(90 * 86_400)

  private init(key: Certificate.PrivateKey, server: Certificate, authority: Certificate) {
    self.key = key
    self.server = server
    self.authority = authority
  }

  /// A new one, of a new authority, for the names and addresses by which a client on this machine may call the server.
  ///
  /// Throws only where this machine gives no random numbers.
  package static func make(now: Timestamp) throws -> ServerCertificate {
    // A day back: a clock that is set right a little later does not make it invalid.
    let (start, end) = (date(now - .seconds(86_400)), date(now + lifetime))
    let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let authorityName = try DistinguishedName { CommonName("Periplus proving ground, authority") }
    let authorityID = SubjectKeyIdentifier(hash: authorityKey.publicKey)
    let authority = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: authorityKey.publicKey, notValidBefore: start, notValidAfter: end,
      issuer: authorityName, subject: authorityName, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true))
        authorityID
      }, issuerPrivateKey: authorityKey)
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let names = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]
    let server = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey, notValidBefore: start, notValidAfter: end,
      issuer: authorityName, subject: try DistinguishedName { CommonName("Periplus proving ground") }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(names.map { .dnsName($0) } + [.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))])
        SubjectKeyIdentifier(hash: key.publicKey)
        AuthorityKeyIdentifier(keyIdentifier: authorityID.keyIdentifier)
      }, issuerPrivateKey: authorityKey)
    return ServerCertificate(key: key, server: server, authority: authority)
  }

  /// One that was kept as ``pem``.
  ///
  /// `nil` where the text is none, its parts do not belong together, or it ends in less than 90 days: make a new one then.
  package init?(pem: String, now: Timestamp) {
    guard let documents = try? PEMDocument.parseMultiple(pemString: pem), documents.count == 3,
      let key = try? Certificate.PrivateKey(pemDocument: documents[0]), let server = try? Certificate(pemDocument: documents[1]),
      let authority = try? Certificate(pemDocument: documents[2]),
      key.publicKey == server.publicKey, authority.publicKey.isValidSignature(server.signature, for: server)
    else { return nil }
    let (begin, end) = (Self.date(now), Self.date(now + Self.renewal))
    for certificate in [server, authority] {
      guard certificate.notValidBefore <= begin, end <= certificate.notValidAfter else { return nil }
    }
    self.init(key: key, server: server, authority: authority)
  }

  /// Key, certificate and authority, to be kept in one file that the owner alone can read.
  package var pem: String {
    get throws { try [key.serializeAsPEM(), server.serializeAsPEM(), authority.serializeAsPEM()].map { $0.pemString + "\n" }.joined() }
  }

  /// The authority, for clients.
  package var authorityPEM: String { get throws { try authority.serializeAsPEM().pemString + "\n" } }

  package var description: String { "the certificate of the proving ground's API, until \(server.notValidAfter)" }

  /// How the server speaks TLS with it: 1.2 or newer, HTTP/1.1 inside.
  var context: NIOSSLContext {
    get throws {
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: [.certificate(try NIOSSLCertificate(bytes: Self.der(server), format: .der))],
        privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(try key.serializeAsPEM().pemString.utf8), format: .pem)))
      configuration.minimumTLSVersion = .tlsv12
      configuration.applicationProtocols = ["http/1.1"]
      // Clients show no certificate: the system's authorities need not be read.
      configuration.trustRoots = .certificates([])
      // A server that ends says goodbye and waits for nobody: its peers are of this machine.
      configuration.shutdownTimeout = .milliseconds(200)
      return try NIOSSLContext(configuration: configuration)
    }
  }

  private static func der(_ certificate: Certificate) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return serializer.serializedBytes
  }

  private static func date(_ time: Timestamp) -> Date { Date(timeIntervalSince1970: Double(time.nanoseconds / 1_000_000_000)) }
}
