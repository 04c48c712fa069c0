import Datasets
import Evaluation
import Files
import JSONText
import Retrieval
import TestSupport
import Words

@testable import Recipes

/// A report with every kind of content, whose texts from data are given.
enum SampleReport {
  /// The report.
  ///
  /// - Parameters:
  ///   - texts: The texts from data, in any number.
  ///   - steps: The number of training steps.
  static func make(texts: [String], steps: Int = 120) throws -> RunReport {
    func text(_ number: Int) -> String { texts[number % texts.count] }
    let queries = 24
    let plan = try plan(queries: queries) { text($0) }
    var (base, tuned) = (Ranking(), Ranking())
    for query in 0..<queries {
      func documents(best: Int) -> [ScoredDocument] {
        (0..<8).map { place in
          let number = place == 0 ? best : (query * 3 + place * 5) % 60
          return ScoredDocument(id: "d\(number)", score: Float(20 - place) / 20)
        }
        .reduce(into: []) { list, found in if !list.contains(where: { $0.id == found.id }) { list.append(found) } }
      }
      let isGain = query % 3 != 0
      try base.append(query: "q\(query)", documents: documents(best: isGain ? (query + 7) % 60 : query))
      try tuned.append(query: "q\(query)", documents: documents(best: isGain ? query : (query + 7) % 60))
    }
    var report = RunReport(recipe: "trainBiEncoder", folder: text(0), settings: "seed: 17\nname: \(text(1))\n")
    report.comparisons = try plan.comparisons(base: [base], tuned: [tuned])
    report.firstStage = report.comparisons
    try report.add(plan, base: [base], tuned: [tuned])
    report.charts = [
      LineChart(
        title: "Training loss",
        points: (1...steps).map { LineChart.Point(step: $0, value: 1 / Double($0) + 0.01 * Double($0 * 7919 % 13)) }),
      LineChart(
        title: "Learning rate", points: (1...steps).map { LineChart.Point(step: $0, value: 2e-5 * Double($0)) }),
    ]
    report.development = (0...10).map { place in
      MeasureRecord(
        step: place * steps / 10, values: [MeasureRecord.Value(measure: "nDCG@10", value: 0.3 + Double(place) / 30)])
    }
    report.exportedStep = steps / 2
    report.warnings = ["after step 3: \(text(2))"]
    report.facts = [("data", text(3))]
    report.histograms += [
      Histogram("Tokens", [("queries", (1...500).map { Double($0 % 40) })], mark: ("cut", 30), isWhole: true)
    ].compactMap { $0 }
    report.tables = [
      ReportTable(
        title: "Counts", columns: [("name", .left), ("count", .right)],
        rows: (0..<texts.count).map { [text($0), "1"] }, note: text(4),
        plots: [
          ReliabilityDiagram(
            series: [("calibrated", Reliability(probabilities: [0.1, 0.9], labels: [false, true], bins: 5))]
          ).plot
        ])
    ]
    let rows = (0..<30).map { number in
      TrainingRow(
        query: text(number), positive: text(number + 1), negatives: [text(number + 2)],
        scores: [Float(number) / 30, Float(number % 7) / 30])
    }
    var outranked = OutrankedPositives()
    for number in 0..<30 {
      outranked.add(
        MiningQuery.Positive(text: text(number), score: 0.1), of: text(number + 1),
        among: [MiningCandidate(document: number, score: 0.2)], isAll: true
      ) { text($0) }
    }
    let record = JSONObject([
      ("negatives", 30), ("rowsShort", 1), ("rowsWithout", 0), ("outranked", outranked.json),
      ("rules", [["name": JSONValue(text(5)), "candidates": 100, "dropped": 40, "promoted": 0]]),
    ])
    report.add(record, of: rows, occasion: "The mining.")
    return report
  }

  /// A collection in which query n fits document n, and documents n and n + 7 are judged.
  private static func plan(queries: Int, text: (Int) -> String) throws -> EvaluationPlan {
    let folder = TemporaryFolder()
    func line(_ id: String, _ text: String) -> String {
      let value: JSONValue = ["_id": JSONValue(id), "text": JSONValue(text)]
      return value.text() + "\n"
    }
    try folder.write("corpus.jsonl", (0..<60).map { line("d\($0)", text($0)) }.joined())
    try folder.write("queries.jsonl", (0..<queries).map { line("q\($0)", text($0 + 1)) }.joined())
    try folder.write(
      "qrels/test.tsv",
      "query-id\tcorpus-id\tscore\n"
        + (0..<queries).map { "q\($0)\td\($0)\t2\nq\($0)\td\($0 + 7)\t0\n" }.joined())
    return try EvaluationPlan(
      Collection(folder: folder.path), splits: ["test"], measures: [.nDCG(cut: 10), .recall(cut: 5)], warn: { _ in })
  }
}
