/// Certificates of P-256 keys that serve no purpose outside of these tests, valid for a hundred years.
enum TestCertificates {
  /// The authority that signed the server and the client.
  static let authority = """
    -----BEGIN CERTIFICATE-----
    MIIBRzCB76ADAgECAhRJyfYllCfimXm3bQm6Lq3q7VY/eTAKBggqhkjOPQQDAjAZ
    MRcwFQYDVQQDDA5QZXJpcGx1cyB0ZXN0czAgFw0xODAxMDEwMDAwMDBaGA8yMTE3
    MTIzMTAwMDAwMFowGTEXMBUGA1UEAwwOUGVyaXBsdXMgdGVzdHMwWTATBgcqhkjO
    PQIBBggqhkjOPQMBBwNCAATUvOqoO8sHqLJnEEwSt8XlorTWNioFRv1GPfTKzdNb
    RZXNMJeOxrE6xG8+K3d1gCD+bW627ux1l4oSUJ+MfHWCoxMwETAPBgNVHRMBAf8E
    BTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIDCn87qJ7dNgpKt1YQQd8wyF0qaWr4Wv
    MywnTUpZ9IdGAiBNv2hGKtiYu4uWvy9WpC9jL3INmsjMiOeqCgWqATd1Mg==
    -----END CERTIFICATE-----
    """
  /// Another authority, which signed neither.
  static let otherAuthority = """
    -----BEGIN CERTIFICATE-----
    MIIBTjCB9aADAgECAhRemEGcHHEYyjLqcE4SYDKsttqerTAKBggqhkjOPQQDAjAc
    MRowGAYDVQQDDBFBbm90aGVyIGF1dGhvcml0eTAgFw0xODAxMDEwMDAwMDBaGA8y
    MTE3MTIzMTAwMDAwMFowHDEaMBgGA1UEAwwRQW5vdGhlciBhdXRob3JpdHkwWTAT
    BgcqhkjOPQIBBggqhkjOPQMBBwNCAAQlDNNOu2fDYWj1hTngMnLrcWTDkrEsm0yW
    DSSV/jWqU4OLH7hb7IJwfzWNPJ7vjYsk8SGDbm/01OefZ+OhFsjYoxMwETAPBgNV
    HRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQCZ5YsFCfZTTBjdjJTVQx4u
    9lpSP1kFmO9XDpIh9xHtCwIgGO2bEbKPT7UzyYJ5A5EDMabkn7jj1hAgF2+wqRuq
    8hI=
    -----END CERTIFICATE-----
    """
  /// Of a server named `api.test`; it has no address in it.
  static let server = """
    -----BEGIN CERTIFICATE-----
    MIIBZTCCAQygAwIBAgIUXL6dl3GToClKQmot2pklS5M0ytgwCgYIKoZIzj0EAwIw
    GTEXMBUGA1UEAwwOUGVyaXBsdXMgdGVzdHMwIBcNMTgwMTAxMDAwMDAwWhgPMjEx
    NzEyMzEwMDAwMDBaMBMxETAPBgNVBAMMCGFwaS50ZXN0MFkwEwYHKoZIzj0CAQYI
    KoZIzj0DAQcDQgAEvQNYNzlsf8o19M7w1c8hwBtD8R9L2l4RiyoMWoipWRpiE0WO
    t2ORPMbwTJI2bXNO5WLQJqn5zti+A8wQSF0Io6M2MDQwEwYDVR0RBAwwCoIIYXBp
    LnRlc3QwHQYDVR0lBBYwFAYIKwYBBQUHAwEGCCsGAQUFBwMCMAoGCCqGSM49BAMC
    A0cAMEQCIAu2YNlQOdZYcRR4YjlzXG9ykcyqh8/WsIOn5cKgjCmfAiALNjiQg+wB
    xqhaNVGQ0Z2Xf5PrpaIxyViKyBKM8quoUA==
    -----END CERTIFICATE-----
    """
  static let serverKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqjj+Jq/39V1i2iqu
    VKrHfSyHuNoGHCcypcNPA9+hAg6hRANCAAS9A1g3OWx/yjX0zvDVzyHAG0PxH0va
    XhGLKgxaiKlZGmITRY63Y5E8xvBMkjZtc07lYtAmqfnO2L4DzBBIXQij
    -----END PRIVATE KEY-----
    """
  /// Of the user `oncall`.
  static let client = """
    -----BEGIN CERTIFICATE-----
    MIIBYjCCAQigAwIBAgIUZx1mXUgf2v0N6odlscZ6YGeZD3gwCgYIKoZIzj0EAwIw
    GTEXMBUGA1UEAwwOUGVyaXBsdXMgdGVzdHMwIBcNMTgwMTAxMDAwMDAwWhgPMjEx
    NzEyMzEwMDAwMDBaMBExDzANBgNVBAMMBm9uY2FsbDBZMBMGByqGSM49AgEGCCqG
    SM49AwEHA0IABNBN7IURyacMXZ89aHLz7n5yFuhMTIb0+8Wwv2OEJFVYE5RTlCuo
    SbteF6bXGYkK8p+ioQ0ddKnLHs/zGLNPAlWjNDAyMBEGA1UdEQQKMAiCBm9uY2Fs
    bDAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIwCgYIKoZIzj0EAwIDSAAw
    RQIhANKnpI2nxGAcjch5qQ2WT5BvPRJ38FGUs4IeLwcF0dsRAiAjGlmfmTYvO625
    ZDJ0YfXRqcjJDI3loh2qpoFLIX4jgg==
    -----END CERTIFICATE-----
    """
  static let clientKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcP7Ax1asrT1QT3Bf
    /39ldSmy3UlISPVScPIlfv5vl/GhRANCAATQTeyFEcmnDF2fPWhy8+5+chboTEyG
    9PvFsL9jhCRVWBOUU5QrqEm7Xhem1xmJCvKfoqENHXSpyx7P8xizTwJV
    -----END PRIVATE KEY-----
    """
}
