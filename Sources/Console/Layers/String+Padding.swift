import Screen

extension String {
  /// With blanks up to `columns`.
  func padding(to columns: Int) -> String { TextWidth.width(of: self) >= columns ? self : TextWidth.pad(self, to: columns) }
}
