import LogStandard
public import Logging

/// The swift-log backend of the logging standard: every logger of the process, those of frameworks too, writes records.
public struct StandardLogHandler: LogHandler {
  /// Added to each of the logger's records.
  public var metadata: Logger.Metadata = [:]
  /// Called for each record.
  public var metadataProvider: Logger.MetadataProvider?
  /// Events of lower levels are not written.
  public var logLevel: Logger.Level

  let label: String
  let identity: ServiceIdentity
  let profile: LogProfile
  let sink: LineSink

  /// A handler for one logger; its label becomes `logCategory`.
  public init(label: String, identity: ServiceIdentity, profile: LogProfile, level: Logger.Level, sink: LineSink = .standard) {
    self.label = label
    self.identity = identity
    self.profile = profile
    self.sink = sink
    logLevel = level
  }

  /// One entry of ``metadata``.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes the event as one line.
  public func log(event: LogEvent) {
    var merged = metadata
    if let provided = metadataProvider?.get() { merged.merge(provided) { _, new in new } }
    if let own = event.metadata { merged.merge(own) { _, new in new } }
    if let error = event.error { merged["error"] = .string(String(describing: error)) }
    let content = RecordContent(
      level: LogLevelWord(event.level),
      message: event.message.description,
      requestID: CurrentRequest.id ?? identity.runID,
      category: merged[RecordFields.categoryKey]?.description ?? label,
      className: Self.className(event.file),
      methodName: Self.methodName(event.function),
      fields: RecordFields.members(merged))
    switch profile {
    case .json: sink.write(RecordLine.encode(content, identity: identity))
    case .local(let colors): sink.write(LocalLine.encode(content, identity: identity, colors: colors))
    case .plain: sink.write(PlainLine.encode(content))
    }
  }

  /// `ServiceKit/Upstream.swift` → `Upstream`: a file is named after what it holds.
  static func className(_ file: String) -> String {
    let name = file.utf8.split(separator: UInt8(ascii: "/")).last ?? file.utf8[...]
    return String(decoding: name.split(separator: UInt8(ascii: ".")).first ?? name, as: UTF8.self)
  }

  /// `send(_:path:)` → `send`.
  static func methodName(_ function: String) -> String {
    String(decoding: function.utf8.prefix { $0 != UInt8(ascii: "(") }, as: UTF8.self)
  }
}

extension LogLevelWord {
  init(_ level: Logger.Level) {
    switch level {
    case .trace, .debug: self = .debug
    case .info, .notice: self = .info
    case .warning: self = .warn
    case .error, .critical: self = .error
    }
  }
}
