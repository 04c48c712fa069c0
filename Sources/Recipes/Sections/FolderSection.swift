import SettingKeys

/// The folder of a model, used with its own settings, or of a run's results.
struct FolderSection: Codable, Sendable, Equatable {
  /// The content of the folder.
  enum Content: Sendable {
    case biEncoder
    case crossEncoder
    /// A bi-encoder or a cross-encoder.
    case anyEncoder
    case run
  }

  var folder: String
}

extension KeyedSection {
  /// The folder of a run.
  func runFolder(_ key: Key, example: String = "runs/my-run") throws -> String {
    try required(key, example: example, "The folder of the run: a new one for each run.")
  }
}

extension FolderSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    switch decoder.given(Content.self) ?? .run {
    case .biEncoder:
      folder = try keys.required(.folder, example: "checkpoints/all-MiniLM-L6-v2", "The folder of a bi-encoder.")
    case .crossEncoder:
      folder = try keys.required(.folder, example: "runs/reranker/model", "The folder of a cross-encoder.")
    case .anyEncoder:
      folder = try keys.required(
        .folder, example: "checkpoints/all-MiniLM-L6-v2", "The folder of a bi-encoder or a cross-encoder.")
    case .run: folder = try keys.runFolder(.folder)
    }
  }
}
