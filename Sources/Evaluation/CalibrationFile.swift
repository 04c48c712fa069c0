import Files
package import JSONText
package import Retrieval
import Runs
import Words

/// `calibration.json` in the folder of a cross-encoder: the map from its raw logits to probabilities, with the digests
/// of the weights.
///
/// Every value is validated on reading; a curve fitted to other weights is refused.
package struct CalibrationFile {
  package static let name = "calibration.json"
  /// The form of the file; other forms are refused.
  private static let form = 1

  package let calibration: Calibration

  /// Reads the calibration of a model.
  package init(folder: String) throws {
    let path = Files.join(folder, Self.name)
    guard Files.exists(path) else {
      throw FileError(
        path: path, kind: .missingInput,
        description: "\(folder) has no \(Self.name), which a recipe 'calibrate' makes; without it there are only scores"
      )
    }
    let bytes = try Files.read(path, maximumBytes: 1 << 24)
    let content: JSONValue
    do throws(JSONError) {
      content = try JSONReader.parse(bytes)
    } catch {
      throw Self.refusal(path, ["\(error)"])
    }
    guard let object = content.objectValue else { throw Self.refusal(path, ["the top level should be an object"]) }
    var reader = CalibrationReader(object)
    if object["form"]?.integerValue != Self.form { reader.expect("form", "the number \(Self.form)") }
    if object["weights"] == nil { reader.expect("weights", "a list of files with their digests") }
    guard let calibration = reader.calibration(), reader.problems.isEmpty else {
      throw Self.refusal(path, reader.problems)
    }
    guard try object["weights"] == Self.weights(of: folder) else {
      throw FileError(
        path: path, kind: .badData,
        description: "\(path): it was fitted to other weights than those beside it; run the recipe 'calibrate' again")
    }
    self.calibration = calibration
  }

  /// Writes a calibration next to the weights it was fitted to.
  ///
  /// - Parameter details: Further members for a person; no reader needs them.
  package static func write(
    _ calibration: Calibration, details: [(name: String, value: JSONValue)], to folder: String
  ) throws {
    var object = JSONObject([
      ("form", JSONValue(form)), ("method", JSONValue(calibration.method.rawValue)),
    ])
    object.members += calibration.members
    object["weights"] = try weights(of: folder)
    for detail in details { object[detail.name] = detail.value }
    object["version"] = JSONValue(Hone.version)
    try Files.write(JSONValue.object(object).text(indented: true) + "\n", to: Files.join(folder, name))
  }

  /// The weight files of a folder with their digests.
  private static func weights(of folder: String) throws -> JSONValue {
    let names = try Files.list(folder).filter { $0.hasSuffix(".safetensors") }.sorted()
    return .array(
      try names.map { name in
        ["file": JSONValue(name), "sha256": JSONValue(try FileDigest.sha256(of: Files.join(folder, name)))]
      })
  }

  private static func refusal(_ path: String, _ problems: [String]) -> FileError {
    FileError(
      path: path, kind: .badData,
      description: problems.map { "\(path): \($0); run the recipe 'calibrate' again" }.joined(separator: "\n"))
  }
}

extension Calibration {
  /// The numbers of the calibration as members of its file.
  package var members: [(name: String, value: JSONValue)] {
    switch self {
    case .platt(let curve): [("slope", JSONValue(curve.slope)), ("intercept", JSONValue(curve.intercept))]
    case .isotonic(let function):
      [
        ("scores", .array(function.points.map { JSONValue($0.score) })),
        ("probabilities", .array(function.points.map { JSONValue($0.probability) })),
      ]
    }
  }
}

/// Reads the numbers of a calibration and collects their problems.
private struct CalibrationReader {
  private let object: JSONObject
  private(set) var problems: [String] = []

  init(_ object: JSONObject) { self.object = object }

  /// Notes that a member is not as expected.
  mutating func expect(_ name: String, _ expectation: String) {
    let found = object[name]?.text().shortened ?? "nothing"
    problems.append("'\(name)' should be \(expectation), found \(found)")
  }

  /// The calibration; nil after noting a problem.
  mutating func calibration() -> Calibration? {
    switch object["method"]?.stringValue.flatMap({ Calibration.Method(rawValue: $0) }) {
    case .platt: return platt()
    case .isotonic: return isotonic()
    case nil:
      expect("method", "one of \(Calibration.Method.allCases.map(\.rawValue).joined(separator: ", "))")
      return nil
    }
  }

  private mutating func platt() -> Calibration? {
    let found = (number("slope"), number("intercept"))
    guard case (let slope?, let intercept?) = found else { return nil }
    return .platt(PlattScaling(slope: slope, intercept: intercept))
  }

  private mutating func isotonic() -> Calibration? {
    let found = (numbers("scores"), numbers("probabilities"))
    guard case (let scores?, let probabilities?) = found else { return nil }
    let points = zip(scores, probabilities).map { IsotonicRegression.Point(score: $0, probability: $1) }
    guard scores.count == probabilities.count, let function = IsotonicRegression(points: points) else {
      problems.append(
        "'scores' should rise, and 'probabilities', as many, lie between 0 and 1 and never fall")
      return nil
    }
    return .isotonic(function)
  }

  private mutating func number(_ name: String) -> Double? {
    let value = object[name]?.doubleValue
    if value == nil { expect(name, "a number") }
    return value
  }

  private mutating func numbers(_ name: String) -> [Double]? {
    let values = object[name]?.arrayValue
    let numbers = values?.compactMap(\.doubleValue) ?? []
    if values == nil || numbers.count != values?.count {
      expect(name, "a list of numbers")
      return nil
    }
    return numbers
  }
}
