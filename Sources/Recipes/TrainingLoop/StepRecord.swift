import JSONText

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
