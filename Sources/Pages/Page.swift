package import Words

/// The content of a page, as its templates read it: stored properties only, which are all that they see.
///
/// Texts of data pass through ``ShownText`` before they come here; the templates escape everything.
package struct Page {
  /// A part of the page with a heading of its own; every kind of content may be absent.
  package struct Section {
    let id: String
    let title: String
    package var lead: String?
    package var items: [String] = []
    package var tables: [Table] = []
    package var plots: [Plot] = []
    package var changes: [Changes] = []
    package var pairs: [Pairs] = []
    package var facts: [Fact] = []
    /// Text as it stands in a file.
    package var source: String?

    package init(
      id: String, title: String, lead: String? = nil, items: [String] = [], tables: [Table] = [], plots: [Plot] = [],
      changes: [Changes] = [], pairs: [Pairs] = [], facts: [Fact] = [], source: String? = nil
    ) {
      (self.id, self.title, self.lead, self.items) = (id, title, lead, items)
      (self.tables, self.plots, self.changes, self.pairs) = (tables, plots, changes, pairs)
      (self.facts, self.source) = (facts, source)
    }
  }

  package struct Fact {
    let name, value: String

    package init(name: String, value: String) { (self.name, self.value) = (name, value) }
  }

  let version: String
  let style = PageStyle.text
  let kind, title: String
  let verdict: String
  let verdictStyle: String
  let remarks: [String]
  let sections: [Section]

  /// A page; its charts are numbered in their order.
  ///
  /// - Parameters:
  ///   - kind: The line above the title: the program of a run.
  ///   - verdict: The result in a sentence, with its class: `improved`, `worse`, or another one.
  ///   - version: The version of the toolkit.
  package init(
    kind: String, title: String, verdict: (text: String, style: String), remarks: [String], sections: [Section],
    version: String
  ) {
    (self.kind, self.title, self.version, self.remarks) = (kind, title, version, remarks)
    (self.verdict, verdictStyle) = verdict
    var sections = sections
    var number = 0
    for section in sections.indices {
      for plot in sections[section].plots.indices {
        number += 1
        sections[section].plots[plot].number = number
      }
    }
    self.sections = sections
  }
}

extension Page {
  package struct Table {
    struct Column {
      let text: String
      let isNumber: Bool
    }

    struct Cell {
      let text: String
      let isNumber: Bool
      /// The name of the column, which a narrow screen shows beside the cell.
      let column: String
      /// The address that the text leads to, relative to the page.
      let link: String?
    }

    struct Row {
      let style: String?
      let cells: [Cell]
    }

    /// The heading; nil for the only table of its section.
    let title: String?
    /// The name for those who do not see the table.
    let name: String
    let columns: [Column]
    let rows: [Row]
    let note: String?
    /// True for a table that does not fit a narrow screen.
    let isWide: Bool

    /// A table of texts.
    ///
    /// - Parameters:
    ///   - name: The name of a table without a heading.
    ///   - styles: The class of each row.
    ///   - links: The address of the last cell of each row (``PageLink``); nil for none.
    package init(
      _ title: String?, name: String, _ columns: [(name: String, alignment: TextTable.Alignment)],
      _ rows: [[String]], styles: [String?]? = nil, links: [String?]? = nil, note: String? = nil
    ) {
      self.title = title
      self.name = title ?? name
      self.note = note
      isWide = columns.count > 4
      self.columns = columns.map { Column(text: $0.name, isNumber: $0.alignment == .right) }
      self.rows = rows.enumerated().map { place, texts in
        Row(
          style: styles?[place],
          cells: zip(texts, columns).enumerated().map { index, cell in
            Cell(
              text: cell.0, isNumber: cell.1.alignment == .right, column: cell.1.name,
              link: index == columns.count - 1 ? links?[place] : nil)
          })
      }
    }
  }
}

extension Page {
  /// Queries with both ranked lists.
  package struct Changes {
    package struct Query {
      let id, text, change, style, values: String
      let isOpen: Bool
      let moves: [Move]
      let sides: [Side]

      package init(
        id: String, text: String, change: String, style: String, values: String, isOpen: Bool, moves: [Move],
        sides: [Side]
      ) {
        (self.id, self.text, self.change, self.style, self.values) = (id, text, change, style, values)
        (self.isOpen, self.moves, self.sides) = (isOpen, moves, sides)
      }
    }

    package struct Move {
      let id, grade, ranks: String

      package init(id: String, grade: String, ranks: String) { (self.id, self.grade, self.ranks) = (id, grade, ranks) }
    }

    package struct Side {
      let name: String
      let documents: [Document]
      let isEmpty: Bool

      package init(name: String, documents: [Document]) {
        (self.name, self.documents, isEmpty) = (name, documents, documents.isEmpty)
      }
    }

    package struct Document {
      let id, text: String
      let style: String?
      let grade: String?
      let gradeStyle: String

      package init(id: String, text: String, style: String?, grade: String?, gradeStyle: String) {
        (self.id, self.text, self.style, self.grade, self.gradeStyle) = (id, text, style, grade, gradeStyle)
      }
    }

    let title: String
    let queries: [Query]

    package init(title: String, queries: [Query]) { (self.title, self.queries) = (title, queries) }
  }

  /// Pairs of texts to look at.
  package struct Pairs {
    package struct Example {
      let query, remark: String
      let texts: [Text]

      package init(query: String, remark: String, texts: [Text]) {
        (self.query, self.remark, self.texts) = (query, remark, texts)
      }
    }

    package struct Text {
      let role, score, text: String

      package init(role: String, score: String, text: String) {
        (self.role, self.score, self.text) = (role, score, text)
      }
    }

    let title, note: String
    let examples: [Example]

    package init(title: String, note: String, examples: [Example]) {
      (self.title, self.note, self.examples) = (title, note, examples)
    }
  }
}
