import Retrieval
import Runs
import SettingKeys
import Settings

/// A rule of mining, chosen by its name among ``MiningRules``; the other keys are the rule's own settings.
struct MiningRuleSetting: Codable, Sendable, Equatable {
  /// The rule with its settings.
  let rule: any NamedMiningRule

  private enum Key: String, CodingKey { case name }

  init(_ rule: any NamedMiningRule) { self.rule = rule }

  init(from decoder: any Decoder) throws {
    let type = try decoder.keys(Key.self).variant(
      .name, of: MiningRules.all, "The rule, which decides the other keys of this section."
    ) { $0.name }
    rule = try type.init(from: decoder)
  }

  var name: String { type(of: rule).name }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try rule.encode(to: encoder)
  }

  static func == (first: MiningRuleSetting, second: MiningRuleSetting) -> Bool {
    func isEqual<Rule: NamedMiningRule>(_ rule: Rule) -> Bool { rule == second.rule as? Rule }
    return isEqual(first.rule)
  }

  var inputs: [RunInput] { rule.models.map { .model($0) } }

  func validate(_ checks: SettingChecks, at path: String) {
    for model in rule.models { checks.modelFolder(path, model, of: "rule \(name): ") }
    guard let problem = rule.problem() else { return }
    checks.require(false, path, else: "rule \(name): \(problem)")
  }
}
