/// The words of an answer: lower case, apart by anything that cannot stand in a name.
enum AnswerWords {
  static func of(_ answer: String) -> Set<String> {
    let parts = answer.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_") }
    // A full stop ends a sentence; within a name it stays.
    let names = parts.map { part in part.reversed().drop { $0 == "." }.reversed() }.map { String($0) }
    return Set(names).subtracting(["and", ""])
  }
}
