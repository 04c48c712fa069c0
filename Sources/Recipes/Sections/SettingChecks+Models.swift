import Encoders
import Settings

extension SettingChecks {
  /// Checks that a folder holds a model.
  ///
  /// - Parameter owner: what in the setting names the folder; empty if it is the setting itself.
  func modelFolder(_ path: String, _ folder: String, of owner: String = "") {
    attempt(path, of: owner) { _ = try ModelOutline(folder: folder) }
  }

  /// Checks that a folder has an adapter, whose fit to the model is known when the run starts.
  func adapterFolder(_ path: String, _ folder: String) {
    attempt(path) { try AdapterFolder.require(folder) }
  }

  /// Notes the error of a reading, whose lines become one.
  private func attempt(_ path: String, of owner: String = "", _ read: () throws -> Void) {
    do {
      try read()
    } catch {
      let lines = "\(error)".split(separator: "\n").map { $0.drop { $0 == " " } }
      require(false, path, else: owner + lines.joined(separator: " "))
    }
  }

  /// The width of a bi-encoder's vectors; nil where it is known only after loading, since a Dense module may change it.
  ///
  /// - Parameter pooling: the pooling in the place of the folder's own.
  func vectorWidth(of folder: String, _ path: String, pooledBy pooling: Pooling? = nil) -> Int? {
    outline(of: folder, path)?.vectorWidth(pooledBy: pooling)
  }

  /// Checks the tokens to add to a model.
  func newTokens(_ path: String, _ tokens: [String]?) {
    guard let tokens else { return }
    require(!tokens.isEmpty, path, else: "the list is empty; name at least one token, or remove it")
    require(Set(tokens.map { Array($0.utf8) }).count == tokens.count, path, else: "a token is there twice")
  }

  /// Checks that a model has positions for a length in tokens.
  func positions(_ path: String, _ length: Int, of folder: String, _ folderPath: String) {
    guard let limit = outline(of: folder, folderPath)?.shape.positions else { return }
    require(
      length <= limit, path, reading: [folderPath],
      else: "\(length) tokens are more than the model's \(limit) positions")
  }

  /// Checks that a model has an adapter for a task.
  func task(_ path: String, _ name: String, of folder: String, _ folderPath: String) {
    guard let outline = outline(of: folder, folderPath) else { return }
    do {
      try outline.requireTask(name)
    } catch {
      require(false, path, reading: [folderPath], else: "\(error)")
    }
  }

  /// The outline of a model; nil where it cannot be read, which ``modelFolder(_:_:)`` reports.
  private func outline(of folder: String, _ path: String) -> ModelOutline? {
    guard isSound(path) else { return nil }
    return try? ModelOutline(folder: folder)
  }
}
