/// Puts special tokens around and between texts, and numbers each token by its text.
///
/// Whatever processors a file names, one or several in sequence, they come to the same here: one template for a single
/// text and one for a pair. Upstream: `processors/`.
struct PostProcessor: Sendable {
  /// A part of a template.
  enum Part: Sendable, Equatable {
    /// One special token.
    case special(id: Int32, typeID: Int32)
    /// All tokens of the first text (0) or the second (1).
    case text(Int, typeID: Int32)

    func with(typeID: Int32) -> Part {
      switch self {
      case .special(let id, _): .special(id: id, typeID: typeID)
      case .text(let index, _): .text(index, typeID: typeID)
      }
    }
  }

  /// One processor of a file.
  enum Step {
    /// `[CLS] A [SEP]`, and for a pair `B [SEP]` after it.
    case bert(separator: Int32, classifier: Int32)
    /// `<s> A </s>`, and for a pair `</s> B </s>` after it; all of type 0.
    case roberta(separator: Int32, classifier: Int32)
    case template(single: [[Part]], pair: [[Part]])
  }

  /// A template: its parts, and how many tokens truncation must leave room for.
  struct Template: Sendable {
    var parts: [Part]
    var specialCount: Int

    /// One more than the largest token type.
    var typeCount: Int {
      let types = parts.map { part in
        switch part {
        case .special(_, let typeID), .text(_, let typeID): Int(typeID)
        }
      }
      return (types.max() ?? 0) + 1
    }
  }

  private(set) var single: Template
  private(set) var pair: Template

  /// True if truncation leaves room for every special token; a sequence of processors may insert more than upstream
  /// counts.
  var countsWhatItInserts: Bool {
    [single, pair].allSatisfy { template in
      template.specialCount == template.parts.count { if case .special = $0 { true } else { false } }
    }
  }

  /// The same with type 0 for every token.
  var withoutTypes: PostProcessor {
    var other = self
    other.single.parts = single.parts.map { $0.with(typeID: 0) }
    other.pair.parts = pair.parts.map { $0.with(typeID: 0) }
    return other
  }

  /// Why steps do not fit together: a template was given neither one piece nor two.
  struct PieceCountError: Error {
    let step: Int
    let pieces: Int
  }

  /// Runs the steps of a file on placeholders.
  ///
  /// A template gives every part of its own as a piece to the next step; upstream panics when the next one is a template
  /// that cannot take that many.
  init(_ steps: [Step]) throws(PieceCountError) {
    single = try Self.template(steps, [[.text(0, typeID: 0)]])
    pair = try Self.template(steps, [[.text(0, typeID: 0)], [.text(1, typeID: 1)]])
  }

  private static func template(_ steps: [Step], _ texts: [[Part]]) throws(PieceCountError) -> Template {
    var pieces = texts
    var specialCount = 0
    for (number, step) in steps.enumerated() {
      switch step {
      case .bert(let separator, let classifier):
        specialCount += texts.count == 1 ? 2 : 3
        for index in pieces.indices {
          if index == 0 { pieces[index].insert(.special(id: classifier, typeID: 0), at: 0) }
          pieces[index].append(.special(id: separator, typeID: index == 0 ? 0 : 1))
        }
      case .roberta(let separator, let classifier):
        specialCount += texts.count == 1 ? 2 : 4
        for index in pieces.indices {
          let first: Part = .special(id: index == 0 ? classifier : separator, typeID: 0)
          pieces[index] =
            [first] + pieces[index].map { $0.with(typeID: 0) } + [.special(id: separator, typeID: 0)]
        }
      case .template(let single, let pair):
        guard pieces.count == 1 || pieces.count == 2 else {
          throw PieceCountError(step: number, pieces: pieces.count)
        }
        let given = texts.count == 1 ? single : pair
        specialCount += given.joined().count { if case .special = $0 { true } else { false } }
        pieces = (pieces.count == 1 ? single : pair).map { part in
          if case .text(let index, let typeID) = part.first {
            return pieces[index].map { $0.with(typeID: typeID) }
          }
          return part
        }
      }
    }
    return Template(parts: Array(pieces.joined()), specialCount: specialCount)
  }

  /// The whole encoding of one or two texts.
  static func fill(_ template: Template, _ texts: [[Int32]]) -> Encoding {
    let count = template.parts.reduce(0) { count, part in
      if case .text(let index, _) = part { count + texts[index].count } else { count + 1 }
    }
    var ids: [Int32] = []
    var typeIDs: [Int32] = []
    ids.reserveCapacity(count)
    typeIDs.reserveCapacity(count)
    for part in template.parts {
      switch part {
      case .special(let id, let typeID):
        ids.append(id)
        typeIDs.append(typeID)
      case .text(let index, let typeID):
        ids += texts[index]
        typeIDs += repeatElement(typeID, count: texts[index].count)
      }
    }
    return Encoding(ids: ids, typeIDs: typeIDs)
  }
}
