import JSONText

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
