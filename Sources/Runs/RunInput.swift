import Files
import JSONText

/// An input that a run reads and that affects its result.
package enum RunInput: Hashable, Sendable {
  case file(String)
  /// A model folder: its configuration, tokenizer and weights.
  case model(String)

  /// The paths of the files of some inputs, each once.
  static func files(of inputs: [RunInput]) throws(FileError) -> [String] {
    var files: [String] = []
    var seen: Set<String> = []
    for input in inputs {
      for file in try input.files where seen.insert(file).inserted { files.append(file) }
    }
    return files
  }

  private var files: [String] {
    get throws(FileError) {
      switch self {
      case .file(let path): [path]
      case .model(let folder): try Self.modelFiles(in: folder)
      }
    }
  }

  /// Extensions of the files that loading a model may read.
  private static let endings = [".json", ".txt", ".model", ".safetensors"]

  /// The files of a model folder, of the folders in it, and of the folders that its list of modules names.
  private static func modelFiles(in folder: String) throws(FileError) -> [String] {
    let folder = try HubCache.snapshot(in: folder) ?? folder
    var files: [String] = []
    for name in try Files.list(folder) where !name.hasPrefix(".") {
      let path = Files.join(folder, name)
      if !Files.isFolder(path) {
        if isPart(name) { files.append(path) }
        // The folder of a run in it is no part of a model.
      } else if !Files.exists(Files.join(path, InputDigests.name)) {
        files += try parts(of: path)
      }
    }
    for path in modulePaths(in: folder) where Files.isFolder(path) { files += try parts(of: path) }
    return files
  }

  private static func parts(of folder: String) throws(FileError) -> [String] {
    try Files.list(folder).filter { !$0.hasPrefix(".") && isPart($0) }.map { Files.join(folder, $0) }
      .filter { !Files.isFolder($0) }
  }

  /// True for a file that may affect the output of a model, which its origin does not.
  private static func isPart(_ name: String) -> Bool {
    name != "hone.json" && name != HubOrigin.name && endings.contains { name.hasSuffix($0) }
  }

  /// The folders that `modules.json` names, where they are not those in the model folder itself.
  private static func modulePaths(in folder: String) -> [String] {
    guard let bytes = try? Files.read(Files.join(folder, "modules.json"), maximumBytes: 1 << 20),
      let modules = (try? JSONReader.parse(bytes))?.arrayValue
    else { return [] }
    return modules.compactMap { $0.objectValue?["path"]?.stringValue }.filter { $0.contains("/") }
      .map { Files.join(folder, $0) }
  }
}
