import Files
import Retrieval
import JSONText
import TestSupport
import Testing

@testable import Evaluation

@Suite struct CalibrationFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try Files.write("weights", to: folder.file("model.safetensors"))
  }

  private var path: String { folder.file(CalibrationFile.name) }

  private func refusal() throws -> String {
    do {
      _ = try CalibrationFile(folder: folder.path)
      return ""
    } catch let error as FileError {
      #expect(error.kind == .badData || error.kind == .missingInput)
      // The folder's name is another in every test.
      return error.description.split(separator: folder.path + "/", omittingEmptySubsequences: false).joined()
    }
  }

  private static let points = [(-2.5, 0.0), (0.125, 0.25), (3, 1)].map {
    IsotonicRegression.Point(score: $0.0, probability: $0.1)
  }

  @Test func readsBackWhatWasWritten() throws {
    let isotonic = try #require(IsotonicRegression(points: Self.points))
    for calibration in [.platt(PlattScaling(slope: 1.0 / 3, intercept: -2e-7)), .isotonic(isotonic)] as [Calibration] {
      try CalibrationFile.write(calibration, details: [("split", "dev")], to: folder.path)
      #expect(try CalibrationFile(folder: folder.path).calibration == calibration)
    }
  }

  @Test func otherWeightsNeedAnotherCalibration() throws {
    try CalibrationFile.write(.platt(PlattScaling(slope: 1, intercept: 0)), details: [], to: folder.path)
    try Files.write("others", to: folder.file("model.safetensors"))
    #expect(
      try refusal()
        == "calibration.json: it was fitted to other weights than those beside it; run the recipe 'calibrate' again")
    try Files.write("weights", to: folder.file("model.safetensors"))
    #expect(try refusal() == "")
    try Files.write("more", to: folder.file("more.safetensors"))
    #expect(try refusal() != "")
  }

  @Test func aMissingFileIsNamed() throws {
    #expect(
      try refusal().hasSuffix(
        " has no calibration.json, which a recipe 'calibrate' makes; without it there are only scores"))
  }

  @Test(arguments: [
    ("", "line 1, column 1: expected a value, found the end of the text"),
    ("[1]", "the top level should be an object"),
    (
      #"{"form": 2, "method": "platt", "slope": 1, "intercept": 0, "weights": []}"#,
      "'form' should be the number 1, found 2"
    ),
    (
      #"{"form": 1, "slope": 1, "intercept": 0, "weights": []}"#,
      "'method' should be one of platt, isotonic, found nothing"
    ),
    (#"{"form": 1, "method": "plat", "weights": []}"#, "'method' should be one of platt, isotonic, found \"plat\""),
    (
      #"{"form": 1, "method": "platt", "slope": "1", "intercept": 0, "weights": []}"#,
      "'slope' should be a number, found \"1\""
    ),
    (
      #"{"form": 1, "method": "platt", "slope": 1e999, "intercept": 0, "weights": []}"#,
      "'slope' should be a number, found 1e999"
    ),
    (
      #"{"form": 1, "method": "platt", "slope": 1, "intercept": 0}"#,
      "'weights' should be a list of files with their digests, found nothing"
    ),
    (
      #"{"form": 1, "method": "isotonic", "scores": [1, "2"], "probabilities": [0, 1], "weights": []}"#,
      "'scores' should be a list of numbers, found [1,\"2\"]"
    ),
  ])
  func whatIsNoCalibrationIsRefused(_ text: String, _ problem: String) throws {
    try Files.write(text, to: path)
    #expect(try refusal() == "calibration.json: \(problem); run the recipe 'calibrate' again")
  }

  @Test(arguments: [
    ("[]", "[]"), ("[1, 2]", "[0.5]"), ("[2, 1]", "[0, 1]"), ("[1, 1]", "[0, 1]"), ("[1, 2]", "[0.5, 0.4]"),
    ("[1, 2]", "[0, 1.5]"), ("[1e300, 1e301]", "[0, 1]"),
  ])
  func pointsThatAreNoFunctionAreRefused(_ scores: String, _ probabilities: String) throws {
    try Files.write(
      "{\"form\": 1, \"method\": \"isotonic\", \"scores\": \(scores), \"probabilities\": \(probabilities), \"weights\": []}",
      to: path)
    #expect(
      try refusal()
        == "calibration.json: 'scores' should rise, and 'probabilities', as many, lie between 0 and 1 and never fall; "
        + "run the recipe 'calibrate' again")
  }

  @Test func everyProblemIsTold() throws {
    try Files.write(#"{"method": "platt"}"#, to: path)
    #expect(try refusal().split(separator: "\n").count == 4)
  }
}
