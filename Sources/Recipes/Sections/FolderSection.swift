/// A folder: of a model, used as its own files say, or of a run's results.
struct FolderSection: Codable, Sendable, Equatable {
  var folder: String
}
