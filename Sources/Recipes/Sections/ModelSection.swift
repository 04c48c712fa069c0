import Encoders
import Settings

/// The base model of a training run and how texts go through it.
struct ModelSection: Codable, Sendable, Equatable {
  /// A model folder, relative to the working directory.
  var folder: String
  /// How token vectors become one vector; the exported model says the same.
  var pooling: Pooling
  /// The most tokens of a text, special tokens included; longer texts are cut.
  var maximumLength: Int
  /// Texts put before every query and every document, in training, evaluation and the exported model.
  var prompts: PromptsSection?
}

/// The prompt of each role; an absent one is empty, an absent section leaves the model's own.
struct PromptsSection: Codable, Sendable, Equatable {
  var query: String?
  var document: String?
}

extension ModelSection {
  /// The model with the settings of this section.
  func load() throws -> BiEncoder {
    var model = try BiEncoder(folder: folder)
    model.pooling = pooling
    model.maximumLength = maximumLength
    if let prompts { model.prompts = [.query: prompts.query ?? "", .document: prompts.document ?? ""] }
    return model
  }

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", folder)
    checks.atLeast(3, "model.maximumLength", maximumLength)
    checks.positions("model.maximumLength", maximumLength, of: folder, "model.folder")
  }
}
