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
  /// How far apart the scores of the documents of a query are; see ``TrainingWatch``.
  var spread: Double?

  var json: JSONValue {
    var object = JSONObject([
      ("step", JSONValue(step)), ("epoch", JSONValue(epoch)), ("loss", JSONValue(loss)), ("rate", JSONValue(rate)),
      ("norm", JSONValue(norm)), ("rows", JSONValue(rows)), ("tokens", JSONValue(tokens)),
      ("seconds", JSONValue(seconds)),
    ])
    if let spread { object["spread"] = JSONValue(spread) }
    return .object(object)
  }

  var scalars: [(tag: String, value: Double)] {
    [("train/loss", loss), ("train/rate", rate), ("train/norm", norm), ("train/rowsPerSecond", Double(rows) / seconds)]
      + (spread.map { [("train/spread", $0)] } ?? [])
  }
}
