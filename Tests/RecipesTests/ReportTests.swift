import JSONText
import Retrieval
import Testing
import Words

@testable import Evaluation
@testable import Recipes

@Suite struct ReportTests {
  private func report() throws -> RunReport {
    let base = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.1, 0.2]
    let test = try PairedTest(baseline: base, candidate: base.map { $0 + 0.25 })
    let comparison = Comparison(split: "test", measure: .nDCG(cut: 10), base: 0.3, tuned: 0.55, test: test)
    var report = RunReport(recipe: "trainBiEncoder", folder: "runs/<a & b>", settings: "seed: 17\n")
    report.comparisons = [comparison]
    report.charts = [
      LineChart(title: "Training loss", points: (1...1000).map { LineChart.Point(step: $0, value: 1 / Double($0)) })
    ]
    report.development = [0, 37, 74].map { step in
      MeasureRecord(step: step, values: [MeasureRecord.Value(measure: "nDCG@10", value: 0.3 + Double(step) / 300)])
    }
    report.facts = [("base model", "checkpoints/minilm")]
    return report
  }

  @Test func theVerdictIsASentence() throws {
    #expect(
      try report().sentence == "IMPROVED: nDCG@10 on test 0.3000 → 0.5500 (+0.2500, 8 queries, p = 0.0078)")
    var without = try report()
    without.comparisons = []
    #expect(without.sentence == nil)
    #expect(without.verdict == nil)
  }

  @Test func theVerdictSaysThatNothingCanBeGained() throws {
    let test = try PairedTest(baseline: [1, 1], candidate: [1, 1])
    var report = try report()
    report.comparisons = [Comparison(split: "test", measure: .nDCG(cut: 10), base: 1, tuned: 1, test: test)]
    #expect(
      report.sentence?.hasSuffix("p = 1.0000); the base model is perfect there, so nothing can be gained") == true)
  }

  @Test func theVerdictSaysHowManyQueriesAreAnswered() throws {
    var report = try report()
    report.comparisons[0].answered = AnsweredQueries(judged: 8, base: 7, tuned: 7, both: 7)
    #expect(report.sentence?.hasSuffix(", 8 queries, p = 0.0078; 7 of 8 queries answered)") == true)
    #expect(report.comparisons[0].cells.last == "IMPROVED (7 of 8 queries answered)")
    report.comparisons[0].answered = AnsweredQueries(judged: 8, base: 8, tuned: 8, both: 8)
    #expect(report.comparisons[0].cells.last == "IMPROVED")
  }

  @Test func theTableShowsBothModels() throws {
    let lines = Comparison.table(try report().comparisons).lines
    #expect(
      lines == [
        "split  measure    base   tuned   change      95 % interval       p  win/loss/tie  verdict",
        "test   nDCG@10  0.3000  0.5500  +0.2500  +0.2500 … +0.2500  0.0078         8/0/0  IMPROVED",
      ])
  }

  /// First stage 0.2, base 0.3, tuned 0.55.
  private func rerankerReport() throws -> RunReport {
    var report = try report()
    let tuned = [0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.35, 0.45]
    let test = try PairedTest(baseline: tuned.map { $0 - 0.35 }, candidate: tuned)
    report.firstStage = [Comparison(split: "test", measure: .nDCG(cut: 10), base: 0.2, tuned: 0.55, test: test)]
    return report
  }

  @Test func theFirstStageStandsBesideTheVerdict() throws {
    let report = try rerankerReport()
    #expect(report.sentence?.hasPrefix("IMPROVED: nDCG@10 on test 0.3000 → 0.5500") == true)
    #expect(
      report.summary().prefix(5) == [
        "split  measure    base   tuned   change      95 % interval       p  win/loss/tie  verdict",
        "test   nDCG@10  0.3000  0.5500  +0.2500  +0.2500 … +0.2500  0.0078         8/0/0  IMPROVED", "",
        "split  measure  first stage   tuned   change      95 % interval       p  win/loss/tie  verdict",
        "test   nDCG@10       0.2000  0.5500  +0.3500  +0.3500 … +0.3500  0.0078         8/0/0  IMPROVED",
      ])
    let result = try #require(report.json.objectValue)
    #expect(result["comparisons"]?.arrayValue?.first?.objectValue?["base"]?.doubleValue == 0.3)
    #expect(result["firstStage"]?.arrayValue?.first?.objectValue?["base"]?.doubleValue == 0.2)
    let page = try report.page
    #expect(page.contains(">first stage</th>") && page.contains(">0.2000</td>"))
    let card = ModelCard(
      name: "m", base: "b", collection: "c", report: report,
      kind: ModelCard.Kind(
        task: "t", tags: [], resultTask: "t", measured: "Measured on", introduction: "", usage: ""))
    #expect(
      card.text.contains(
        """
        | split | measure | first stage | base | this model | change | p | verdict |
        |---|---|---:|---:|---:|---:|---:|---|
        | test | nDCG@10 | 0.2000 | 0.3000 | 0.5500 | +0.2500 | 0.0078 | IMPROVED |

        """))
  }

  @Test func exportedWeightsThatWereWorseThanTheBaseAreWarnedOf() throws {
    var report = try report()
    report.exportedStep = 74
    #expect(report.warningOfRegression == nil)
    report.development[2].values[0].value = 0.25
    #expect(
      report.warningOfRegression
        == "the exported weights, those after step 74, have nDCG@10 0.2500 during training, the base has 0.3000: keep the "
        + "base, or train otherwise")
    report.exportedStep = 37
    #expect(report.warningOfRegression == nil)
    report.development = []
    #expect(report.warningOfRegression == nil)
  }

  @Test func theResultIsMachineReadable() throws {
    let result = try #require(try report().json.objectValue)
    #expect(result["status"] == "finished")
    #expect(result["verdict"] == "IMPROVED")
    let comparison = try #require(result["comparisons"]?.arrayValue?.first?.objectValue)
    #expect(comparison["difference"]?.doubleValue == 0.25)
    #expect(comparison["p"]?.doubleValue == 0.0078125)
    #expect(comparison["queries"]?.integerValue == 8)
  }
}
