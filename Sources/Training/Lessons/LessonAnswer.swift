/// Which question an answer is for: the step's only one, or the one that the text names first.
package struct LessonAnswer {
  package let name: String?
  package let value: String

  package init(_ text: String, asks: [String]) {
    let first = String(text.prefix { $0 != " " })
    if asks.count > 1, asks.contains(first) {
      name = first
      value = String(text.dropFirst(first.count).drop { $0 == " " })
    } else {
      name = nil
      value = text
    }
  }
}
