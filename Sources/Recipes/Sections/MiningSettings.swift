import Datasets
import Retrieval
import Settings

/// How negatives are chosen, whoever mines them.
struct MiningSettings: Sendable, Equatable {
  /// Where candidates come from; a document counts for the first source that has it.
  var sources: [MiningSource]
  /// What a negative must pass, in this order.
  var rules: [MiningRuleSetting]
  var select: NegativeSelection

  /// The remedy where neither a recipe nor its data has a corpus.
  static let noCorpus =
    "there is nothing to choose negatives from; give 'corpus' (a corpus.jsonl) or 'data.collection'"

  /// How many negatives a row gets at most.
  var wanted: Int { sources.reduce(0) { $0 + $1.negatives } }
}

/// Where candidates come from.
struct MiningSource: Codable, Sendable, Equatable {
  /// What ranks the corpus for a query.
  enum Name: String, ChoiceSetting {
    /// The model's own vectors, exactly.
    case model
    /// The words that query and document share.
    case BM25
  }

  var name: Name
  /// How many of the best documents are looked at.
  var candidates: Int
  /// How many negatives a query gets from here at most.
  var negatives: Int
}

/// What mining leaves.
struct MiningOutput: Codable, Sendable, Equatable {
  /// The folder of the run: a new one for each run.
  var folder: String
  /// The form of the rows.
  var format: RowFormat
  /// The name of their file, `rows.jsonl` where there is none; `.tsv` and `.csv` make tables.
  var file: String?
}

extension MiningSettings {
  /// - Parameter section: Where the settings stand: a path that ends with a dot, or nothing for the top of the recipe.
  func validate(_ checks: SettingChecks, at section: String) {
    checks.require(
      !sources.isEmpty, section + "sources", else: "the list is empty; name at least one source, such as model")
    checks.require(
      Set(sources.map(\.name)).count == sources.count, section + "sources",
      else: "a source is named twice; raise its 'negatives'")
    for source in sources { source.validate(checks, at: section + "sources") }
    for rule in rules { rule.validate(checks, at: section + "rules") }
    select.validate(checks, at: section + "select")
  }
}

extension MiningOutput {
  func validate(_ checks: SettingChecks) {
    guard let file else { return }
    checks.require(
      [".jsonl", ".tsv", ".csv"].contains { file.hasSuffix($0) && file != $0 } && !file.contains("/"), "output.file",
      else: "'\(file)' is no name of a file in the run's folder that ends in .jsonl, .tsv or .csv")
  }
}

extension MiningSource {
  func validate(_ checks: SettingChecks, at path: String) {
    checks.require(
      candidates >= 1 && negatives >= 1 && negatives <= candidates, path,
      else: "source \(name.rawValue): \(negatives) negatives of \(candidates) candidates; take at least 1, and no more "
        + "than there are candidates")
  }
}
