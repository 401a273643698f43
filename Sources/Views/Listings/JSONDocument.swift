package import JSONBytes

/// `docs/json.md`: the JSON lines of every command, described from the shapes that write them.
package struct JSONDocument: Sendable {
  /// What one command writes.
  package struct Section: Sendable {
    /// One kind of its lines.
    package struct Line: Sendable {
      /// The value of `type`; `nil` where all lines are of one kind.
      package var type: String?
      package var members: [JSONMember]
      /// Said in place of the keys, where another section has them.
      package var reference: String?

      package init<Row>(_ shape: JSONShape<Row>) {
        type = shape.type
        members = shape.members
      }

      package init(type: String, reference: String) {
        self.type = type
        self.reference = reference
        members = []
      }
    }

    package var title: String
    package var introduction: String
    package var lines: [Line]
    package var closing: String
    /// Lines as they are written.
    package var examples: [String]

    package init(_ title: String, _ introduction: String, _ lines: Line..., closing: String = "", examples: String...) {
      self.title = title
      self.introduction = introduction
      self.lines = lines
      self.closing = closing
      self.examples = examples
    }

    package init<Row>(_ title: String, _ introduction: String, _ shape: JSONShape<Row>, closing: String = "", examples: String...) {
      self.title = title
      self.introduction = introduction
      self.lines = [Line(shape)]
      self.closing = closing
      self.examples = examples
    }

    var markdown: String {
      var blocks = ["## \(title)", introduction]
      for line in lines {
        let type = line.type.map { "`type` is `\($0)`" }
        if let reference = line.reference {
          blocks.append("\(type ?? "Each line"): \(reference)")
        } else {
          if let type { blocks.append("\(type):") }
          blocks.append(JSONDocument.table(line.members))
        }
      }
      if !closing.isEmpty { blocks.append(closing) }
      if !examples.isEmpty { blocks.append("```json\n\(examples.joined(separator: "\n"))\n```") }
      return blocks.joined(separator: "\n\n") + "\n"
    }
  }

  package var introduction: String
  package var sections: [Section]

  package init(introduction: String, sections: [Section]) {
    self.introduction = introduction
    self.sections = sections
  }

  package var markdown: String { ([introduction + "\n"] + sections.map(\.markdown)).joined(separator: "\n") }

  /// The keys in a sentence, for lines that few read.
  package static func sentence<Row>(_ shape: JSONShape<Row>) -> String { sentence(shape.members) }

  private static func sentence(_ members: [JSONMember]) -> String {
    alike(members).map { names, member in
      "\(names): \(member.form.rawValue)" + (member.meaning.isEmpty ? "" : ", \(member.meaning)")
    }.joined(separator: "; ")
  }

  private static func table(_ members: [JSONMember]) -> String {
    let rows = alike(members).map { names, member in "| \(names) | \(member.form.rawValue) | \(meaning(member)) |" }
    return (["| key | type | |", "|---|---|---|"] + rows).joined(separator: "\n")
  }

  /// ``worst first; of `rule`: string; `since`: time``.
  private static func meaning(_ member: JSONMember) -> String {
    guard !member.members.isEmpty else { return member.meaning }
    return [member.meaning, "of \(sentence(member.members))"].filter { !$0.isEmpty }.joined(separator: "; ")
  }

  /// Neighbours of one form and meaning are said together.
  private static func alike(_ members: [JSONMember]) -> [(names: String, member: JSONMember)] {
    var result: [(names: String, member: JSONMember)] = []
    for member in members {
      if let last = result.last?.member, last.form == member.form, last.meaning == member.meaning, last.members == member.members {
        result[result.count - 1].names += ", `\(member.name)`"
      } else {
        result.append(("`\(member.name)`", member))
      }
    }
    return result
  }
}
