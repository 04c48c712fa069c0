import Settings

/// The name of a task that a checkpoint has an adapter for.
struct TaskSetting: WordSetting, Equatable {
  let name: String

  init?(word: String) {
    if word.isEmpty { return nil }
    name = word
  }

  private init(_ name: String) { self.name = name }

  static var expectation: String {
    "the name of one task, since a model has one set of weights for queries and documents"
  }
  static var suggestions: [String] { [] }
  static var placeholder: TaskSetting { TaskSetting("retrieval.query") }

  init(from decoder: any Decoder) throws {
    self = try decoder.singleValueContainer().decode(TaskSetting.self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
