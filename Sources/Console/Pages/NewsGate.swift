/// Lets a question that is under way be answered before news asks it again: where news comes faster than answers, none would ever come.
package struct NewsGate: Sendable {
  package private(set) var isLoading = false
  private var hasNews = false

  package init() {}

  /// The question is asked.
  package mutating func ask() { (isLoading, hasNews) = (true, false) }

  /// There is news: whether the question may be asked at once.
  package mutating func admits() -> Bool {
    hasNews = isLoading
    return !isLoading
  }

  /// It was answered: whether it is to be asked again.
  package mutating func answered() -> Bool {
    isLoading = false
    return hasNews
  }
}
