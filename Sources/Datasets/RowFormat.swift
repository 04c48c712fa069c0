public import JSONText

/// The forms in which training rows are written, one JSON object a line; ``TrainingRows`` reads them all.
public enum RowFormat: String, Codable, Sendable, CaseIterable {
  /// Texts under our names, identifiers beside them where there are any.
  case texts
  /// Identifiers only; the texts stand in a collection.
  case identifiers
  /// The columns of sentence-transformers: `anchor`, `positive`, `negative_1` …, `scores`.
  case sentenceTransformers
  /// The columns of FlagEmbedding: `query`, `pos`, `neg`, `pos_scores`, `neg_scores`.
  case flagEmbedding

  /// The object of a row.
  ///
  /// - Throws: `DatasetError` when the form needs identifiers that the row has not.
  public func object(of row: TrainingRow) throws(DatasetError) -> JSONObject {
    func list(_ texts: [String]) -> JSONValue { .array(texts.map { JSONValue($0) }) }
    func numbers(_ values: some Sequence<Float>) -> JSONValue { .array(values.map { JSONValue($0) }) }
    var object = JSONObject()
    switch self {
    case .texts:
      if let id = row.queryID { object["query_id"] = JSONValue(id) }
      object["query"] = JSONValue(row.query)
      if let id = row.positiveID { object["positive_id"] = JSONValue(id) }
      object["positive"] = JSONValue(row.positive)
      if !row.negativeIDs.isEmpty { object["negative_ids"] = list(row.negativeIDs) }
      object["negatives"] = list(row.negatives)
      if let scores = row.scores { object["scores"] = numbers(scores) }
    case .identifiers:
      guard let query = row.queryID, let positive = row.positiveID, row.negativeIDs.count == row.negatives.count else {
        throw DatasetError(
          "rows by identifier need an identifier of every text, and the row of query \"\(row.query)\" lacks one; write texts"
        )
      }
      object["query_id"] = JSONValue(query)
      object["positive_id"] = JSONValue(positive)
      object["negative_ids"] = list(row.negativeIDs)
      if let scores = row.scores { object["scores"] = numbers(scores) }
    case .sentenceTransformers:
      object["anchor"] = JSONValue(row.query)
      object["positive"] = JSONValue(row.positive)
      for (index, text) in row.negatives.enumerated() { object["negative_\(index + 1)"] = JSONValue(text) }
      if let scores = row.scores { object["scores"] = numbers(scores) }
    case .flagEmbedding:
      object["query"] = JSONValue(row.query)
      object["pos"] = list([row.positive])
      object["neg"] = list(row.negatives)
      if let scores = row.scores {
        object["pos_scores"] = numbers(scores.prefix(1))
        object["neg_scores"] = numbers(scores.dropFirst())
      }
    }
    return object
  }
}
