package import JSONBytes

extension FileIngest.Summary {
  /// What was read, on one line.
  package static let shape = JSONShape<FileIngest.Summary>([
    JSONField("files", .number, "read to their end") { $0.files },
    JSONField("records", .number) { $0.records },
    JSONField("bytes", .number, "as they are on disk") { $0.bytes },
    JSONField("notJSON", .number, "lines that are no JSON") { $0.notJSON },
    JSONField("cut", .number, "lines cut at 256 KiB") { $0.cut },
    JSONField("masked", .number, "secrets masked") { $0.masked },
    JSONField("problems", .strings, "files that could not be read to their end, and why; exit code 1") { $0.problems },
    JSONField("wasCancelled", .boolean) { $0.wasCancelled },
  ])
}
