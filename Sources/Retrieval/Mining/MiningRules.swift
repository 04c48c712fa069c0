/// The mining rules that a recipe can name.
public enum MiningRules {
  /// Every rule, in the order in which messages list them.
  public static let all: [any NamedMiningRule.Type] = [
    KnownPositivesRule.self, NearDuplicatesRule.self, QueryTextRule.self, RepeatedTextsRule.self,
    RankWindowRule.self, SkipTopRule.self, ScoreRangeRule.self, AbsoluteMarginRule.self, RelativeMarginRule.self,
    JudgeSettings.self,
  ]
}
