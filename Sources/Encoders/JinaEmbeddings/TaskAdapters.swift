import JSONText
import OrderedCollections

/// The adapters of tasks that a checkpoint has beside its weights, as `config.json` lists them.
///
/// The tasks of one search have a name for each side, such as `retrieval.query` and `retrieval.passage`.
struct TaskAdapters: Sendable, Equatable {
  /// The tasks, in the order in which tensors hold their adapters.
  let tasks: [String]
  /// The rank r.
  let rank: Int
  /// α / r.
  let scale: Float
  /// The text that is put before another, by task.
  private let instructions: OrderedDictionary<String, String>

  /// Reads the keys of the authors' code; nil if there are none.
  init?(_ reader: inout ConfigurationReader) {
    guard let value = reader.object.stated("lora_adaptations") else { return nil }
    let names = value.arrayValue?.compactMap(\.stringValue) ?? []
    let areDistinct = Set(names.map { Array($0.utf8) }).count == names.count
    if names.isEmpty || names.count != value.arrayValue?.count || !areDistinct {
      reader.report("lora_adaptations", "should be a list of the names of tasks, found \(value.shortText)")
    }
    tasks = names
    rank = reader.integer("lora_rank", in: 1...1024, default: 4)
    scale = reader.number("lora_alpha", in: 0..<1e6, default: 1) / Float(rank)
    let texts = reader.object["task_instructions"] ?? .null
    let members = texts.objectValue?.members ?? []
    if texts != .null && (texts.objectValue == nil || members.contains { $0.value.stringValue == nil }) {
      reader.report("task_instructions", "should be an object of texts, found \(texts.shortText)")
    }
    instructions = OrderedDictionary(
      members.map { ($0.name, $0.value.stringValue ?? "") }, uniquingKeysWith: { _, last in last })
  }

  /// The task of a name.
  ///
  /// - Parameter role: the side for which the name without that of a side stands: `retrieval` for `retrieval.query`.
  /// - Returns: nil if there is none.
  func task(named name: String, as role: TextRole?) -> String? {
    [name, role.map { name + $0.taskEnding }].compactMap { $0 }.first(where: tasks.contains)
  }

  /// The instruction of each role in a task: of one side of a search, each has that of its own side.
  func prompts(of task: String) -> [TextRole: String] {
    let stem = TextRole(task: task).map { task.dropLast($0.taskEnding.count) }
    return TextRole.allCases.reduce(into: [:]) { prompts, role in
      let own = stem.map { $0 + role.taskEnding }.flatMap { instructions[$0] }
      prompts[role] = own ?? instructions[task] ?? ""
    }
  }

  /// The problem with a name that is none of a task, for a message.
  func problem(with name: String) -> String {
    let sides = TextRole.allCases.compactMap { task(named: name, as: $0) }
    let list = tasks.joined(separator: ", ")
    return sides.count < 2
      ? "has no adapter for the task \"\(name)\"; its tasks are \(list)"
      : "has two adapters for \"\(name)\", \(sides.joined(separator: " and ")), but one model has one set of weights; "
        + "choose one of them"
  }
}

extension TextRole {
  /// The end of the names of tasks for texts of this side.
  var taskEnding: String {
    switch self {
    case .query: ".query"
    case .document: ".passage"
    }
  }

  /// The side that a task is for; nil if it is for both.
  package init?(task: String) {
    guard let role = Self.allCases.first(where: { task.hasSuffix($0.taskEnding) }) else { return nil }
    self = role
  }
}
