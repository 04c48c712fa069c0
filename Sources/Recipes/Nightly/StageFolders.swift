import Files
import Runs

/// The folders of stages and the files of rows in the folder of all nights.
struct StageFolders {
  /// The folder of all nights.
  let folder: String

  /// The name of the file of some rows.
  static func rowsName(_ digest: String) -> String { "rows-\(StageRunner.short(digest)).jsonl" }

  /// Removes what no night needs, and what an interrupted removal left; what another process works in stays.
  ///
  /// - Parameter names: The names of what is kept.
  func removeAll(but names: Set<String>) throws {
    for name in try Files.list(folder) where !names.contains(name) {
      let path = Files.join(folder, name)
      if [".tmp-", ".trash-", ".old-"].contains(where: name.hasPrefix) {
        try Files.remove(path)
      } else if Self.isRows(name) {
        try Files.remove(path)
      } else if Self.hasDigest(name[...]), Files.exists(Files.join(path, RunFolder.recipeName)) {
        guard let lock = try? FolderLock(path, name: RunFolder.lockName, advice: "") else { continue }
        try withExtendedLifetime(lock) { try DurableFolder(path).remove() }
      }
    }
  }

  private static func isRows(_ name: String) -> Bool {
    name.hasPrefix("rows-") && name.hasSuffix(".jsonl") && hasDigest(name.dropLast(6))
  }

  /// True for a name that ends as those of stages do: `-0123456789ab`.
  private static func hasDigest(_ name: Substring) -> Bool {
    let end = name.utf8.suffix(13)
    return end.count == 13 && end.first == UInt8(ascii: "-")
      && end.dropFirst().allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
