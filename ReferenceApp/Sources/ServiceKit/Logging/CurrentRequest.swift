import LogStandard

/// The request, or message, that the current task handles. Its id goes through all services, as the header `x-request-id` and as
/// `logRequestId` in the records.
public enum CurrentRequest {
  /// The header's name.
  public static let header = LogField.requestIDHeader

  /// The id; `nil` outside any request.
  @TaskLocal public static var id: String?

  /// The caller's id when it is `[A-Za-z0-9._-]{1,128}`, else a new one.
  public static func accepting(_ given: String?) -> String { RequestID.adopt(given) }

  /// A new id: a random UUID, version 4.
  public static func makeID() -> String { RequestID.make() }
}
