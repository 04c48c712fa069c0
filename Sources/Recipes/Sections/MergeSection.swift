import Runs
import SettingKeys
import Settings

/// The mix of the base model and the trained one that is exported: the best of some, by the dev split.
struct MergeSection: Codable, Sendable, Equatable {
  /// A general collection, whose loss against the base is bounded.
  struct General: Codable, Sendable, Equatable {
    /// The key that bounds the work of an evaluation.
    enum Limit: Sendable {
      case documents
      case queries
    }

    var collection: String
    var split: String
    var largestLoss: Double
    var excludeSameID: Bool?
    /// For a bi-encoder.
    var documents: Int?
    /// For a reranker.
    var queries: Int?
  }

  var alphas: [Double]
  var general: General?
}

extension MergeSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    alphas = try keys.value(
      .alphas, default: [0, 0.25, 0.5, 0.75, 1],
      "The mixes to evaluate, (1 − α) · base + α · trained; the base, α = 0, is always one of them.")
    general = try keys.optional(
      .general, given: decoder.given(General.Limit.self).map { [$0] } ?? [],
      "A general collection, on which the exported mix may lose only so much; without it only dev counts.")
  }

  /// The mixes in ascending order, the base among them.
  var mixes: [Double] { Set(alphas + [0]).sorted() }

  var inputs: [RunInput] { general.map { RunInput.collection($0.collection, splits: [$0.split]) } ?? [] }

  /// A warning where the verdict is on the split that chooses the mix; else nil.
  func warning(of evaluate: some EvaluationSettings) -> String? {
    guard evaluate.verdictHasSplit else { return nil }
    return
      "'merge' chooses the mix by split '\(evaluate.split)', which the verdict is on too, and so too kind; name another "
      + "split in 'evaluate.verdict'"
  }

  /// - Parameters:
  ///   - lora: The adapters of the same recipe.
  ///   - isEvaluated: True if there is a dev split.
  func validate(_ checks: SettingChecks, lora: LoRASection?, isEvaluated: Bool) {
    checks.require(!alphas.isEmpty, "merge.alphas", else: "the list is empty; name at least one")
    for alpha in alphas {
      checks.require((0...1).contains(alpha), "merge.alphas", else: "\(alpha) is not from 0 to 1")
    }
    checks.require(Set(alphas).count == alphas.count, "merge.alphas", else: "a number is there twice")
    checks.require(
      isEvaluated, "merge", reading: ["evaluate"], else: "the mix is chosen by the dev split; set 'evaluate'")
    checks.require(
      lora?.folder == nil, "merge", reading: ["lora"],
      else: "a mix of two adapters has no rank of one; merge the first into the base: 'model.adapter' in place of "
        + "'lora.adapter', and 'lora.layers' for a new one")
    general?.validate(checks)
  }
}

extension MergeSection.General {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    collection = try keys.evaluatedCollection(.collection)
    split = try keys.value(.split, default: "test", "The judgments: qrels/SPLIT.tsv of the collection.")
    largestLoss = try keys.required(
      .largestLoss, example: 0.01, "The most that the first measure may fall below the base's, such as 0.01.")
    excludeSameID = try keys.excludeSameID(.excludeSameID)
    switch decoder.given(Limit.self) {
    case .queries?:
      queries = try keys.optional(
        .queries, example: 100, "The number of queries evaluated, always the same ones; without it all.")
    case .documents?, nil:
      documents = try keys.optional(
        .documents, example: 1500,
        "The documents searched: every judged one and a fixed sample up to this number; without it all.")
    }
  }

  /// The collection and its split in words.
  var name: String { "\(split) of \(collection)" }

  func validate(_ checks: SettingChecks) {
    checks.collection("merge.general.collection", collection)
    checks.split("merge.general.split", split, of: collection, "merge.general.collection")
    checks.require(largestLoss >= 0, "merge.general.largestLoss", else: "\(largestLoss) is less than 0")
    if let documents { checks.atLeast(1, "merge.general.documents", documents) }
    if let queries { checks.atLeast(1, "merge.general.queries", queries) }
  }
}
