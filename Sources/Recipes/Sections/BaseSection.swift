import Encoders
import Runs
import SettingKeys
import Settings

/// The model that a run starts from: its folder, an adapter merged into it, and tokens added to it.
struct BaseSection: Codable, Sendable, Equatable {
  var folder: String
  var adapter: String?
  var addTokens: [String]?
}

extension BaseSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    folder = try keys.required(
      .folder, example: "checkpoints/all-MiniLM-L6-v2", "A model folder, relative to the working directory.")
    adapter = try keys.optional(
      .adapter, example: "runs/my-lora",
      "A LoRA adapter in the layout of PEFT, which is merged into the model before anything else.")
    addTokens = try keys.optional(.addTokens, example: ["[Q]", "[D]"], "Special tokens to add to the vocabulary.")
  }

  /// The files that the model depends on.
  var inputs: [RunInput] { [.model(folder)] + (adapter.map { [.model($0)] } ?? []) }

  /// The most tokens of an input that the folder states; nil where it states none.
  func statedLength() throws -> Int? { try ModelFolder.tokenizer(of: folder).maximumLength }

  /// A model with the tokens and the adapter.
  ///
  /// - Parameter seed: The seed of the word embeddings of new tokens.
  func load<Model: AdaptableModel>(seed: UInt64, _ read: (AddedTokens?) throws -> Model) throws -> Model {
    var model = try read(addTokens.map { AddedTokens($0, seed: seed) })
    if let adapter { try model.mergeAdapters(of: adapter) }
    return model
  }

  /// - Parameters:
  ///   - length: The most tokens of an input.
  ///   - least: The least number that leaves room for one.
  func validate(_ checks: SettingChecks, maximumLength length: Int, atLeast least: Int) {
    checks.modelFolder("model.folder", folder)
    if let adapter { checks.adapterFolder("model.adapter", adapter) }
    checks.atLeast(least, "model.maximumLength", length)
    checks.newTokens("model.addTokens", addTokens)
    checks.positions("model.maximumLength", length, of: folder, "model.folder")
  }
}
