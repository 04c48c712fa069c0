import Runs
import Settings

/// The settings of evaluations that every kind of training has.
protocol EvaluationSettings {
  /// A collection folder.
  var collection: String { get }
  /// The judgments evaluated during training: `qrels/SPLIT.tsv`.
  var split: String { get }
  /// True if documents with their query's identifier are left out; without it they are found, with a warning.
  var excludeSameID: Bool? { get }
  /// Steps between two evaluations; without it the model is evaluated before and after only.
  var every: Int? { get }
  /// The measures, the deciding one first.
  var measures: [MeasureSetting] { get }
  /// The splits of the verdict; without it, the split evaluated during training.
  var verdict: [String]? { get }
}

extension EvaluationSettings {
  /// The splits that the verdict is on.
  var verdictSplits: [String] { verdict ?? [split] }

  /// True if the split evaluated during training is one of the verdict, which warns of it already.
  var verdictHasSplit: Bool { verdictSplits.contains(split) }

  /// The files of the collection and of all splits.
  var collectionInputs: [RunInput] { RunInput.collection(collection, splits: [split] + (verdict ?? [])) }

  /// Checks the settings of this protocol.
  func validateCollection(_ checks: SettingChecks) {
    checks.collection("evaluate.collection", collection)
    checks.split("evaluate.split", split, of: collection, "evaluate.collection")
    if let every { checks.atLeast(1, "evaluate.every", every) }
    checks.measures("evaluate.measures", measures)
    if let verdict { checks.splits("evaluate.verdict", verdict, of: collection, "evaluate.collection") }
  }
}
