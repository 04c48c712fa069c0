import Files
import Foundation
import JSONText
import Runs

/// A reader of a registry, as a program that serves the model: it follows the link once, and reads all files below that.
enum RegistryReader {
  /// The champion that a reader finds; with the first thing that is wrong with it.
  static func champion(of model: String) -> (version: String, problem: String?) {
    do {
      let folder = try Files.resolve(Files.join(model, "champion"))
      let version = Files.name(of: folder)
      let manifest = try JSONReader.parse(Files.read(Files.join(folder, "MANIFEST.json"))).objectValue
      guard let manifest, let files = FileManifest(manifest["files"]), !files.names.isEmpty else {
        return (version, "a manifest that is none")
      }
      if manifest["version"]?.stringValue != version { return (version, "the manifest of another version") }
      return (version, try files.differences(in: folder).first)
    } catch {
      return ("none", "\(error)")
    }
  }
}

/// Copies of registries, links included.
enum RegistryCopy {
  static func copy(_ from: String, to: String) throws {
    try FileManager.default.copyItem(atPath: from, toPath: to)
  }
}
