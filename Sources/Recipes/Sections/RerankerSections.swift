import Datasets
import Encoders
import Files
import Settings

/// The base of a reranker: a cross-encoder, or any encoder that gets a fresh classifier.
struct RerankerSection: Codable, Sendable, Equatable {
  /// A model folder, relative to the working directory.
  var folder: String
  /// The most tokens of a pair, special tokens included; of a longer one the longer text loses tokens at its end first.
  var maximumLength: Int
}

/// The training data of a reranker: a file of rows, or a collection whose judgments are the groups.
struct GroupSection: Codable, Sendable, Equatable {
  /// A collection folder: the data itself with `split`, or what the ids in `rows` refer to.
  var collection: String?
  /// The judgments to train on: `qrels/SPLIT.tsv`; a query and all documents judged for it are a group.
  var split: String?
  /// A file of training rows: `.jsonl`, `.tsv` or `.csv`; a row is a group, or a labelled pair.
  var rows: String?
  /// With `false` the groups are taken in the order of their file.
  var shuffle: Bool?
  /// How many documents of grade 0 a group has in an epoch at most, drawn anew for each; without it, all.
  var negatives: Int?
  /// Random documents beside the negatives of the data.
  var easyNegatives: EasyNegativesSection?
}

/// Random negatives, which keep a reranker right about what does not fit at all.
struct EasyNegativesSection: Codable, Sendable, Equatable {
  /// The share of `data.negatives` that is random; what the data has too few of is filled up as well.
  var share: Double
  /// A `corpus.jsonl` to draw from; without it, the corpus of the data's collection, or else the documents of all rows.
  var corpus: String?
  /// Draws from the documents of the other groups of the step instead: in-batch ranking.
  var inBatch: Bool?
}

/// What one step of a reranker sees.
struct GroupBatchSection: Codable, Sendable, Equatable {
  /// The groups of one step; a group is never cut.
  var groups: Int
  /// The most tokens whose activations are held at one time; larger steps go through cached gradients.
  var tokens: Int
}

/// When training ends before its last step.
struct PatienceSection: Codable, Sendable, Equatable {
  /// How many scores in a row may pass without a new best one.
  var scores: Int
  /// How much better than the best a score must be to count, by the first measure; without it, anything counts.
  var minimumImprovement: Double?
}

/// Where a reranker is scored: on which documents of which queries, and how often.
struct RerankingEvaluateSection: Codable, Sendable, Equatable {
  /// Where the documents that are put in order come from.
  enum Candidates: String, ChoiceSetting {
    /// The documents judged for a query.
    case judged
    /// The best documents of a bi-encoder.
    case model
    /// The best documents of a run file.
    case run
  }

  /// A collection folder.
  var collection: String
  /// The judgments scored during training: `qrels/SPLIT.tsv`.
  var split: String
  var candidates: Candidates
  /// For `candidates: model`: a bi-encoder folder.
  var model: String?
  /// For `candidates: run`: a run file in TREC form, with the queries of all splits.
  var run: String?
  /// How many of the best documents are put in order; those below keep theirs.
  var top: Int?
  /// Steps between two scores; without it the run is scored before and after only.
  var every: Int?
  /// During training only so many queries are asked, always the same; without it, all.
  var queries: Int?
  /// The measures, the deciding one first.
  var measures: [MeasureSetting]
  /// The splits of the verdict, over all their queries; without it, the split scored during training.
  var verdict: [String]?
}

// MARK: - Reading

extension GroupSection {
  /// What is the same for training on rows.
  var dataSection: DataSection {
    DataSection(collection: collection, split: split, rows: rows, shuffle: shuffle, negatives: negatives)
  }
}

extension RerankerSection {
  /// The model with the settings of this section.
  ///
  /// - Parameter seed: What a fresh classifier is drawn from.
  func load(seed: UInt64) throws -> CrossEncoder {
    var model = try CrossEncoder(folder: folder, labels: 1, headSeed: seed)
    model.maximumLength = maximumLength
    return model
  }
}

// MARK: - Checks

extension RerankerSection {
  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", folder)
    checks.atLeast(5, "model.maximumLength", maximumLength)
    checks.positions("model.maximumLength", maximumLength, of: folder, "model.folder")
  }
}

extension GroupSection {
  func validate(_ checks: SettingChecks, loss: LossSetting, batch: GroupBatchSection) {
    if let negatives { checks.atLeast(1, "data.negatives", negatives) }
    dataSection.validate(checks)
    guard let easyNegatives else { return }
    let share = easyNegatives.share
    checks.require(share >= 0 && share <= 1, "data.easyNegatives.share", else: "\(share) is not a fraction from 0 to 1")
    if let corpus = easyNegatives.corpus { checks.file("data.easyNegatives.corpus", corpus) }
    if easyNegatives.inBatch == true {
      checks.require(
        easyNegatives.corpus == nil, "data.easyNegatives.corpus", reading: ["data.easyNegatives.inBatch"],
        else: "the documents come from the step; remove it, or 'inBatch'")
      checks.require(
        batch.groups >= 2, "batch.groups", reading: ["data.easyNegatives.inBatch"],
        else: "documents of other groups need at least 2 groups in a step")
    }
    checks.require(
      (negatives ?? 0) > 0, "data.easyNegatives", reading: ["data.negatives"],
      else: "give 'data.negatives', the number of negatives of a group, of which this is a share")
    checks.require(
      !loss.readsTeacherScores, "data.easyNegatives", reading: ["loss.name"],
      else: "no teacher scored random documents, and the loss \(loss.name.rawValue) needs that")
    checks.require(
      loss.name != .coSENT, "data.easyNegatives", reading: ["loss.name"],
      else: "the loss coSENT reads labelled pairs, which have no negatives")
  }
}

extension GroupBatchSection {
  func validate(_ checks: SettingChecks, model: RerankerSection) {
    checks.atLeast(1, "batch.groups", groups)
    checks.require(
      tokens >= model.maximumLength, "batch.tokens", reading: ["model.maximumLength"],
      else: "\(tokens) is less than one pair of 'model.maximumLength' (\(model.maximumLength)) may have")
  }
}

extension PatienceSection {
  func validate(_ checks: SettingChecks, evaluate: RerankingEvaluateSection?) {
    checks.atLeast(1, "patience.scores", scores)
    if let minimumImprovement {
      checks.require(
        minimumImprovement >= 0, "patience.minimumImprovement", else: "\(minimumImprovement) is less than 0")
    }
    checks.require(
      evaluate?.every != nil, "patience", reading: ["evaluate"],
      else: "it counts scores during training; set 'evaluate.every'")
  }
}

extension RerankingEvaluateSection {
  func validate(_ checks: SettingChecks) {
    checks.collection("evaluate.collection", collection)
    checks.split("evaluate.split", split, of: collection, "evaluate.collection")
    if let every { checks.atLeast(1, "evaluate.every", every) }
    if let queries { checks.atLeast(1, "evaluate.queries", queries) }
    checks.measures("evaluate.measures", measures)
    if let verdict { checks.splits("evaluate.verdict", verdict, of: collection, "evaluate.collection") }
    if let model { checks.modelFolder("evaluate.model", model) }
    if let run { checks.file("evaluate.run", run) }
    if let top { checks.atLeast(1, "evaluate.top", top) }
    let given: [(key: String, isGiven: Bool, users: [Candidates])] = [
      ("model", model != nil, [.model]), ("run", run != nil, [.run]), ("top", top != nil, [.model, .run]),
    ]
    for (key, isGiven, users) in given {
      let needs = users.contains(candidates)
      checks.require(
        isGiven || !needs, "evaluate", reading: ["evaluate.candidates"],
        else: "'candidates: \(candidates.rawValue)' needs '\(key)'")
      checks.require(
        !isGiven || needs, "evaluate.\(key)", reading: ["evaluate.candidates"],
        else: "'candidates: \(candidates.rawValue)' has no use for it; remove it")
    }
  }
}
