import Encoders
import Files
import Foundation
import Retrieval
import Runs
import Settings
import Tensors

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
  case judge(JudgeSettings)

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
    case judge
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
    case .judge: .judge
    }
  }

  /// The rule with its settings; a judge is loaded.
  func rule() throws -> any MiningRule {
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
    case .judge(let settings): try settings.rule()
    }
  }
}

/// A cross-encoder that reads query and candidate together.
struct JudgeSettings: Codable, Sendable, Equatable {
  /// The cross-encoder's folder.
  var model: String
  /// The probability, σ(logit), below which a candidate stays a negative.
  var below: Double
  /// The probability above which a candidate becomes a positive of its own; without it none does.
  var above: Double?

  /// The rule, with the cross-encoder loaded.
  func rule() throws -> JudgeRule {
    let judge = try CrossEncoder(folder: model, labels: 1)
    return JudgeRule(below: below, above: above) { query, documents in
      try judge.score(documents.map { (query: query, document: $0) }).elements.map { 1 / (1 + exp(-$0)) }
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
    case .judge: self = .judge(try JudgeSettings(from: decoder))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    switch self {
    case .knownPositives(let rule): try rule.encode(to: encoder)
    case .nearDuplicates(let rule): try rule.encode(to: encoder)
    case .queryText(let rule): try rule.encode(to: encoder)
    case .repeatedTexts(let rule): try rule.encode(to: encoder)
    case .ranks(let rule): try rule.encode(to: encoder)
    case .skipTop(let rule): try rule.encode(to: encoder)
    case .scores(let rule): try rule.encode(to: encoder)
    case .absoluteMargin(let rule): try rule.encode(to: encoder)
    case .relativeMargin(let rule): try rule.encode(to: encoder)
    case .judge(let settings): try settings.encode(to: encoder)
    }
  }
}

extension MarginAnchor: ChoiceSetting {}

extension MiningRuleSetting {
  var inputs: [RunInput] {
    if case .judge(let settings) = self { [.model(settings.model)] } else { [] }
  }

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
    case .judge(let settings):
      require(Files.exists(Files.join(settings.model, "config.json")), "\(settings.model) has no config.json")
      require(
        settings.below > 0 && settings.below <= 1 && settings.above ?? 1 >= settings.below && settings.above ?? 1 <= 1,
        "'below' and 'above' are probabilities, and 'above' is not less than 'below'")
    }
  }
}
