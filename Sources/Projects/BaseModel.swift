import Encoders
import Files
import Words

/// The model that a project starts from: a folder, or a name by which it can be fetched.
package struct BaseModel: Equatable, Sendable {
  /// The model without a choice of the user.
  package static let usual = "all-MiniLM-L6-v2"
  /// The owner on the Hub of a model that is named without one.
  private static let usualOwner = "sentence-transformers"
  /// The folder of fetched models.
  package static let checkpoints = "checkpoints"

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
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if Files.exists(name) || Files.isFolder(name) {
      (folder, hubName) = (name, nil)
    } else if parts.count == 1, Self.isName(name) {
      (folder, hubName) = (Files.join(Self.checkpoints, name), "\(Self.usualOwner)/\(name)")
    } else if parts.count == 2, parts.allSatisfy(Self.isName), parts[0] != Self.checkpoints, parts[0] != "runs" {
      (folder, hubName) = (Files.join(Self.checkpoints, parts[1]), name)
    } else {
      throw ProjectError(
        .missingInput, "--model \(name.shortened): no such folder, and no name of a model; give a folder, or OWNER/NAME"
      )
    }
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.first != UInt8(ascii: ".")
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "._-".utf8.contains(byte)
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
