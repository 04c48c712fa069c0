import Files

/// The small text that stands for a large file in a Git repository until Git LFS fetches it.
///
/// The form is that of https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: below 1024 bytes, its first line
/// "version" and an address.
package enum PointerFile {
  /// Refuses a folder in which a file of a model is a pointer.
  static func refuse(in folder: String) throws {
    guard Files.isFolder(folder) else { return }
    let names = try Files.list(folder).filter { isRead($0) && isPointer(Files.join(folder, $0)) }
    if let first = names.first { throw error(Files.join(folder, first), more: names.count - 1) }
  }

  /// Refuses a file that is a pointer.
  package static func refuse(file: String) throws(ModelError) {
    if isPointer(file) { throw error(file) }
  }

  private static func error(_ file: String, more: Int = 0) -> ModelError {
    let others = more == 0 ? "" : " (and \(more) more of this folder)"
    return ModelError(
      path: file,
      problem:
        "is a Git LFS pointer, not the file it stands for\(others); run git lfs pull in the repository, or download the "
        + "model again", kind: .missingInput)
  }

  /// True for the names of the files that loading a model may read.
  private static func isRead(_ name: String) -> Bool {
    name.hasSuffix(".json") || name.hasSuffix(".txt") || (name.hasPrefix("model") && name.hasSuffix(".safetensors"))
  }

  private static func isPointer(_ path: String) -> Bool {
    guard let size = try? Files.size(path), size < 1024 else { return false }
    return FileSignature.of(file: path) == .pointer
  }
}
