import Encoders
import Files
import Settings

extension SettingChecks {
  /// Checks a model folder.
  func modelFolder(_ path: String, _ folder: String) {
    self.path(path, folder)
    require(Files.isFolder(folder), path, else: "there is no folder \(folder)\(Self.fetchAdvice(folder))")
    let transformer = (try? ModelFolder.transformerPath(in: folder)) ?? folder
    require(Files.exists(Files.join(transformer, "config.json")), path, else: "\(transformer) has no config.json")
  }

  /// The width of a bi-encoder's vectors; nil where it is known only after loading, since a Dense module may change it.
  func vectorWidth(of folder: String, _ path: String) -> Int? {
    let hasDense = (try? Files.list(folder))?.contains { $0.hasSuffix("_Dense") } ?? false
    return hasDense ? nil : shape(of: folder, path)?.width
  }

  /// Checks that a model has positions for a length in tokens.
  func positions(_ path: String, _ length: Int, of folder: String, _ folderPath: String) {
    guard let limit = shape(of: folder, folderPath)?.positions else { return }
    require(
      length <= limit, path, reading: [folderPath],
      else: "\(length) tokens are more than the model's \(limit) positions")
  }

  /// The shape of a model's transformer; nil where it cannot be read, which loading reports in full.
  private func shape(of folder: String, _ path: String) -> TransformerShape? {
    guard isSound(path) else { return nil }
    return try? TransformerShape(folder: folder)
  }

  private static func fetchAdvice(_ folder: String) -> String {
    guard folder.hasPrefix("checkpoints/") else { return "" }
    return "; scripts/fetch-checkpoint \(Files.name(of: folder)) brings it"
  }
}
