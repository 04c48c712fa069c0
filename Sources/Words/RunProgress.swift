/// The progress of a task of a run.
public struct RunProgress: Sendable, Equatable {
  /// The name of the task: "training", "encoding documents".
  public var task: String
  /// The number of units done.
  public var done: Int
  /// The total number of units.
  public var total: Int
  /// The unit of the counts: "pairs", "texts"; ``bytes`` are shown as kilobytes and more.
  public var unit: String
  /// A value worth watching: "loss 0.412".
  public var detail: String

  /// The unit of bytes.
  package static let bytes = "bytes"

  /// Makes a progress report.
  public init(task: String, done: Int, total: Int, unit: String, detail: String = "") {
    self.task = task
    self.done = done
    self.total = total
    self.unit = unit
    self.detail = detail
  }
}

extension RunProgress {
  /// Makes a progress report on texts that are encoded, by the share of their tokens.
  ///
  /// Long texts come first, so the share of the tokens tells the time that is left, and the number of texts does not.
  package init(encoding task: String, share: Double, of texts: Int) {
    self.init(task: task, done: Int((share * Double(texts)).rounded(.down)), total: texts, unit: "texts")
  }

  /// Makes a progress report on pairs that are scored, by the share of their tokens.
  package init(scoring task: String, share: Double, of pairs: Int) {
    self.init(task: task, done: Int((share * Double(pairs)).rounded(.down)), total: pairs, unit: "pairs")
  }
}
