import Pages
import Words

extension Page.Changes {
  /// The number of queries that are shown open.
  private static let open = 2

  /// The gains or the losses.
  init(_ title: String, _ changes: [QueryChanges.Change], of all: QueryChanges) {
    let queries = changes.enumerated().map { place, change in
      func list(_ name: String, _ documents: [QueryChanges.Found]) -> Page.Changes.Side {
        Page.Changes.Side(
          name: "\(name), the first \(NumberText.count(QueryChanges.mostDocuments))",
          documents: documents.map { Page.Changes.Document($0) })
      }
      return Query(
        id: ShownText.line(change.id, ShownText.longestID), text: change.text.isEmpty ? "(no text)" : change.text,
        change: NumberText.signed(change.tuned - change.base, decimals: 4),
        style: change.tuned > change.base ? "gain" : "loss",
        values:
          "\(all.measure) \(NumberText.fixed(change.base, decimals: 4)) → \(NumberText.fixed(change.tuned, decimals: 4))",
        isOpen: place < Self.open, moves: change.relevant.map { Page.Changes.Move($0) },
        sides: [list(all.names.base, change.baseTop), list(all.names.tuned, change.tunedTop)])
    }
    self.init(title: title, queries: queries)
  }
}

extension Page.Changes.Move {
  init(_ move: QueryChanges.Move) {
    func rank(_ rank: Int?) -> String { rank.map { "rank \(NumberText.count($0))" } ?? "not found" }
    self.init(
      id: ShownText.line(move.id, ShownText.longestID), grade: "grade \(move.grade)",
      ranks: move.base == move.tuned ? rank(move.base) + " in both" : "\(rank(move.base)) → \(rank(move.tuned))")
  }
}

extension Page.Changes.Document {
  init(_ document: QueryChanges.Found) {
    let isRelevant = document.grade ?? 0 > 0
    self.init(
      id: ShownText.line(document.id, ShownText.longestID), text: document.text, style: isRelevant ? "relevant" : nil,
      grade: document.grade.map {
        isRelevant ? "relevant, grade \($0)" : $0 < 0 ? "not judged, grade \($0)" : "judged not relevant"
      },
      gradeStyle: isRelevant ? "relevant" : "other")
  }
}

extension Page.Pairs {
  init(_ pairs: PairExamples) {
    self.init(
      title: pairs.title, note: pairs.note,
      examples: pairs.examples.map { example in
        Example(
          query: example.query.isEmpty ? "(no text)" : example.query, remark: example.remark,
          texts: example.texts.map {
            Text(role: $0.role, score: NumberText.fixed(Double($0.score), decimals: 3), text: $0.text)
          })
      })
  }
}
