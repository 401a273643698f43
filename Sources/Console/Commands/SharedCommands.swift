/// Commands that a few pages have: each lists those that it takes.
extension CommandID {
  package static let widerRange = CommandID("wider-range")
  package static let narrowerRange = CommandID("narrower-range")
}

extension Command {
  static let widerRange = Command(.widerRange, .search, ["+"], "A wider range of time", scope: .pages)
  static let narrowerRange = Command(.narrowerRange, .search, ["-"], "A narrower range of time", scope: .pages)
}
