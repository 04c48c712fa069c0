import Encoders
import Runs
import SettingKeys
import Settings

/// A bi-encoder and the way texts are encoded.
struct ModelSection: Sendable, Equatable {
  var base: BaseSection
  var task: TaskSetting?
  var pooling: PoolingSetting
  var maximumLength: Int
  var prompts: PromptsSection?

  var folder: String { base.folder }
}

/// The prompt of each role; a missing one is empty, a missing section keeps the model's own.
struct PromptsSection: Codable, Sendable, Equatable {
  var query: String?
  var document: String?
}

extension ModelSection: Codable {
  private enum Key: String, CodingKey { case task, pooling, maximumLength, prompts }

  init(from decoder: any Decoder) throws {
    let base = try BaseSection(from: decoder)
    self.base = base
    let keys = try decoder.keys(Key.self)
    task = try keys.optional(
      .task, example: .placeholder,
      "The task whose adapter is merged into the model, where the checkpoint has adapters; without it none is.")
    pooling = try keys.value(
      .pooling, from: "the model folder",
      default: { try ModelOutline(folder: base.folder).pooling.map { PoolingSetting($0) } },
      example: .placeholder,
      "The pooling of token vectors, also in the exported model; a folder without modules.json states none.")
    maximumLength = try keys.value(
      .maximumLength, from: "the model folder", default: base.statedLength, example: 256,
      "The most tokens of a text, special tokens included; longer texts are cut.")
    prompts = try keys.optional(
      .prompts, "The prompts in training, evaluation and the exported model; without it the model's own.")
  }

  func encode(to encoder: any Encoder) throws {
    try base.encode(to: encoder)
    var section = encoder.container(keyedBy: Key.self)
    try section.encodeIfPresent(task, forKey: .task)
    try section.encode(pooling, forKey: .pooling)
    try section.encode(maximumLength, forKey: .maximumLength)
    try section.encodeIfPresent(prompts, forKey: .prompts)
  }
}

extension PromptsSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    query = try keys.recommended(.query, example: "query: ", "The text before each query; without it none.")
    document = try keys.recommended(.document, example: "passage: ", "The text before each document; without it none.")
  }
}

extension ModelSection {
  /// The model with the settings of this section.
  ///
  /// - Parameter seed: The seed of the word embeddings of new tokens.
  func load(seed: UInt64) throws -> BiEncoder {
    var model = try base.load(seed: seed) {
      try BiEncoder(folder: folder, task: task?.word, adding: $0).pooled(by: pooling.pooling)
    }
    model.maximumLength = maximumLength
    if let prompts { model.prompts = [.query: prompts.query ?? "", .document: prompts.document ?? ""] }
    return model
  }

  func validate(_ checks: SettingChecks) {
    base.validate(checks, maximumLength: maximumLength, atLeast: 3)
    if let task { checks.task("model.task", task.word, of: folder, "model.folder") }
  }
}
