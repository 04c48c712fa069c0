/// The folder of a model, used with its own settings, or of a run's results.
struct FolderSection: Codable, Sendable, Equatable {
  var folder: String
}
