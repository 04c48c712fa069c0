package import Files
import JSONText
package import Runs

/// The versions of one model as plain files: `FOLDER/NAME/v000123/`, the links `champion` and `previous`,
/// `history.jsonl`, and the page `history.html`, which shows it.
///
/// A version never changes once it has its name. What serves the model resolves the link `champion` once (`realpath`) and
/// opens all files below that path; then it never mixes two versions. Reading needs no lock. Changes are made by
/// ``RegistryWriter``.
package struct ModelRegistry: Sendable {
  /// The folder of the model: `models/NAME`.
  package let folder: String
  /// The name of the model.
  package let name: String

  static let championName = "champion"
  static let previousName = "previous"
  static let historyName = "history.jsonl"
  private static let pageName = "history.html"
  /// The detail of an event that has the path of its run's report, relative to the registry's folder.
  static let reportKey = "report"

  /// Names a model; nothing is read or made.
  ///
  /// - Throws: `RunError` if the name cannot be that of a folder.
  package init(_ root: String, name: String) throws(RunError) {
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard allowed, let first = name.utf8.first, first != UInt8(ascii: "."), name.utf8.count <= 100 else {
      throw RunError(
        .usage,
        "\"\(name)\" cannot be the name of a model; use up to 100 letters, digits, '-', '_' and '.', not '.' first")
    }
    self.name = name
    folder = Files.join(root, name)
  }

  /// The folder of a version.
  package func folder(of version: VersionNumber) -> String { Files.join(folder, version.description) }

  /// True if there is a registry of the model.
  package var exists: Bool { Files.isFolder(folder) }

  /// The numbers of the versions that are there, oldest first.
  package func versions() throws(FileError) -> [VersionNumber] {
    guard try Files.isThere(folder) else { return [] }
    return try Files.list(folder).compactMap { VersionNumber($0) }.sorted()
  }

  /// The version that serves; nil before the first promotion.
  package func champion() throws(FileError) -> VersionNumber? { try version(at: Self.championName) }

  /// The version before the champion.
  package func previous() throws(FileError) -> VersionNumber? { try version(at: Self.previousName) }

  /// The manifest of a version.
  package func manifest(of version: VersionNumber) throws(FileError) -> VersionManifest {
    try VersionManifest(in: folder(of: version), version: version)
  }

  /// All events, oldest first; a line that a crash cut short is no event.
  package func history() throws(FileError) -> [HistoryEvent] {
    let path = Files.join(folder, Self.historyName)
    guard try Files.isThere(path) else { return [] }
    return try Files.read(path, maximumBytes: 1 << 28).split(separator: UInt8(ascii: "\n")).compactMap { line in
      (try? JSONReader.parse(line)).flatMap(HistoryEvent.init)
    }
  }

  // MARK: - The page

  /// The path of the history's page.
  package var page: String { Files.join(folder, Self.pageName) }

  /// Writes the page of the history, durably and in one step.
  ///
  /// It needs no right to change the registry: where an event comes meanwhile, the page is written again.
  package func writePage() throws {
    let history = Files.join(folder, Self.historyName)
    func size() throws(FileError) -> Int { Files.exists(history) ? try Files.size(history) : 0 }
    var shown: Int
    repeat {
      shown = try size()
      try Files.write(HistoryPage(self).html, to: page)
    } while try size() != shown
  }

  /// True if the page lacks, or is older than the history.
  var isPageStale: Bool {
    guard let changed = Files.modificationTime(Files.join(folder, Self.historyName)) else { return false }
    return (Files.modificationTime(page) ?? -.infinity) < changed
  }

  // MARK: - Checking

  /// Everything that is wrong with the files, in words; nothing if each version is as it was promoted.
  package func problems() throws(FileError) -> [String] {
    var problems: [String] = []
    let versions = try versions()
    for version in versions {
      do throws(FileError) {
        problems += try manifest(of: version).differences(in: folder(of: version)).map { "\(version): \($0)" }
      } catch {
        problems.append("\(version): \(error)")
      }
    }
    for name in [Self.championName, Self.previousName] {
      guard let target = try Files.linkTarget(Files.join(folder, name)) else { continue }
      guard let version = VersionNumber(target), versions.contains(version) else {
        problems.append("the link \(name) leads to \(target), which is no version")
        continue
      }
    }
    let events = try history().filter { $0.kind != .refused }
    let champion = try champion()
    if let last = events.last, last.champion != champion {
      problems.append(
        "\(Self.historyName) ends with the champion \(last.champion?.description ?? "none"), the link leads to "
          + (champion?.description ?? "none"))
    }
    return problems
  }

  private func version(at name: String) throws(FileError) -> VersionNumber? {
    guard try Files.isThere(folder) else { return nil }
    return try Files.linkTarget(Files.join(folder, name)).flatMap { VersionNumber($0) }
  }
}
