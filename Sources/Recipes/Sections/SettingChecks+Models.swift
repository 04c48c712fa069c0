import Files
import JSONText
import Settings

extension SettingChecks {
  /// A model folder as others make them.
  func modelFolder(_ path: String, _ folder: String) {
    require(Files.isFolder(folder), path, else: "there is no folder \(folder)\(Self.fetchAdvice(folder))")
    require(Files.exists(Files.join(folder, "config.json")), path, else: "\(folder) has no config.json")
  }

  /// The width of a bi-encoder's vectors; nil where only loading tells, because a Dense module may have changed it.
  func vectorWidth(of folder: String, _ path: String) -> Int? {
    let hasDense = (try? Files.list(folder))?.contains { $0.hasSuffix("_Dense") } ?? false
    return hasDense ? nil : configuration("hidden_size", of: folder, path)
  }

  /// A whole number in a model's `config.json`, for checks against it; nil when it cannot be read, which loading reports
  /// in full.
  func configuration(_ key: String, of folder: String, _ path: String) -> Int? {
    guard isSound(path) else { return nil }
    let bytes = try? Files.read(Files.join(folder, "config.json"), maximumBytes: 1 << 20)
    return bytes.flatMap { try? JSONReader.parse($0) }?.objectValue?[key]?.integerValue
  }

  /// A length in tokens for which a model must have positions.
  func positions(_ path: String, _ length: Int, of folder: String, _ folderPath: String) {
    guard let limit = configuration("max_position_embeddings", of: folder, folderPath) else { return }
    require(
      length <= limit, path, reading: [folderPath],
      else: "\(length) tokens are more than the model's \(limit) positions")
  }

  private static func fetchAdvice(_ folder: String) -> String {
    guard folder.hasPrefix("checkpoints/") else { return "" }
    return "; scripts/fetch-checkpoint \(Files.name(of: folder)) brings it"
  }
}
