import Datasets
import Retrieval
import Training

/// How negatives are chosen, whoever mines them.
struct MiningSettings: Sendable, Equatable {
  /// Where candidates come from; a document counts for the first source that has it.
  var sources: [MiningSource]
  /// What a negative must pass, in this order.
  var rules: [MiningRuleSetting]
  var select: SelectionSetting

  /// How many negatives a row gets at most.
  var wanted: Int { sources.reduce(0) { $0 + $1.negatives } }
}

/// Mining in the course of training: the corpus is encoded with the weights of the moment, and every row gets new negatives.
struct MiningSection: Codable, Sendable, Equatable {
  /// Mines before every so many epochs, the first included; give this or `steps`.
  var epochs: Int?
  /// Mines before every so many steps, the first included.
  var steps: Int?
  /// A `corpus.jsonl` to choose from; without it, that of the data's collection.
  var corpus: String?
  var sources: [MiningSource]
  var rules: [MiningRuleSetting]
  var select: SelectionSetting

  var settings: MiningSettings { MiningSettings(sources: sources, rules: rules, select: select) }
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

/// A rule of mining, chosen by its name; the other keys are the rule's own settings.
enum MiningRuleSetting: Sendable, Equatable {
  case knownPositives(KnownPositivesRule)
  case nearDuplicates(NearDuplicatesRule)
  case queryText(QueryTextRule)
  case repeatedTexts(RepeatedTextsRule)
  case ranks(RankWindowRule)
  case skipTop(SkipTopRule)
  case scores(ScoreRangeRule)
  case absoluteMargin(AbsoluteMarginRule)
  case relativeMargin(RelativeMarginRule)

  /// The names of the rules in a recipe.
  enum Name: String, ChoiceSetting {
    case knownPositives
    case nearDuplicates
    case queryText
    case repeatedTexts
    case ranks
    case skipTop
    case scores
    case absoluteMargin
    case relativeMargin
  }

  var name: Name {
    switch self {
    case .knownPositives: .knownPositives
    case .nearDuplicates: .nearDuplicates
    case .queryText: .queryText
    case .repeatedTexts: .repeatedTexts
    case .ranks: .ranks
    case .skipTop: .skipTop
    case .scores: .scores
    case .absoluteMargin: .absoluteMargin
    case .relativeMargin: .relativeMargin
    }
  }

  /// The rule with its settings.
  var rule: any MiningRule & Codable {
    switch self {
    case .knownPositives(let rule): rule
    case .nearDuplicates(let rule): rule
    case .queryText(let rule): rule
    case .repeatedTexts(let rule): rule
    case .ranks(let rule): rule
    case .skipTop(let rule): rule
    case .scores(let rule): rule
    case .absoluteMargin(let rule): rule
    case .relativeMargin(let rule): rule
    }
  }
}

extension MiningRuleSetting: Codable {
  private enum Key: String, CodingKey { case name }

  init(from decoder: any Decoder) throws {
    switch try decoder.variantName(Name.self, forKey: Key.name) {
    case .knownPositives: self = .knownPositives(KnownPositivesRule())
    case .nearDuplicates: self = .nearDuplicates(try NearDuplicatesRule(from: decoder))
    case .queryText: self = .queryText(QueryTextRule())
    case .repeatedTexts: self = .repeatedTexts(RepeatedTextsRule())
    case .ranks: self = .ranks(try RankWindowRule(from: decoder))
    case .skipTop: self = .skipTop(try SkipTopRule(from: decoder))
    case .scores: self = .scores(try ScoreRangeRule(from: decoder))
    case .absoluteMargin: self = .absoluteMargin(try AbsoluteMarginRule(from: decoder))
    case .relativeMargin: self = .relativeMargin(try RelativeMarginRule(from: decoder))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try rule.encode(to: encoder)
  }
}

extension MarginAnchor: ChoiceSetting {}
extension RowFormat: ChoiceSetting {}

/// Which of the candidates that passed the rules are taken.
struct SelectionSetting: Codable, Sendable, Equatable {
  /// How they are chosen.
  enum Name: String, ChoiceSetting {
    case first
    case uniform
    case softmax
  }

  var name: Name
  /// For `softmax`: what scores are divided by.
  var temperature: Double?

  var selection: NegativeSelection {
    switch name {
    case .first: .first
    case .uniform: .uniform
    case .softmax: .softmax(temperature: temperature ?? 1)
    }
  }
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

extension MiningSection {
  func validate(_ checks: SettingChecks, data: DataSection, loss: LossSetting) {
    checks.require(
      (epochs == nil) != (steps == nil), "mining",
      else: "give either 'epochs' or 'steps': how often negatives are mined")
    if let epochs { checks.atLeast(1, "mining.epochs", epochs) }
    if let steps { checks.atLeast(1, "mining.steps", steps) }
    if let corpus { checks.file("mining.corpus", corpus) }
    checks.require(
      corpus != nil || data.collection != nil, "mining", reading: ["data.collection"],
      else: "there is nothing to choose negatives from; give 'corpus' (a corpus.jsonl) or 'data.collection'")
    checks.require(
      type(of: loss.loss).needs == .nothing, "loss.name",
      else:
        "\(loss.name.rawValue) learns from labels or a teacher's scores, which negatives mined in training do not have")
    settings.validate(checks, at: "mining.")
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

extension MiningRuleSetting {
  func validate(_ checks: SettingChecks, at path: String) {
    func require(_ condition: Bool, _ message: String) {
      checks.require(condition, path, else: "rule \(name.rawValue): \(message)")
    }
    switch self {
    case .knownPositives, .queryText, .repeatedTexts: break
    case .nearDuplicates(let rule):
      require(rule.similarity > 0 && rule.similarity <= 1, "similarity \(rule.similarity) is not in (0, 1]")
    case .ranks(let rule):
      require(rule.from >= 1 && rule.to ?? rule.from >= rule.from, "ranks count from 1, and 'to' is not before 'from'")
    case .skipTop(let rule): require(rule.count >= 0, "count \(rule.count) is less than 0")
    case .scores(let rule):
      require(rule.floor != nil || rule.ceiling != nil, "give 'floor', 'ceiling' or both")
      require(
        rule.floor ?? -.infinity <= rule.ceiling ?? .infinity,
        "the floor is above the ceiling, so nothing would be left")
    case .absoluteMargin(let rule): require(rule.margin >= 0, "margin \(rule.margin) is less than 0")
    case .relativeMargin(let rule): require(rule.margin >= 0, "margin \(rule.margin) is less than 0")
    }
  }
}

extension SelectionSetting {
  func validate(_ checks: SettingChecks, at path: String) {
    checks.require(
      (name == .softmax) == (temperature != nil), path, reading: [path + ".name"],
      else: "'temperature' goes with 'softmax', and only with it")
    if let temperature { checks.positive(path + ".temperature", temperature) }
  }
}
