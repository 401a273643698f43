/// A size in terminal cells.
package struct Size: Hashable, Sendable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }
}

/// A position in terminal cells, counted from the top left corner, which is (0, 0).
package struct Point: Hashable, Sendable {
  package var x: Int
  package var y: Int

  package init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A rectangle of terminal cells; width and height are never negative.
package struct Rect: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  package init(size: Size) {
    self.init(x: 0, y: 0, width: size.columns, height: size.rows)
  }

  package var size: Size { Size(columns: width, rows: height) }
  package var isEmpty: Bool { width == 0 || height == 0 }
  /// The first column to the right of the rectangle.
  package var endX: Int { x + width }
  /// The first row below the rectangle.
  package var endY: Int { y + height }

  package func contains(_ point: Point) -> Bool {
    point.x >= x && point.x < endX && point.y >= y && point.y < endY
  }

  package func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(x: left, y: top, width: min(endX, other.endX) - left, height: min(endY, other.endY) - top)
  }

  package func offset(x dx: Int, y dy: Int) -> Rect {
    Rect(x: x + dx, y: y + dy, width: width, height: height)
  }

  /// The rectangle without a margin of `horizontal` columns left and right and `vertical` rows above and below.
  package func inset(horizontal: Int = 1, vertical: Int = 1) -> Rect {
    inset(left: horizontal, top: vertical, right: horizontal, bottom: vertical)
  }

  package func inset(left: Int = 0, top: Int = 0, right: Int = 0, bottom: Int = 0) -> Rect {
    let left = min(max(0, left), width)
    let top = min(max(0, top), height)
    return Rect(x: x + left, y: y + top, width: width - left - right, height: height - top - bottom)
  }

  /// Parts side by side, from left to right, `gap` columns apart.
  package func splitHorizontally(_ constraints: [Constraint], gap: Int = 0) -> [Rect] {
    var left = x
    return Constraint.lengths(of: constraints, in: width, gap: gap).map { length in
      let part = Rect(x: min(left, endX), y: y, width: min(length, max(0, endX - left)), height: height)
      left += length + gap
      return part
    }
  }

  /// Parts one below the other, from top to bottom, `gap` rows apart.
  package func splitVertically(_ constraints: [Constraint], gap: Int = 0) -> [Rect] {
    var top = y
    return Constraint.lengths(of: constraints, in: height, gap: gap).map { length in
      let part = Rect(x: x, y: min(top, endY), width: width, height: min(length, max(0, endY - top)))
      top += length + gap
      return part
    }
  }

  /// A rectangle of at most `size`, in the middle of this one.
  package func centered(_ size: Size) -> Rect {
    let width = min(size.columns, self.width)
    let height = min(size.rows, self.height)
    return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
  }
}

/// How much of a row or column of parts one part takes.
package enum Constraint: Hashable, Sendable {
  /// Exactly this many cells, while there is room; earlier parts win.
  case fixed(Int)
  /// A share of what the others leave, by weight, not under `minimum` while there is room.
  case flexible(weight: Int = 1, minimum: Int = 0)
  /// This many hundredths of the whole.
  case percent(Int)

  /// The cells each constraint gets of `total`; their sum and the gaps never exceed `total`.
  package static func lengths(of constraints: [Constraint], in total: Int, gap: Int = 0) -> [Int] {
    guard !constraints.isEmpty else { return [] }
    var left = max(0, total - gap * (constraints.count - 1))
    let whole = left
    var lengths = [Int](repeating: 0, count: constraints.count)
    for (index, constraint) in constraints.enumerated() {
      let wanted =
        switch constraint {
        case .fixed(let cells): cells
        case .percent(let percent): whole * percent / 100
        case .flexible(_, let minimum): minimum
        }
      lengths[index] = min(max(0, wanted), left)
      left -= lengths[index]
    }
    // A share is of the whole flexible space, so minimums come out of it rather than on top of it.
    var open = constraints.indices.filter { index in
      if case .flexible(let weight, _) = constraints[index] { return weight > 0 }
      return false
    }
    var space = left + open.reduce(0) { $0 + lengths[$1] }
    while !open.isEmpty {
      let weights = open.reduce(0) { $0 + constraints[$1].weight }
      if let tight = open.first(where: { lengths[$0] * weights > space * constraints[$0].weight }) {
        space -= lengths[tight]
        open.removeAll { $0 == tight }
        continue
      }
      var spaceLeft = space
      var weightsLeft = weights
      for index in open {
        let share = spaceLeft * constraints[index].weight / max(1, weightsLeft)
        lengths[index] = share
        spaceLeft -= share
        weightsLeft -= constraints[index].weight
      }
      break
    }
    return lengths
  }

  private var weight: Int {
    if case .flexible(let weight, _) = self { return max(0, weight) }
    return 0
  }
}
