package import JSONText
package import Retrieval
package import Words

extension Coverage {
  /// What is said of a run that does not fit the judgments wholly; nothing where it does.
  ///
  /// - Parameters:
  ///   - run: The name of the run.
  ///   - source: The name of the judgments.
  ///   - consequence: What becomes of the queries that the run lacks: "they count as 0".
  package func warnings(of run: String, with source: String, consequence: String) -> [String] {
    var warnings: [String] = []
    if let unansweredQuery {
      let lacking = judgedQueries - answeredQueries
      var text =
        "\(run) lacks \(NumberText.count(lacking)) of \(Self.queries(judgedQueries)) of \(source); \(consequence) "
        + "(for example \"\(unansweredQuery)\")"
      if let unjudgedQuery {
        text +=
          "; \(NumberText.count(unjudgedQueries)) of its queries \(unjudgedQueries == 1 ? "is" : "are") not judged "
          + "(for example \"\(unjudgedQuery)\")"
      }
      warnings.append(text)
    }
    if matchedQueries == 0, foundDocuments > 0 {
      warnings.append(
        "\(run) has no document that \(source) judges for its query, in none of \(Self.queries(answeredQueries)), but "
          + "\(NumberText.counted(foundDocuments, "document")) judged for other queries; check that the queries have the "
          + "same identifiers")
    }
    return warnings
  }

  private static func queries(_ count: Int) -> String { NumberText.counted(count, "query", plural: "queries") }

  package var json: JSONValue {
    [
      "judgedQueries": JSONValue(judgedQueries), "answeredQueries": JSONValue(answeredQueries),
      "unjudgedQueries": JSONValue(unjudgedQueries), "judgedDocuments": JSONValue(judgedDocuments),
      "foundDocuments": JSONValue(foundDocuments),
    ]
  }

  /// The coverages of some runs as a table for a terminal.
  package static func table(_ coverages: [(run: String, coverage: Coverage)]) -> TextTable {
    var table = TextTable([
      ("coverage", .left), ("judged queries", .right), ("answered", .right), ("not judged", .right),
      ("judged documents", .right), ("found", .right),
    ])
    for (run, coverage) in coverages {
      let counts = [
        coverage.judgedQueries, coverage.answeredQueries, coverage.unjudgedQueries, coverage.judgedDocuments,
        coverage.foundDocuments,
      ]
      table.add([run] + counts.map(NumberText.count))
    }
    return table
  }
}
