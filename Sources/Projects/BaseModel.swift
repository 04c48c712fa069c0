import Encoders
import Files
import Hub
import Words

/// The model that a project starts from: a folder, or a name by which it can be fetched.
package struct BaseModel: Equatable, Sendable {
  /// The model without a choice of the user.
  package static let usual = "all-MiniLM-L6-v2"
  /// The owner on the Hub of a model that is named without one.
  private static let usualOwner = "sentence-transformers"
  /// The folder of fetched models.
  package static let checkpoints = "checkpoints"
  /// The beginnings of paths that are never names on the Hub: folders that are not there yet.
  private static let ownFolders = ["\(checkpoints)/", "runs/"]

  /// The folder, as recipes name it.
  package let folder: String
  /// The name on the Hub, OWNER/NAME; nil where the user names a folder.
  package let hubName: String?

  /// True if the folder is there.
  package var isPresent: Bool {
    Files.exists(Files.join(folder, "config.json")) || Files.exists(Files.join(folder, "modules.json"))
  }

  /// Finds the model of a name or a folder.
  ///
  /// - Throws: `ProjectError` where it can be neither.
  package init(_ name: String) throws {
    if Files.exists(name) || Files.isFolder(name) {
      (folder, hubName) = (name, nil)
    } else if !Self.ownFolders.contains(where: name.hasPrefix),
      let repository = try? RepositoryName(name.contains("/") ? name : "\(Self.usualOwner)/\(name)")
    {
      (folder, hubName) = (Files.join(Self.checkpoints, repository.folder), repository.description)
    } else {
      throw ProjectError(
        .missingInput, "--model \(name.shortened): no such folder, and no name of a model; give a folder, or OWNER/NAME"
      )
    }
  }

  /// The model; nil where the usual one is not there, which is known well enough to plan with.
  func load() throws -> BiEncoder? {
    if isPresent { return try BiEncoder(folder: folder) }
    guard let hubName else {
      throw ProjectError(
        .missingInput, "\(folder): expected a model folder, found no config.json in it; name another folder")
    }
    if hubName == "\(Self.usualOwner)/\(Self.usual)" { return nil }
    throw ProjectError(.missingInput, "\(folder): the model is not there; fetch it with: hone fetch \(hubName)")
  }
}
