import Evaluation
import Registry
import Retrieval
import Runs
import SettingKeys
import Settings

/// The comparison of candidate and champion, and its rules.
struct GateSection: Sendable, Equatable {
  /// A reference to the stage that makes the candidate's bi-encoder.
  var model: String
  /// A reference to the stage that makes its reranker; nil where the candidate has none.
  var reranker: String?
  /// The number of documents per query that rerankers order.
  var top: Int
  var collection: String
  var split: String
  var slices: [String]?
  var heldOut: String?
  var excludeSameID: Bool?
  var measure: MeasureSetting
  var rules: GateRules
  /// The number of queries that are timed.
  var timedQueries: Int

  /// All splits that are measured.
  var splits: [String] { [split] + (slices ?? []) + (heldOut.map { [$0] } ?? []) }

  var inputs: [RunInput] { RunInput.collection(collection, splits: splits) }
}

extension GateSection: Codable {
  private enum Key: String, CodingKey {
    case model, reranker, top, collection, split, slices, heldOut, excludeSameID, measure, leastEffect, alpha
    case largestHarm, minimumQueries, minimumSliceQueries, leastValue, largestLeak, largestLatencyRatio
    case largestSizeRatio, timedQueries
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    let usual = GateRules()
    model = try keys.required(.model, example: "$adapt", "The stage that makes the candidate's bi-encoder.")
    reranker = try keys.optional(
      .reranker, example: "$rerank", "The stage that makes its reranker; both are promoted together, or neither.")
    top = try keys.value(.top, default: 100, "The number of documents per query that rerankers order.")
    collection = try keys.evaluatedCollection(.collection)
    split = try keys.value(.split, default: "dev", "The judgments that decide: qrels/SPLIT.tsv of the collection.")
    slices = try keys.optional(
      .slices, example: ["tags"], "Other splits, on which the candidate may do no harm; without it none.")
    heldOut = try keys.optional(
      .heldOut, example: "test", "A second split that decides, measured only if all else speaks for the candidate.")
    excludeSameID = try keys.excludeSameID(.excludeSameID)
    measure = try keys.value(.measure, default: MeasureSetting(.nDCG(cut: 10)), "The measure that decides.")
    rules = GateRules()
    rules.leastEffect = try keys.value(
      .leastEffect, default: usual.leastEffect, "The least mean gain that is worth a change, in units of the measure.")
    rules.alpha = try keys.value(
      .alpha, default: usual.alpha, "The p-value of the paired test below which a difference counts.")
    rules.largestHarm = try keys.value(
      .largestHarm, default: usual.largestHarm, "The largest mean loss on any slice.")
    rules.minimumQueries = try keys.value(
      .minimumQueries, default: usual.minimumQueries, "The fewest queries of the split that decides.")
    rules.minimumSliceQueries = try keys.value(
      .minimumSliceQueries, default: usual.minimumSliceQueries, "The fewest queries of a slice that counts.")
    rules.leastValue = try keys.optional(
      .leastValue, example: 0.3, "The least mean of the candidate itself; without it any.")
    rules.largestLeak = try keys.value(
      .largestLeak, default: usual.largestLeak, "The largest share of the deciding queries that are trained on.")
    rules.largestLatencyRatio = try keys.value(
      .largestLatencyRatio, default: usual.largestLatencyRatio,
      "The most a query may take, as a multiple of the champion's time.")
    rules.largestSizeRatio = try keys.value(
      .largestSizeRatio, default: usual.largestSizeRatio,
      "The most the folders may have, as a multiple of the champion's size.")
    timedQueries = try keys.value(
      .timedQueries, default: 30, "The number of queries that are timed, with both in turn.")
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(model, forKey: .model)
    try section.encodeIfPresent(reranker, forKey: .reranker)
    try section.encode(top, forKey: .top)
    try section.encode(collection, forKey: .collection)
    try section.encode(split, forKey: .split)
    try section.encodeIfPresent(slices, forKey: .slices)
    try section.encodeIfPresent(heldOut, forKey: .heldOut)
    try section.encodeIfPresent(excludeSameID, forKey: .excludeSameID)
    try section.encode(measure, forKey: .measure)
    try section.encode(rules.leastEffect, forKey: .leastEffect)
    try section.encode(rules.alpha, forKey: .alpha)
    try section.encode(rules.largestHarm, forKey: .largestHarm)
    try section.encode(rules.minimumQueries, forKey: .minimumQueries)
    try section.encode(rules.minimumSliceQueries, forKey: .minimumSliceQueries)
    try section.encodeIfPresent(rules.leastValue, forKey: .leastValue)
    try section.encode(rules.largestLeak, forKey: .largestLeak)
    try section.encode(rules.largestLatencyRatio, forKey: .largestLatencyRatio)
    try section.encode(rules.largestSizeRatio, forKey: .largestSizeRatio)
    try section.encode(timedQueries, forKey: .timedQueries)
  }

  /// - Parameter stages: The stages, as far as they could be read.
  func validate(_ checks: SettingChecks, stages: Nightly.KnownStages) {
    checks.collection("gate.collection", collection)
    checks.split("gate.split", split, of: collection, "gate.collection")
    for name in slices ?? [] { checks.split("gate.slices", name, of: collection, "gate.collection") }
    if let heldOut { checks.split("gate.heldOut", heldOut, of: collection, "gate.collection") }
    checks.require(Set(splits).count == splits.count, "gate", else: "a split is named twice")
    checks.require(
      (1...Measure.largestCut).contains(top), "gate.top", else: "\(top) is not between 1 and \(Measure.largestCut)")
    checks.within(1...10_000, "gate.timedQueries", timedQueries)
    checks.atLeast(1, "gate.minimumQueries", rules.minimumQueries)
    checks.atLeast(1, "gate.minimumSliceQueries", rules.minimumSliceQueries)
    for (path, value) in [
      ("gate.leastEffect", rules.leastEffect), ("gate.alpha", rules.alpha), ("gate.largestHarm", rules.largestHarm),
      ("gate.leastValue", rules.leastValue ?? 0), ("gate.largestLeak", rules.largestLeak),
    ] {
      checks.require((0...1).contains(value), path, else: "\(value) is not between 0 and 1")
    }
    checks.positive("gate.largestLatencyRatio", rules.largestLatencyRatio)
    checks.positive("gate.largestSizeRatio", rules.largestSizeRatio)
    guard checks.isSound("stages") else { return }
    require("gate.model", model, of: stages, "trainBiEncoder", checks) {
      if case .biEncoder = $0 { true } else { false }
    }
    if let reranker {
      require("gate.reranker", reranker, of: stages, "trainCrossEncoder", checks) {
        if case .crossEncoder = $0 { true } else { false }
      }
    }
  }

  private func require(
    _ path: String, _ reference: String, of stages: Nightly.KnownStages, _ program: String, _ checks: SettingChecks,
    _ fits: (StageProduct) -> Bool
  ) {
    let name = StageSection.reference(reference)
    guard let stage = stages.first(where: { $0.name == name }) else {
      let names = stages.filter { $0.product.map(fits) ?? false }.map { "$\($0.name)" }
      let advice = names.isEmpty ? "no stage is a \(program)" : "there is \(names.joined(separator: ", "))"
      return checks.require(false, path, else: "'\(reference)' is no stage; \(advice)")
    }
    // What could not be read has a problem of its own.
    guard let product = stage.product else { return }
    checks.require(fits(product), path, else: "the stage '\(stage.name)' is no \(program)")
  }
}
