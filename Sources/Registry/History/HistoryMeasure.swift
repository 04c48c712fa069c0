package import JSONText

/// A measure of a version or of a refused candidate, as an event of the history knows it.
package struct HistoryMeasure: Sendable, Equatable {
  package let split: String
  package let measure: String
  /// The mean over the queries.
  package let value: Double
  /// The champion's mean on the same data; nil where it was not measured.
  package let champion: Double?

  /// The name of the measure in charts and tables: `nDCG@10 on dev`.
  var name: String { "\(measure) on \(split)" }

  package init(split: String, measure: String, value: Double, champion: Double? = nil) {
    (self.split, self.measure, self.value, self.champion) = (split, measure, value, champion)
  }

  /// The key of the list of measures in the details of an event.
  package static let key = "measures"
  static let decisionKey = "decision"

  /// The measure as an event has it in its list.
  package var json: JSONValue {
    var object = JSONObject([
      ("split", JSONValue(split)), ("measure", JSONValue(measure)), ("value", JSONValue(value)),
    ])
    object["champion"] = champion.map { JSONValue($0) }
    return .object(object)
  }

  /// An entry of a list of measures, whose value has one of two names; nil for anything else.
  private init?(_ entry: JSONValue, value name: String) {
    guard let object = entry.objectValue, let split = object["split"]?.stringValue,
      let measure = object["measure"]?.stringValue, let value = object[name]?.doubleValue, value.isFinite
    else { return nil }
    self.init(
      split: split, measure: measure, value: value,
      champion: object["champion"]?.doubleValue.flatMap { $0.isFinite ? $0 : nil })
  }

  /// The measures in the details of an event: its list, then the figures of the gate's checks; the first of a name counts.
  static func all(in details: JSONObject) -> [HistoryMeasure] {
    let list = (details[key]?.arrayValue ?? []).compactMap { HistoryMeasure($0, value: "value") }
    let checks = details[decisionKey]?.objectValue?["checks"]?.arrayValue ?? []
    var names: Set<String> = []
    return (list + checks.compactMap { HistoryMeasure($0, value: "candidate") }).filter {
      names.insert($0.name).inserted
    }
  }
}
