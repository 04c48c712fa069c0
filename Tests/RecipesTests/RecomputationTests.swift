import Encoders
import Files
import Kernels
import OrderedCollections
import Runs
import TestSupport
import Testing

@testable import Recipes

/// Runs that compute the activations of their layers once more for the gradients.
@Suite struct RecomputationTests {
  private static let programs = ["trainBiEncoder-steps", "trainCrossEncoder"]

  @Test(arguments: programs, [true, false]) func theWeightsHaveTheSameBits(_ program: String, inChunks: Bool) throws {
    let training = try DropoutTraining()
    let tokens = "batch.tokens=\(inChunks ? 16 : 64)"
    let kept = try training.weights(program, tokens)
    #expect(try training.weights(program, tokens, "batch.recompute=true") == kept)
    #expect(try training.weights(program, tokens, "batch.recompute=false") == kept)
    // The masks of dropout count: another seed gives other weights.
    #expect(try training.weights(program, tokens, "seed=18") != kept)
  }

  /// Nothing but memory and time depends on it, so an interrupted run may go on with it or without.
  @Test(arguments: programs) func anInterruptedRunMayGoOnOtherwise(_ program: String) throws {
    let training = try DropoutTraining()
    let whole = try training.weights(program)
    for (first, rest) in [("false", "true"), ("true", "false")] {
      #expect(throws: RunInterrupted.self) { try training.weights(program, "batch.recompute=\(first)", until: 1) }
      #expect(try training.weights(program, "batch.recompute=\(rest)", resume: true) == whole)
    }
  }

  /// Each has a process of its own, since all memory of the engine counts.
  @Test func aBiEncoderNeedsLessMemory() async {
    await #expect(processExitsWith: .success) { try expectLessMemory("trainBiEncoder-steps") }
  }

  @Test func aCrossEncoderNeedsLessMemory() async {
    await #expect(processExitsWith: .success) { try expectLessMemory("trainCrossEncoder") }
  }
}

/// Of six layers the activations of one are kept at a time.
private func expectLessMemory(_ program: String) throws {
  let training = try DropoutTraining()
  let long = try training.longRows()
  let settings = ["data={rows: \(long), negatives: 1}", "model.maximumLength=64", "batch.tokens=4096"]
  func peak(_ recomputes: Bool) throws -> Int {
    EngineMemory.releaseUnused()
    // Stopped after two steps, since the end of a run forgets the peak of its training.
    do {
      _ = try training.weights(program, settings + ["batch.recompute=\(recomputes)"], until: 2)
    } catch is RunInterrupted {}
    return EngineMemory.peakBytes
  }
  let (kept, recomputed) = (try peak(false), try peak(true))
  #expect(recomputed < kept * 2 / 3, "\(recomputed) of \(kept) bytes")
}

/// Three steps of a tiny model of six layers with dropout.
private struct DropoutTraining {
  private let recipes: WholeRecipes
  private var run: String { recipes.folder.file("run") }

  init() throws {
    recipes = try WholeRecipes()
    for name in ["bert-tiny", "cross-encoder-tiny"] {
      let model = recipes.folder.file(name)
      try Files.copyFolder(Files.join(Locations.repositoryRoot, "Tests/Goldens/\(name)"), to: model)
      let config = Files.join(model, "config.json")
      let text = String(decoding: try Files.read(config), as: UTF8.self)
      try Files.write(
        text.replacing("_dropout_prob\": 0.0", with: "_dropout_prob\": 0.1")
          .replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 6"), to: config)
      let weights = Files.join(model, "model.safetensors")
      var parameters = try ParameterFile.read(weights)
      for (key, parameter) in parameters where key.contains(".layer.1.") {
        for layer in 2..<6 { parameters[key.replacing(".layer.1.", with: ".layer.\(layer).")] = parameter }
      }
      try ParameterFile.write(parameters, to: weights)
    }
  }

  /// Rows whose texts are as long as the model reads.
  func longRows() throws -> String {
    let text = Array(repeating: "find the text", count: 30).joined(separator: " ")
    try recipes.folder.write(
      "long.jsonl",
      (0..<6).map {
        "{\"query\": \"\($0) \(text)\", \"positive\": \"word \($0) \(text)\", \"negatives\": [\"game \($0) \(text)\"], "
          + "\"scores\": [3, 1]}\n"
      }.joined())
    return recipes.folder.file("long.jsonl")
  }

  func weights(_ program: String, _ settings: String..., until last: Int = .max, resume: Bool = false) throws -> [UInt8]
  {
    try weights(program, settings, until: last, resume: resume)
  }

  /// Runs a recipe until some steps are taken, and returns the bytes of its weights.
  func weights(_ program: String, _ settings: [String], until last: Int = .max, resume: Bool = false) throws -> [UInt8]
  {
    if !resume { try? Files.remove(run) }
    let isBiEncoder = program == "trainBiEncoder-steps"
    let model = recipes.folder.file(isBiEncoder ? "bert-tiny" : "cross-encoder-tiny")
    let unused = isBiEncoder ? [] : ["evaluate=null", "patience=null", "checkpoint=null", "cache=null"]
    try recipes.run(
      program, ["model.folder=\(model)", "schedule={name: linear, warmup: 0.1, steps: 3}"] + unused + settings,
      until: last, resume: resume)
    return try Files.read(Files.join(run, "model/model.safetensors"))
  }
}
