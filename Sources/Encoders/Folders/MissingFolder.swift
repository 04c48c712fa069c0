import Files

/// A path that should be a model folder and is none.
enum MissingFolder {
  /// Checks that there is a folder under the path.
  static func require(_ path: String) throws(FileError) {
    if Files.isFolder(path) { return }
    if let problem = Files.problem(of: path) {
      throw FileError(path: path, kind: .missingInput, description: problem)
    }
    guard Files.exists(path) else {
      throw FileError(
        path: path, kind: .missingInput, description: "there is no folder \(path); \(advice(for: path))")
    }
    let kind = path.hasSuffix(".gguf") ? "a GGUF file of llama.cpp" : "a file"
    throw FileError(
      path: path, kind: .badData,
      description: "\(path): is \(kind); give the folder of a model, with config.json and model.safetensors")
  }

  private static func advice(for path: String) -> String {
    if isHubName(path) {
      let name = Files.name(of: path)
      return "for a model of the Hub, hone fetch \(path) brings it into checkpoints/\(name); then give that folder"
    }
    if Files.parent(of: path) == "checkpoints" {
      return "hone fetch OWNER/\(Files.name(of: path)) brings a model of the Hub there"
    }
    return "check the path"
  }

  /// True for `OWNER/NAME` where no folder is called OWNER.
  private static func isHubName(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    func isPlain(_ part: Substring) -> Bool {
      part.utf8.first.map { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "~") } == true
        && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }
    return parts.count == 2 && parts.allSatisfy(isPlain) && parts[0] != "checkpoints" && !Files.exists(String(parts[0]))
  }
}
