import Encoders
import Runs
import Settings

/// A bi-encoder and the way texts are encoded.
struct ModelSection: Codable, Sendable, Equatable {
  /// A model folder, relative to the working directory.
  var folder: String
  /// The task whose adapter is merged into the model, of a checkpoint that has one for each of several tasks; without
  /// it the weights are taken as they are.
  var task: TaskSetting?
  /// A LoRA adapter in the layout of PEFT, which is merged into the model before anything else.
  var adapter: String?
  /// The pooling of token vectors, also in the exported model.
  var pooling: PoolingSetting
  /// The most tokens of a text, special tokens included; longer texts are cut.
  var maximumLength: Int
  /// Special tokens to add to the vocabulary, such as `[Q]`.
  var addTokens: [String]?
  /// The prompts of queries and documents, in training, evaluation and the exported model.
  var prompts: PromptsSection?
}

/// The prompt of each role; a missing one is empty, a missing section keeps the model's own.
struct PromptsSection: Codable, Sendable, Equatable {
  var query: String?
  var document: String?
}

extension ModelSection {
  /// The files that the model depends on.
  var inputs: [RunInput] { [.model(folder)] + (adapter.map { [.model($0)] } ?? []) }

  /// The model with the settings of this section.
  ///
  /// - Parameter seed: The seed of the word embeddings of new tokens.
  func load(seed: UInt64) throws -> BiEncoder {
    let tokens = addTokens.map { AddedTokens($0, seed: seed) }
    var model = try BiEncoder(folder: folder, task: task?.name, adding: tokens).pooled(by: pooling.pooling)
    if let adapter { try model.mergeAdapters(of: adapter) }
    model.maximumLength = maximumLength
    if let prompts { model.prompts = [.query: prompts.query ?? "", .document: prompts.document ?? ""] }
    return model
  }

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", folder)
    if let task { checks.task("model.task", task.name, of: folder, "model.folder") }
    if let adapter { checks.adapterFolder("model.adapter", adapter) }
    checks.atLeast(3, "model.maximumLength", maximumLength)
    checks.newTokens("model.addTokens", addTokens)
    checks.positions("model.maximumLength", maximumLength, of: folder, "model.folder")
  }
}
