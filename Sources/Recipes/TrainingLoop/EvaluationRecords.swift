import Datasets
import Files
import Retrieval
import Words
import Runs
import Evaluation

extension EvaluationPlan {
  /// The mean of the first measure on the first split.
  func firstValue(of rankings: [Ranking]) throws -> Double { try evaluations(of: rankings).first?.means.first ?? 0 }

  /// The mean measures of the first split during training, which are also reported as progress.
  func record(of rankings: [Ranking], step: Int, _ context: RunContext) throws -> MeasureRecord {
    let values = zip(measures, try evaluations(of: rankings).first?.means ?? []).map {
      MeasureRecord.Value(measure: $0.description, value: $1)
    }
    let shown = values.map { "\($0.measure) \(NumberText.fixed($0.value, decimals: 4))" }.joined(separator: ", ")
    context.report(.note("after step \(step): \(shown) on \(splits.map(\.name).joined())"))
    return MeasureRecord(step: step, values: values)
  }
}

extension RunFolder {
  /// The rankings of some splits in `NAME.SPLIT.run`: those of an interrupted run, or else new ones, which are written.
  ///
  /// Those that cannot be read any more are made anew.
  func keptRankings(_ name: String, of splits: [String], make: () throws -> [Ranking]) throws -> [Ranking] {
    let paths = splits.map { file("\(name).\($0).run") }
    if isContinued, let kept = try? paths.map({ try Ranking(file: $0) }) { return kept }
    return try write(make(), as: name, of: splits)
  }

  /// Writes the rankings of some splits to `NAME.SPLIT.run`.
  func write(_ rankings: [Ranking], as name: String, of splits: [String]) throws -> [Ranking] {
    for (ranking, split) in zip(rankings, splits) { try ranking.write(to: file("\(name).\(split).run"), tag: name) }
    return rankings
  }
}
