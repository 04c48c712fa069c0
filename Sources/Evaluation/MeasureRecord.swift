package import JSONText

/// The measures of an evaluation during training.
package struct MeasureRecord: Sendable, Equatable {
  package struct Value: Sendable, Equatable {
    package var measure: String
    package var value: Double

    package init(measure: String, value: Double) {
      self.measure = measure
      self.value = value
    }
  }

  package var step: Int
  package var values: [Value]

  package init(step: Int, values: [Value]) {
    self.step = step
    self.values = values
  }

  package var json: JSONValue {
    let scores = JSONObject(values.map { ($0.measure, JSONValue($0.value)) })
    return ["step": JSONValue(step), "dev": .object(scores)]
  }
}
