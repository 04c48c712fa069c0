/// The problems found so far in decoding a recipe.
final class DecodingRecord {
  private(set) var problems: [RecipeProblem] = []
  private var unsound: Set<String> = []

  /// Notes a problem; the settings under the path are then skipped by later checks.
  func report(_ message: String, at origin: SettingNode.Origin, unsound path: [String]) {
    problems.append(RecipeProblem(origin: origin, message: message))
    distrust(path)
  }

  /// Excludes the settings under a path from later checks: they are placeholders.
  func distrust(_ path: [String]) {
    unsound.insert(path.joined(separator: "."))
  }

  /// True if the value of a path was decoded from the file as it is: no problem at it, inside it or around it.
  func isSound(_ path: String) -> Bool {
    !unsound.contains { other in
      other == path || other.isEmpty || other.hasPrefix(path + ".") || path.hasPrefix(other + ".")
    }
  }
}

/// Thrown within decoding after the problem has been recorded; the nearest enclosing value goes on with a placeholder.
struct ProblemRecorded: Error {}
