import Datasets
import Retrieval
import SettingKeys
import Settings

/// The settings of mining that all programs share.
struct MiningSettings: Codable, Sendable, Equatable {
  var sources: [MiningSource]
  var rules: [MiningRuleSetting]
  var select: NegativeSelection
  var excludeSameID: Bool?

  /// Reads the key of the corpus, which is not among these.
  static func corpus<Key: CodingKey>(_ keys: KeyedSection<Key>, _ key: Key) throws -> String? {
    try keys.optional(
      key, example: "data/my-collection/corpus.jsonl",
      "A corpus.jsonl to mine; without it the corpus of 'data.collection'.")
  }

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
  var candidates: Int
  var negatives: Int
}

/// The output of mining.
struct MiningOutput: Codable, Sendable, Equatable {
  var folder: String
  var format: RowFormat
  var file: String
}

extension MiningSettings {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    sources = try keys.required(
      .sources, example: [MiningSource(name: .model, candidates: 100, negatives: 5)],
      "The sources of candidates; a document counts for the first source that has it.")
    rules = try keys.required(
      .rules, example: [MiningRuleSetting(RelativeMarginRule(margin: 0.05))],
      "The rules that a negative must pass, in this order, after the one that drops known positives.")
    select = try keys.section(.select, "The choice among the candidates that pass.")
    excludeSameID = try keys.excludeSameID(.excludeSameID)
  }

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
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    folder = try keys.runFolder(.folder, example: "runs/my-rows")
    format = try keys.value(.format, default: .texts, "The names under which the rows have their texts.")
    file = try keys.value(.file, default: "rows.jsonl", "The name of the rows' file; .tsv and .csv make tables.")
  }

  func validate(_ checks: SettingChecks) {
    checks.outputFolder("output.folder", folder)
    checks.require(
      [".jsonl", ".tsv", ".csv"].contains { file.hasSuffix($0) && file != $0 } && !file.contains("/"), "output.file",
      else: "'\(file)' is no name of a file in the run's folder that ends in .jsonl, .tsv or .csv")
  }
}

extension MiningSource {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    name = try keys.required(.name, example: .model, "The ranking of the corpus for a query.")
    candidates = try keys.value(.candidates, default: 100, "The number of the best documents that become candidates.")
    negatives = try keys.required(.negatives, example: 5, "The most negatives that a query gets from this source.")
  }

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
