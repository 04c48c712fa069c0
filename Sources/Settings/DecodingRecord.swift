/// What decoding a recipe has found so far.
final class DecodingRecord {
  private(set) var problems: [RecipeProblem] = []
  private var unsound: Set<String> = []

  /// Notes a problem; the settings under the path are then no longer judged by later checks.
  func report(_ message: String, at origin: SettingNode.Origin, unsound path: [String]) {
    problems.append(RecipeProblem(origin: origin, message: message))
    distrust(path)
  }

  /// Keeps the settings under a path from later checks: they are placeholders.
  func distrust(_ path: [String]) {
    unsound.insert(path.joined(separator: "."))
  }

  /// Whether the value of a path was decoded from the file as it stands: no problem at it, inside it or around it.
  func isSound(_ path: String) -> Bool {
    !unsound.contains { other in
      other == path || other.isEmpty || other.hasPrefix(path + ".") || path.hasPrefix(other + ".")
    }
  }
}

/// Thrown within decoding after the problem has been recorded; the nearest enclosing value goes on with a placeholder.
struct ProblemRecorded: Error {}
