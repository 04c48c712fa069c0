import Files
import JSONText

/// The log of a run: one JSON object per step in `log.jsonl`, and the same numbers for TensorBoard.
final class RunLog {
  private let file: AppendingFile
  private let events: EventFile

  static let name = "log.jsonl"

  /// Opens the log of a run folder; lines of steps after the one the run goes on from are cut off first.
  init(in folder: RunFolder, after step: Int) throws {
    let path = folder.file(Self.name)
    if Files.exists(path) {
      // Negatives mined before the next step are mined again.
      let kept = try Self.records(of: path).filter {
        ($0["step"]?.integerValue ?? .max) <= step && ($0["mining"] == nil || $0["step"]?.integerValue != step)
      }
      try Files.write(kept.map { JSONValue.object($0).text() + "\n" }.joined(), to: path)
    }
    file = try AppendingFile(path)
    events = try EventFile(in: folder.path)
  }

  /// Adds the numbers of one step.
  func add(_ record: StepRecord) throws {
    try file.append(line: record.json.text())
    for (tag, value) in record.scalars where value.isFinite { try events.add(tag, value, step: record.step) }
  }

  /// Adds the scores of an evaluation after a step.
  func add(_ scores: ScoreRecord) throws {
    try file.append(line: scores.json.text())
    for score in scores.values { try events.add("dev/\(score.measure)", score.value, step: scores.step) }
  }

  /// Adds what mining did before the step after a step.
  func add(_ mining: MiningReport, after step: Int) throws {
    try file.append(line: mining.record(step: step).text())
  }

  /// Adds a warning about the course of training.
  func add(warning: String, after step: Int) throws {
    try file.append(line: (["step": JSONValue(step), "warning": JSONValue(warning)] as JSONValue).text())
  }

  /// Makes everything so far durable.
  func synchronize() throws { try file.synchronize() }

  /// The objects of a log; a line that a crash cut short ends it.
  static func records(of path: String) throws -> [JSONObject] {
    let reader = try LineReader(path)
    var records: [JSONObject] = []
    while let line = try reader.next() {
      guard let object = (try? JSONReader.parse(line.bytes))?.objectValue else { break }
      records.append(object)
    }
    return records
  }
}

/// The numbers of one training step.
struct StepRecord: Sendable, Equatable {
  var step: Int
  var epoch: Int
  var loss: Double
  var rate: Double
  /// The global norm of the gradients before clipping.
  var norm: Double
  var rows: Int
  var tokens: Int
  var seconds: Double
  /// The largest difference between the scores of documents of one query; see ``TrainingWatch``.
  var spread: Double

  var json: JSONValue {
    .object(
      JSONObject([
        ("step", JSONValue(step)), ("epoch", JSONValue(epoch)), ("loss", JSONValue(loss)), ("rate", JSONValue(rate)),
        ("norm", JSONValue(norm)), ("rows", JSONValue(rows)), ("tokens", JSONValue(tokens)),
        ("seconds", JSONValue(seconds)), ("spread", JSONValue(spread)),
      ]))
  }

  var scalars: [(tag: String, value: Double)] {
    [
      ("train/loss", loss), ("train/rate", rate), ("train/norm", norm), ("train/rowsPerSecond", Double(rows) / seconds),
      ("train/spread", spread),
    ]
  }
}

/// The scores of an evaluation during training.
struct ScoreRecord: Sendable, Equatable {
  struct Value: Sendable, Equatable {
    var measure: String
    var value: Double
  }

  var step: Int
  var values: [Value]

  var json: JSONValue {
    let scores = JSONObject(values.map { ($0.measure, JSONValue($0.value)) })
    return ["step": JSONValue(step), "dev": .object(scores)]
  }
}
