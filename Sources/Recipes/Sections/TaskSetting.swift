import Settings

/// The name of a task that a checkpoint has an adapter for.
struct TaskSetting: WordSetting, Equatable {
  let word: String

  init?(word: String) {
    if word.isEmpty { return nil }
    self.word = word
  }

  private init(_ word: String) { self.word = word }

  static var expectation: String {
    "the name of one task, since a model has one set of weights for queries and documents"
  }
  static var suggestions: [String] { [] }
  static var placeholder: TaskSetting { TaskSetting("retrieval.query") }
}
