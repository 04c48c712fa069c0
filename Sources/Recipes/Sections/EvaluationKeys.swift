import Retrieval
import SettingKeys

/// The keys that several sections of evaluation have.
extension KeyedSection {
  func evaluatedCollection(_ key: Key) throws -> String {
    try required(key, example: "data/my-collection", "A collection folder: corpus.jsonl, queries.jsonl and qrels.")
  }

  func evaluatedSplit(_ key: Key) throws -> String {
    try value(key, default: "dev", "The judgments evaluated during training: qrels/SPLIT.tsv of the collection.")
  }

  func excludeSameID(_ key: Key) throws -> Bool? {
    try optional(
      key, example: true,
      "True if a document with the query's identifier is left out; without it it counts, with a warning.")
  }

  func evaluationInterval(_ key: Key) throws -> Int? {
    try recommended(
      key, example: 100, "Steps between two evaluations; without it the model is evaluated before and after only.")
  }

  func measures(_ key: Key, default usual: [MeasureSetting]) throws -> [MeasureSetting] {
    try value(key, default: usual, "The measures, the deciding one first.")
  }

  func verdictSplits(_ key: Key) throws -> [String]? {
    try optional(
      key, example: ["test"],
      "The splits of the verdict, over all documents and queries; without it the split evaluated during training.")
  }
}

extension MeasureSetting {
  /// The measures of a search by vectors.
  static let usual = [MeasureSetting(.nDCG(cut: 10)), MeasureSetting(.recall(cut: 100))]
  /// The measures of a reranker, which finds nothing new.
  static let usualOfReranking = [MeasureSetting(.nDCG(cut: 10)), MeasureSetting(.reciprocalRank(cut: 10))]
}
