import Files
import Words

/// The checks of a recipe that read more than one setting, or files; they report problems at the settings' positions.
///
/// A setting that did not decode is not checked again: its value is a placeholder.
package struct SettingChecks {
  let root: SettingNode
  let record: DecodingRecord
  /// The place of the root in the recipe, with a dot at its end; empty for the recipe itself.
  var prefix = ""
  /// Files that will be there when they are needed: what earlier stages of the same recipe make.
  var promised: Set<String> = []

  /// Notes a problem with the setting at a path unless the condition holds.
  ///
  /// - Parameter others: Further settings the condition reads; if one of them did not decode, nothing is checked.
  package func require(
    _ condition: @autoclosure () -> Bool, _ path: String, reading others: [String] = [],
    else message: @autoclosure () -> String
  ) {
    guard ([path] + others).allSatisfy(isSound), !condition() else { return }
    let full = prefix + path
    record.report("'\(full)': \(message())", at: origin(of: path), unsound: full.split(separator: ".").map(String.init))
  }

  /// True if the setting at a path was decoded as it is in the file.
  package func isSound(_ path: String) -> Bool { record.isSound(prefix + path) }

  /// Notes a number that is below a minimum.
  package func atLeast(_ minimum: Int, _ path: String, _ value: Int) {
    require(value >= minimum, path, else: "\(value) is too small; at least \(minimum)")
  }

  /// Notes a number that is not above 0.
  package func positive(_ path: String, _ value: Double) {
    require(value > 0, path, else: "\(value) is not more than 0")
  }

  /// Notes a number that is not in a range.
  package func within(_ range: ClosedRange<Int>, _ path: String, _ value: Int) {
    atLeast(range.lowerBound, path, value)
    require(
      value <= range.upperBound, path,
      else: "\(value) is too large; at most \(NumberText.count(range.upperBound))")
  }

  // MARK: - Files

  /// Notes a path that cannot name anything; the other checks of files and folders begin with this one.
  package func path(_ path: String, _ file: String) {
    if let problem = Files.problem(of: file) { require(false, path, else: problem) }
  }

  /// Notes a file that is missing.
  package func file(_ path: String, _ file: String) {
    self.path(path, file)
    require(
      promised.contains(file) || Files.exists(file) && !Files.isFolder(file), path, else: "there is no file \(file)")
  }

  /// Notes an output folder without a name, or whose name is that of a file.
  package func outputFolder(_ path: String, _ folder: String) {
    self.path(path, folder)
    require(!folder.isEmpty, path, else: "the name is empty")
    require(!Files.exists(folder) || Files.isFolder(folder), path, else: "\(folder) is a file; name a folder")
  }

  // MARK: - Helpers

  /// The position of a setting, or else of the section it belongs in.
  private func origin(of path: String) -> SettingNode.Origin {
    var node = root
    var origin = root.origin
    for key in path.split(separator: ".") {
      guard let entry = node.entry(String(key)) else { break }
      (node, origin) = (entry.value, entry.origin)
    }
    return origin
  }
}
