import Encoders
import Files
import JSONText
import Layers
import OrderedCollections
import Runs
import Tensors
import TestSupport
import Testing

@testable import Recipes

/// Runs whose evaluated and exported weights are averages.
@Suite struct WeightAverageTests {
  private let recipes: WholeRecipes
  private var run: String { recipes.folder.file("run") }

  init() throws { recipes = try WholeRecipes() }

  /// Both trainers, with adapters and without, and the evaluation that the mean of the latest weights needs.
  private static let variants: [(name: String, settings: [String])] = [
    ("trainBiEncoder", ["output.weights=last"]), ("trainBiEncoder", ["evaluate.every=1"]),
    ("trainBiEncoder-lora", ["evaluate={collection: $F/collection, every: 2, verdict: [test]}"]),
    ("trainCrossEncoder", ["output.weights=last"]),
  ]
  private static let averages = ["ema={decay: 0.7}", "average={last: 2}"]

  /// Runs a recipe until some steps are taken, and returns its notes.
  @discardableResult
  private func train(
    _ variant: (name: String, settings: [String]), _ settings: String..., until last: Int = .max, resume: Bool = false
  ) throws -> [String] {
    let own = variant.settings.map { $0.replacing("$F", with: recipes.folder.path) }
    return try recipes.run(variant.name, own + settings, until: last, resume: resume)
  }

  private func weights() throws -> ParameterDictionary {
    try ParameterFile.read(Files.join(run, "model/model.safetensors"))
  }

  private func weights(after step: Int) throws -> ParameterDictionary {
    try ParameterFile.read(Files.join(run, "checkpoint-\(step)/model.safetensors"))
  }

  // MARK: - Arithmetic

  private static let steps = (name: "trainBiEncoder-steps", settings: ["schedule.steps=4"])

  /// The weights after the steps of a run of four, the last of which is exported as it is.
  private func plainWeights(_ settings: String = "checkpoint={every: 1, keep: 9}") throws -> [ParameterDictionary] {
    try train(Self.steps, settings)
    let all = try (1...3).map(weights(after:)) + [weights()]
    try Files.remove(run)
    return all
  }

  /// Expects the mean of some weights, each with a factor.
  private func expectMean(_ found: ParameterDictionary, of all: [ParameterDictionary], _ factors: [Double]) throws {
    let total = factors.reduce(0, +)
    // The export has the parts of the base too that the encoder has no use for.
    #expect(Set(all[0].keys).isSubset(of: found.keys))
    for (key, parameter) in found where all[0][key] != nil {
      let values = try all.map { try #require($0[key]).elements.map { Double($0) } }
      let mean = parameter.elements.indices.map { index in
        zip(values, factors).reduce(0) { $0 + $1.0[index] * $1.1 } / total
      }
      try expectClose(parameter.elements, mean, floor: 1e-3, key)
    }
    #expect(found.count > 20)
  }

  @Test func theMovingAverageIsExported() throws {
    let all = try plainWeights()
    try train(Self.steps, "ema={decay: 0.6}")
    try expectMean(weights(), of: all, [0.216, 0.36, 0.6, 1])
  }

  /// Evaluations are after steps 2 and 4; the only one before step 4 is of the weights as they are.
  @Test func theMeanOfTheLatestEvaluationsIsExported() throws {
    let all = try plainWeights()
    let evaluate = "evaluate={collection: \(recipes.folder.path)/collection, every: 2}"
    try train(Self.steps, evaluate, "average={last: 2}")
    try expectMean(weights(), of: [all[1], all[3]], [1, 1])
    let card = String(decoding: try Files.read(Files.join(run, "model/README.md")), as: UTF8.self)
    #expect(card.contains("| exported weights | the mean of those at the last 2 evaluations |"), "\(card)")
  }

  /// With all documents and one split, the last evaluation during training measures what the verdict measures.
  @Test(arguments: averages) func evaluationsAreOfTheAverage(_ average: String) throws {
    let evaluate = "evaluate={collection: \(recipes.folder.path)/collection, split: train, every: 1, measures: [MAP]}"
    func last(_ settings: String...) throws -> [Double?] {
      try recipes.run(Self.steps.name, Self.steps.settings + ["optimizer.rate=3e-2", evaluate] + settings)
      let records = try RunLog.records(of: Files.join(run, "log.jsonl")).compactMap { $0["dev"]?.objectValue }
      let result = try JSONReader.parse(Files.read(Files.join(run, "result.json"))).objectValue
      try Files.remove(run)
      let verdict = result?["comparisons"]?.arrayValue?.first?.objectValue?["tuned"]?.doubleValue
      return [records.last?["MAP"]?.doubleValue, verdict]
    }
    let (plain, averaged) = (try last(), try last(average))
    #expect(averaged[0] == averaged[1] && plain[0] == plain[1] && averaged != plain, "\(averaged), \(plain)")
  }

  // MARK: - Interruptions

  @Test(arguments: variants, averages) func anInterruptedRunGoesOnToTheSameWeights(
    _ variant: (name: String, settings: [String]), _ average: String
  ) throws {
    func files() throws -> [[UInt8]] {
      try ["model/model.safetensors"].map { try Files.read(Files.join(run, $0)) }
    }
    try train(variant)
    let plain = try files()
    try Files.remove(run)
    try train(variant, average)
    let whole = try files()
    // The best weights may be those of the first evaluation, which are the mean of one.
    #expect(whole != plain || variant.settings == ["evaluate.every=1"])
    for step in 1...3 {
      try Files.remove(run)
      #expect(throws: RunInterrupted.self) { try train(variant, average, until: step) }
      let saved = Files.join(run, "checkpoint-\(step)/average.safetensors")
      #expect(Files.exists(saved) == (average.hasPrefix("ema") || step > 1 || variant.settings == ["evaluate.every=1"]))
      try train(variant, average, resume: true)
      #expect(try files() == whole, "after step \(step)")
    }
  }

  // MARK: - Checkpoints that the run cannot have saved

  /// Stops a run after a step, changes the file of the average, and returns what the run refuses to go on for.
  private func refusal(_ average: String, after step: Int, _ change: (String) throws -> Void) throws -> String {
    #expect(throws: RunInterrupted.self) { try train(Self.variants[0], average, until: step) }
    let checkpoint = Files.join(run, "checkpoint-\(step)")
    try change(Files.join(checkpoint, "average.safetensors"))
    let names = try Files.list(checkpoint).filter { $0 != "MANIFEST.json" }
    let manifest: JSONValue = [
      "version": 1, "step": JSONValue(step), "files": try FileManifest(of: checkpoint, names: names).json,
    ]
    try Files.write(manifest.text(), to: Files.join(checkpoint, "MANIFEST.json"))
    defer { try? Files.remove(run) }
    let error = #expect(throws: RunError.self) { try train(Self.variants[0], average, resume: true) }
    return error?.kind == .badData ? "\(error?.description ?? "")" : ""
  }

  @Test(arguments: averages) func anAverageThatIsNotTheRunsIsRefused(_ average: String) throws {
    func edited(_ path: String, _ change: (inout ParameterDictionary) -> Void) throws {
      var all = try ParameterFile.read(path)
      change(&all)
      try ParameterFile.write(all, to: path)
    }
    func number(_ value: Float, in all: inout ParameterDictionary) {
      let key = all.keys[0]
      all[key] = all[key].map { Tensor(repeating: value, shape: $0.shape) }
    }
    let changes: [(String) throws -> Void] = [
      { try Files.remove($0) }, { try edited($0) { $0.removeFirst() } },
      { try edited($0) { $0["2.other"] = Tensor(1) } }, { try edited($0) { $0["x"] = Tensor(1) } },
      { try edited($0) { number(.nan, in: &$0) } },
      { try edited($0) { $0[$0.keys[0]] = Tensor([1, 2], shape: [2]) } },
      // As if the evaluation had been after another step.
      {
        try edited($0) {
          $0 = ParameterDictionary(uniqueKeysWithValues: $0.map { ("1" + $0.key.dropFirst(), $0.value) })
        }
      },
    ]
    for (index, change) in changes.enumerated() {
      let message = try refusal(average, after: 3, change)
      #expect(
        message.contains("average.safetensors does not have the average of the weights so far"), "\(index): \(message)")
    }
  }

  // MARK: - Settings

  @Test func anAverageThatIsLongerThanTheRunIsToldOf() throws {
    let notes = try train(Self.variants[0], "ema={decay: 0.999}")
    #expect(notes.contains("averages of the weights keep 90.7 kB beside the model"), "\(notes)")
    #expect(
      notes.contains(
        "'ema.decay': 0.999 is a mean over about 1,000 steps, and the run has 4: the first ones count nearly as much as the "
          + "last; 0.50 is a mean over about 2"), "\(notes)")
    try Files.remove(run)
    #expect(
      try train(Self.variants[0], "average={last: 3}").contains(
        "'average.last': the mean is of 3 evaluations, and the run has 2; set a smaller 'evaluate.every'"))
  }

  @Test func mistakesAreNamedWithARemedy() throws {
    for (settings, problem) in [
      (["ema.decay=1"], "'ema.decay': 1.0 is not above 0 and below 1; 0.99 is usual for short runs"),
      (["ema.decay=0"], "'ema.decay': 0.0 is not above 0 and below 1; 0.99 is usual for short runs"),
      (["average.last=1"], "'average.last': 1 is too small; at least 2"),
      (["average.last=65"], "'average.last': 65 is too large; at most 64"),
      (["average.last=2", "ema.decay=0.9"], "'average': 'ema' averages the weights already; remove one of both"),
      (
        ["average.last=2", "evaluate.every=null", "patience=null", "output.weights=last"],
        "'average': it is the mean of weights that were evaluated during training; set 'evaluate.every'"
      ),
    ] {
      for name in ["trainBiEncoder", "trainCrossEncoder"] {
        let error = #expect(throws: (any Error).self) { try recipes.read(name, settings) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(problem) && text.contains("\n1 problem;"), "\(text)")
      }
    }
  }
}
