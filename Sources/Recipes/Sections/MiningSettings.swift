import Datasets
import Retrieval
import Settings

/// The settings of mining that all programs share.
struct MiningSettings: Sendable, Equatable {
  /// The sources of candidates; a document counts for the first source that has it.
  var sources: [MiningSource]
  /// The rules that a negative must pass, in this order, after the one that drops known positives.
  var rules: [MiningRuleSetting]
  var select: NegativeSelection
  /// True if a document with the query's identifier is no candidate; without it it is one, with a warning.
  var excludeSameID: Bool?

  /// The rules beside those that are applied always.
  var chosenRules: [MiningRuleSetting] { rules.filter { !type(of: $0.rule).isImplied } }

  /// True if a document of the corpus may become a positive.
  var promotes: Bool { rules.contains { $0.rule.promotes } }

  /// The remedy where neither a recipe nor its data has a corpus.
  static let noCorpus =
    "there is nothing to choose negatives from; give 'corpus' (a corpus.jsonl) or 'data.collection'"

  /// The most negatives that a row gets.
  var negativesPerRow: Int { sources.reduce(0) { $0 + $1.negatives } }
}

/// A source of candidates.
struct MiningSource: Codable, Sendable, Equatable {
  /// The ranking of the corpus for a query.
  enum Name: String, ChoiceSetting {
    /// Exact search with the model's vectors.
    case model
    /// BM25 over the words of query and document.
    case BM25
  }

  var name: Name
  /// The number of the best documents that become candidates.
  var candidates: Int
  /// The most negatives that a query gets from this source.
  var negatives: Int
}

/// The output of mining.
struct MiningOutput: Codable, Sendable, Equatable {
  /// The folder of the run: a new one for each run.
  var folder: String
  /// The format of the rows.
  var format: RowFormat
  /// The name of their file, `rows.jsonl` without it; `.tsv` and `.csv` make tables.
  var file: String?
}

extension MiningSettings {
  /// - Parameter section: The path of the section with a dot at its end; empty for the top of the recipe.
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
    checks.require(
      candidates <= DataSection.mostNegatives, path,
      else: "source \(name.rawValue): \(candidates) candidates are too many; at most \(DataSection.mostNegatives)")
  }
}
