/// The problems found so far in decoding a recipe, and where its values come from that it does not state.
final class DecodingRecord {
  private var noted: [RecipeProblem] = []
  /// Problems that likely follow from others.
  private var consequences: [RecipeProblem] = []
  /// The sources of values that the recipe leaves out, by place.
  private(set) var sources: [[String]: String] = [:]
  private var unsound: Set<String> = []

  /// All problems; consequences only where there is nothing else.
  var problems: [RecipeProblem] { noted.isEmpty ? consequences : noted }

  /// Notes a problem; the settings under the path are then skipped by later checks.
  func report(_ message: String, at origin: SettingNode.Origin, unsound path: [String]) {
    noted.append(RecipeProblem(origin: origin, message: message))
    distrust(path)
  }

  /// Notes a problem that counts where there is no other: a default that could not be read.
  func reportUnlessOthers(_ message: String, at origin: SettingNode.Origin, unsound path: [String]) {
    consequences.append(RecipeProblem(origin: origin, message: message))
    distrust(path)
  }

  /// Excludes the settings under a path from later checks: they are placeholders.
  func distrust(_ path: [String]) {
    unsound.insert(path.joined(separator: "."))
  }

  /// Notes where the value of a key comes from that the recipe leaves out.
  func note(source: String, of path: SettingPath) {
    sources[path.place] = source
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
