import Encoders
import Files
import OrderedCollections
import TestSupport

@testable import Recipes

/// Three steps of a tiny model of six layers with dropout.
struct DropoutTraining {
  private let recipes: WholeRecipes
  var run: String { recipes.folder.file("run") }

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
    let unused =
      isBiEncoder(program) ? [] : ["evaluate=null", "patience=null", "checkpoint=null", "cache=null"]
    try recipes.run(
      program,
      ["model.folder=\(model(of: program))", "schedule={name: linear, warmup: 0.1, steps: 3}"] + unused + settings,
      until: last, resume: resume)
    return try Files.read(Files.join(run, "model/model.safetensors"))
  }

  /// The folder of the model that a program trains.
  func model(of program: String) -> String {
    recipes.folder.file(isBiEncoder(program) ? "bert-tiny" : "cross-encoder-tiny")
  }

  private func isBiEncoder(_ program: String) -> Bool { program == "trainBiEncoder-steps" }
}
