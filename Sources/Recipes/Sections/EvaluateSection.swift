import Settings

/// Where a training run is scored, and how often.
struct EvaluateSection: Codable, Sendable, Equatable {
  /// A collection folder.
  var collection: String
  /// The judgments scored during training: `qrels/SPLIT.tsv`.
  var split: String
  /// Steps between two scores; without it the run is scored before and after only.
  var every: Int?
  /// During training the corpus is every judged document and a fixed sample up to this number; without it, all of it.
  var documents: Int?
  /// The measures, the deciding one first.
  var measures: [MeasureSetting]
  /// The splits of the verdict, over the whole corpus; without it, the split scored during training.
  var verdict: [String]?
}

/// Checkpoints to resume from.
struct CheckpointSection: Codable, Sendable, Equatable {
  /// Steps between two checkpoints.
  var every: Int
  /// How many complete checkpoints stay.
  var keep: Int
}

/// What a training run leaves.
struct OutputSection: Codable, Sendable, Equatable {
  /// Which weights are exported.
  enum Weights: String, ChoiceSetting {
    /// Those after the last step.
    case last
    /// Those with the best score during training, by the first measure; the earlier of equal ones.
    case best
  }

  /// The folder of the run: a new one for each run.
  var folder: String
  /// Without it, the last ones.
  var weights: Weights?
}

extension EvaluateSection {
  func validate(_ checks: SettingChecks) {
    checks.collection("evaluate.collection", collection)
    checks.split("evaluate.split", split, of: collection, "evaluate.collection")
    if let every { checks.atLeast(1, "evaluate.every", every) }
    if let documents { checks.atLeast(1, "evaluate.documents", documents) }
    checks.measures("evaluate.measures", measures)
    if let verdict { checks.splits("evaluate.verdict", verdict, of: collection, "evaluate.collection") }
  }
}

extension CheckpointSection {
  func validate(_ checks: SettingChecks) {
    checks.atLeast(1, "checkpoint.every", every)
    checks.atLeast(1, "checkpoint.keep", keep)
  }
}

extension OutputSection {
  /// - Parameter isScored: Whether there are scores during training.
  func validate(_ checks: SettingChecks, isScored: Bool) {
    checks.outputFolder("output.folder", folder)
    if weights == .best {
      checks.require(
        isScored, "output.weights", reading: ["evaluate"],
        else: "the best weights are found by scores during training; set 'evaluate.every'")
    }
  }
}
