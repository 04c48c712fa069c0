import Files
import Settings

extension SettingChecks {
  /// Checks a collection folder.
  func collection(_ path: String, _ folder: String) {
    self.path(path, folder)
    require(Files.isFolder(folder), path, else: "there is no folder \(folder)")
    for name in ["corpus.jsonl", "queries.jsonl"] {
      require(Files.exists(Files.join(folder, name)), path, else: "\(folder) has no \(name)")
    }
  }

  /// Checks a split of a collection: a file of judgments.
  func split(_ path: String, _ split: String, of collection: String, _ collectionPath: String) {
    let judgments = Files.join(collection, "qrels")
    require(
      Files.exists(Files.join(judgments, "\(split).tsv")), path, reading: [collectionPath],
      else: "\(judgments) has no \(split).tsv\(Self.splitAdvice(judgments))")
  }

  /// Checks several splits of a collection.
  func splits(_ path: String, _ splits: [String], of collection: String, _ collectionPath: String) {
    require(!splits.isEmpty, path, else: "the list is empty; name at least one split")
    require(Set(splits).count == splits.count, path, else: "a split is named twice")
    for name in splits { split(path, name, of: collection, collectionPath) }
  }

  /// Checks the measures to report.
  func measures(_ path: String, _ measures: [MeasureSetting]) {
    require(!measures.isEmpty, path, else: "the list is empty; name at least one measure, such as nDCG@10")
    require(Set(measures.map(\.measure)).count == measures.count, path, else: "a measure is named twice")
  }

  private static func splitAdvice(_ judgments: String) -> String {
    let names = (try? Files.list(judgments)) ?? []
    let splits = names.filter { $0.hasSuffix(".tsv") }.map { $0.dropLast(4) }
    return splits.isEmpty ? "" : "; it has \(splits.joined(separator: ", "))"
  }
}
