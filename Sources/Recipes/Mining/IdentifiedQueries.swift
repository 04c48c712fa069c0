import Datasets
import Words

extension [TrainingRow] {
  /// The queries with an identifier, each identifier once.
  var identifiedQueries: [Query] {
    var seen: Set<ExactText> = []
    return compactMap { row in
      guard let id = row.queryID, seen.insert(ExactText(id)).inserted else { return nil }
      return Query(id: id, text: row.query)
    }
  }
}
