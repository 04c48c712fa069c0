import Files
import JSONText
import Retrieval
import TestSupport
import Testing

/// Numbers of scikit-learn, made by `Tests/Goldens/make/make_calibration.py`.
@Suite struct CalibrationGoldenTests {
  private struct Golden {
    let object: JSONObject
    let name: String
    let scores: [Double]
    let labels: [Bool]

    init(_ value: JSONValue) throws {
      object = try #require(value.objectValue)
      name = try #require(object["name"]?.stringValue)
      scores = try Self.numbers(object["scores"])
      labels = try Self.numbers(object["labels"]).map { $0 == 1 }
    }

    func number(_ name: String) throws -> Double { try #require(object[name]?.doubleValue) }

    func numbers(_ name: String) throws -> [Double] { try Self.numbers(object[name]) }

    static func numbers(_ value: JSONValue?) throws -> [Double] {
      try #require(value?.arrayValue).map { try #require($0.doubleValue) }
    }

    static func all() throws -> [Golden] {
      let file = Files.join(Locations.repositoryRoot, "Tests/Goldens/calibration/calibration.json")
      let cases = try #require(try JSONReader.parse(Files.read(file)).arrayValue)
      #expect(cases.count == 5)
      return try cases.map { try Golden($0) }
    }
  }

  @Test func plattScaling() throws {
    for golden in try Golden.all() {
      let curve = PlattScaling(scores: golden.scores, labels: golden.labels)
      let (slope, intercept) = (try golden.number("slope"), try golden.number("intercept"))
      #expect(abs(curve.slope - slope) < 1e-8 * max(1, abs(slope)), "\(golden.name): \(curve.slope), not \(slope)")
      #expect(
        abs(curve.intercept - intercept) < 1e-8 * max(1, abs(intercept)),
        "\(golden.name): \(curve.intercept), not \(intercept)")
      #expect(abs(curve.slope - (try golden.number("sklearnSlope"))) < 5e-3 * max(1, abs(slope)), "\(golden.name)")
      let (points, probabilities) = (try golden.numbers("points"), try golden.numbers("platt"))
      #expect(!points.isEmpty && points.count == probabilities.count, "\(golden.name)")
      for (point, expected) in zip(points, probabilities) {
        #expect(abs(curve.probability(of: point) - expected) < 1e-8, "\(golden.name) at \(point)")
      }
    }
  }

  @Test func isotonicRegression() throws {
    for golden in try Golden.all() {
      let function = IsotonicRegression(scores: golden.scores, labels: golden.labels)
      let (thresholds, values) = (try golden.numbers("thresholds"), try golden.numbers("values"))
      #expect(function.points.map(\.score) == thresholds, "\(golden.name)")
      #expect(!values.isEmpty && values.count == thresholds.count, "\(golden.name)")
      #expect(
        zip(function.points, values).allSatisfy { abs($0.probability - $1) < 1e-12 }, "\(golden.name)")
      let (points, probabilities) = (try golden.numbers("points"), try golden.numbers("isotonic"))
      #expect(!points.isEmpty && points.count == probabilities.count, "\(golden.name)")
      for (point, expected) in zip(points, probabilities) {
        #expect(abs(function.probability(of: point) - expected) < 1e-9, "\(golden.name) at \(point)")
      }
      #expect(IsotonicRegression(points: function.points) == function)
    }
  }

  @Test func calibrationErrors() throws {
    for golden in try Golden.all() {
      let probabilities = golden.scores.map { logistic($0) }
      let errors = try #require(golden.object["errors"]?.arrayValue)
      #expect(!errors.isEmpty, "\(golden.name)")
      for entry in errors {
        let bins = try #require(entry.objectValue?["bins"]?.integerValue)
        let reliability = Reliability(probabilities: probabilities, labels: golden.labels, bins: bins)
        let expected = try #require(entry.objectValue?["error"]?.doubleValue)
        #expect(abs(reliability.expectedCalibrationError - expected) < 1e-12, "\(golden.name), \(bins) bins")
        #expect(abs(reliability.brierScore - (try golden.number("brier"))) < 1e-12, "\(golden.name)")
        #expect(reliability.bins.reduce(0) { $0 + $1.count } == golden.scores.count)
      }
    }
  }
}

@Suite struct CalibrationTests {
  @Test func theLogisticFunctionNeverOverflows() {
    #expect(logistic(0) == 0.5 && logistic(1e300) == 1 && logistic(-1e300) == 0)
    #expect(abs(logistic(-3) + logistic(3) - 1) < 1e-15)
  }

  @Test func plattStaysFiniteWhereNothingCanBeLearnt() {
    let constant = PlattScaling(scores: [2, 2, 2, 2], labels: [true, false, false, false])
    // Targets 2/3 and three times 1/5: their mean is 19/60.
    #expect(abs(constant.probability(of: 2) - 19.0 / 60) < 1e-9)
    let oneClass = PlattScaling(scores: [1, 2, 3], labels: [true, true, true])
    #expect(abs(oneClass.probability(of: 100) - 0.8) < 1e-6)
    let single = PlattScaling(scores: [-7], labels: [false])
    #expect(abs(single.probability(of: -7) - 1.0 / 3) < 1e-9)
    let huge = PlattScaling(scores: [-1e30, 1e30, 1e30, -1e30], labels: [false, true, true, false])
    #expect(huge.probability(of: 1e30) > 0.7 && huge.probability(of: -1e30) < 0.3)
  }

  @Test func isotonicByHand() {
    let function = IsotonicRegression(scores: [3, 1, 2, 2, 4, 5], labels: [false, false, true, false, true, true])
    // 1: 0; 2, 2 and 3: one of three; 4 and 5: 1.
    #expect(function.points.map(\.score) == [1, 2, 3, 4, 5])
    #expect(function.points.map(\.probability) == [0, 1.0 / 3, 1.0 / 3, 1, 1])
    #expect(function.probability(of: -9) == 0 && function.probability(of: 9) == 1)
    #expect(abs(function.probability(of: 3.5) - 2.0 / 3) < 1e-15)
    #expect(function.probability(of: 2) == 1.0 / 3 && function.probability(of: 2.5) == 1.0 / 3)
    // Equal scores are one point before anything is pooled.
    let ties = IsotonicRegression(scores: [1, 2, 2], labels: [false, false, true])
    #expect(ties.points.map(\.probability) == [0, 0.5])
  }

  @Test func pointsThatAreNoFunctionAreRefused() {
    func points(_ pairs: [(Double, Double)]) -> [IsotonicRegression.Point] {
      pairs.map { IsotonicRegression.Point(score: $0.0, probability: $0.1) }
    }
    #expect(IsotonicRegression(points: points([(0, 0.5)]))?.probability(of: 7) == 0.5)
    for wrong in [
      [], [(0, 0.5), (0, 0.6)], [(1, 0.5), (0, 0.6)], [(0, 0.5), (1, 0.4)], [(0, -0.1)], [(0, 1.1)], [(.nan, 0.5)],
      [(0, .nan)], [(1e300, 0.5)],
    ] as [[(Double, Double)]] {
      #expect(IsotonicRegression(points: points(wrong)) == nil, "\(wrong)")
    }
  }

  @Test func reliabilityByHand() {
    let reliability = Reliability(
      probabilities: [0, 0.1, 0.5, 0.6, 1], labels: [false, true, false, true, true], bins: 2)
    #expect(reliability.bins.map(\.count) == [3, 2])
    #expect(reliability.bins[0].relevantShare == 1.0 / 3 && abs(reliability.bins[0].meanProbability - 0.2) < 1e-15)
    #expect(reliability.bins[1].range == 0.5...1)
    // 3/5 · |1/3 − 0.2| + 2/5 · |1 − 0.8|
    #expect(abs(reliability.expectedCalibrationError - 0.16) < 1e-15)
    #expect(abs(reliability.brierScore - (0.81 + 0.25 + 0.16) / 5) < 1e-15)
  }

  @Test func whatIsHeldOutIsNotFittedTo() {
    // Two groups that contradict each other: fitted to itself each is right, held out each is told by the other.
    let (scores, groups) = ([0.0, 1, 0, 1], [0, 0, 1, 1])
    let labels = [false, true, true, false]
    let held = Calibration.heldOutProbabilities(.isotonic, scores: scores, labels: labels, groups: groups, folds: 2)
    // The second group alone falls, so all of it is pooled; the first rises.
    #expect(held == [0.5, 0.5, 0, 1])
  }

  @Test func theBestOrderIsThatOfTheGrades() throws {
    var ranking = Ranking()
    try ranking.append(query: "q", documents: documents([("a", 4), ("b", 3), ("c", 2), ("d", 1)]))
    try ranking.append(query: "unjudged", documents: documents([("a", 1)]))
    let judgments = [JudgedTopic(query: "q", grades: [("a", -1), ("b", 1), ("c", 2), ("d", 3), ("missed", 1)])]
    let best = try ranking.ideallyReranked(top: 3, judgments: judgments)
    #expect(best["q"]?.map(\.id) == ["c", "b", "a", "d"])
    #expect(best["unjudged"]?.map(\.id) == ["a"])
    // The document that was missed stays missed.
    #expect(try MeasureValues(of: best, against: judgments, measures: [.recall(cut: 3)]).means == [0.5])
    #expect(
      message { _ = try ranking.ideallyReranked(top: 3, judgments: judgments + judgments) }
        == "query \"q\" has two entries in the judgments; merge them into one")
  }
}
