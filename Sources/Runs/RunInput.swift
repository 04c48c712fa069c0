import Files

/// An input that a run reads and that affects its result.
package enum RunInput: Hashable, Sendable {
  case file(String)
  /// A model folder: its configuration, tokenizer and weights.
  case model(String)

  /// The paths of the files.
  var files: [String] {
    get throws(FileError) {
      switch self {
      case .file(let path): [path]
      case .model(let folder): try Self.modelFiles(in: folder, depth: 1)
      }
    }
  }

  /// Extensions of the files that loading a model may read.
  private static let endings = [".json", ".txt", ".model", ".safetensors"]

  private static func modelFiles(in folder: String, depth: Int) throws(FileError) -> [String] {
    var files: [String] = []
    // hone.json records the origin of a model, which does not affect its output.
    for name in try Files.list(folder) where !name.hasPrefix(".") && name != "hone.json" {
      let path = Files.join(folder, name)
      if Files.isFolder(path) {
        if depth > 0 { files += try modelFiles(in: path, depth: depth - 1) }
      } else if endings.contains(where: { name.hasSuffix($0) }) {
        files.append(path)
      }
    }
    return files
  }
}
