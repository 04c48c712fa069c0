import Evaluation
import Runs
import Words

/// The content of a report's page, as its templates read it: stored properties only, which are all that they see.
struct ReportPage {
  /// A part of the page with a heading of its own; every kind of content may be absent.
  struct Section {
    let id: String
    let title: String
    var lead: String?
    var items: [String] = []
    var tables: [Table] = []
    var plots: [Plot] = []
    var changes: [Changes] = []
    var pairs: [Pairs] = []
    var facts: [Fact] = []
    /// Text as it stands in a file.
    var source: String?
  }

  struct Table {
    struct Cell {
      let text: String
      let isNumber: Bool
      /// The name of the column, which a narrow screen shows beside the cell.
      let column: String
    }

    struct Row {
      let style: String?
      let cells: [Cell]
    }

    /// The heading; nil for the only table of its section.
    let title: String?
    /// The name for those who do not see the table.
    let name: String
    let columns: [Cell]
    let rows: [Row]
    let note: String?
    /// True for a table that does not fit a narrow screen.
    let isWide: Bool
  }

  struct Fact {
    let name, value: String
  }

  /// Queries with both ranked lists.
  struct Changes {
    struct Query {
      let id, text, change, style, values: String
      let isOpen: Bool
      let moves: [Move]
      let sides: [Side]
    }

    struct Move {
      let id, grade, ranks: String
    }

    struct Side {
      let name: String
      let documents: [Document]
      let isEmpty: Bool
    }

    struct Document {
      let id, text: String
      let style: String?
      let grade: String?
      let gradeStyle: String
    }

    let title: String
    let queries: [Query]
  }

  struct Pairs {
    struct Example {
      let query, remark: String
      let texts: [Text]
    }

    struct Text {
      let role, score, text: String
    }

    let title, note: String
    let examples: [Example]
  }

  let version = Hone.version
  let style = PageStyle.text
  let recipe, folder: String
  let verdict: String
  let verdictStyle: String
  let remarks: [String]
  let sections: [Section]
}

extension ReportPage.Table {
  /// A table of texts.
  ///
  /// - Parameters:
  ///   - name: The name of a table without a heading.
  ///   - styles: The class of each row.
  init(
    _ title: String?, name: String, _ columns: [(name: String, alignment: TextTable.Alignment)],
    _ rows: [[String]], styles: [String?]? = nil, note: String? = nil
  ) {
    self.title = title
    self.name = title ?? name
    self.note = note
    isWide = columns.count > 4
    self.columns = columns.map { Cell(text: $0.name, isNumber: $0.alignment == .right, column: $0.name) }
    self.rows = rows.enumerated().map { place, cells in
      Row(
        style: styles?[place],
        cells: zip(cells, columns).map { text, column in
          Cell(text: text, isNumber: column.alignment == .right, column: column.name)
        })
    }
  }
}

extension ReportPage.Changes {
  /// The number of queries that are shown open.
  private static let open = 2

  /// The gains or the losses.
  init(_ title: String, _ changes: [QueryChanges.Change], of all: QueryChanges) {
    self.title = title
    queries = changes.enumerated().map { place, change in
      func list(_ name: String, _ documents: [QueryChanges.Found]) -> Side {
        Side(
          name: "\(name), the first \(NumberText.count(QueryChanges.mostDocuments))",
          documents: documents.map { Document($0) }, isEmpty: documents.isEmpty)
      }
      return Query(
        id: ShownText.line(change.id, ShownText.longestID), text: change.text.isEmpty ? "(no text)" : change.text,
        change: NumberText.signed(change.tuned - change.base, decimals: 4),
        style: change.tuned > change.base ? "gain" : "loss",
        values:
          "\(all.measure) \(NumberText.fixed(change.base, decimals: 4)) → \(NumberText.fixed(change.tuned, decimals: 4))",
        isOpen: place < Self.open, moves: change.relevant.map { Move($0) },
        sides: [list(all.names.base, change.baseTop), list(all.names.tuned, change.tunedTop)])
    }
  }
}

extension ReportPage.Changes.Move {
  init(_ move: QueryChanges.Move) {
    func rank(_ rank: Int?) -> String { rank.map { "rank \(NumberText.count($0))" } ?? "not found" }
    id = ShownText.line(move.id, ShownText.longestID)
    grade = "grade \(move.grade)"
    ranks = move.base == move.tuned ? rank(move.base) + " in both" : "\(rank(move.base)) → \(rank(move.tuned))"
  }
}

extension ReportPage.Changes.Document {
  init(_ document: QueryChanges.Found) {
    let isRelevant = document.grade ?? 0 > 0
    id = ShownText.line(document.id, ShownText.longestID)
    text = document.text
    style = isRelevant ? "relevant" : nil
    grade = document.grade.map {
      isRelevant ? "relevant, grade \($0)" : $0 < 0 ? "not judged, grade \($0)" : "judged not relevant"
    }
    gradeStyle = isRelevant ? "relevant" : "other"
  }
}

extension ReportPage.Pairs {
  init(_ pairs: PairExamples) {
    (title, note) = (pairs.title, pairs.note)
    examples = pairs.examples.map { example in
      Example(
        query: example.query.isEmpty ? "(no text)" : example.query, remark: example.remark,
        texts: example.texts.map {
          Text(role: $0.role, score: NumberText.fixed(Double($0.score), decimals: 3), text: $0.text)
        })
    }
  }
}
