import Datasets
import JSONText
import Words

extension RunReport {
  /// Adds what mining did: the counts of every rule, the scores, and the pairs to look at.
  ///
  /// - Parameters:
  ///   - record: The mining as the log of a run has it.
  ///   - rows: The rows with what was mined.
  ///   - occasion: A sentence that says which mining this was.
  mutating func add(_ record: JSONObject, of rows: [TrainingRow], occasion: String) {
    mined = Self.ruleTable(record, rows: rows.count, occasion: occasion)
    addScores(of: rows, title: "Scores of mined rows")
    if let outranked = OutrankedPositives(record["outranked"]), !outranked.entries.isEmpty {
      pairs.append(PairExamples(outranked))
    }
  }

  /// Adds the scores of positives and negatives, and the negatives that score like positives.
  mutating func addScores(of rows: [TrainingRow], title: String) {
    let scored = rows.compactMap(\.scores)
    let negatives = scored.flatMap { $0.dropFirst().map(Double.init) }
    let positives = scored.compactMap { $0.first.map(Double.init) }
    if let histogram = Histogram(title, [("positives", positives), ("negatives", negatives)]) {
      histograms.append(histogram)
    }
    let suspects = MiningReport.suspects(of: rows)
    if !suspects.isEmpty { pairs.append(PairExamples(suspects)) }
  }

  private static func ruleTable(_ record: JSONObject, rows: Int, occasion: String) -> ReportTable {
    func count(_ value: JSONValue?) -> Int { max(0, value?.integerValue ?? 0) }
    let rules = (record["rules"]?.arrayValue ?? []).compactMap(\.objectValue).map { rule in
      let (seen, dropped) = (count(rule["candidates"]), count(rule["dropped"]))
      return [rule["name"]?.stringValue ?? ""]
        + [seen, dropped, max(0, seen - dropped), count(rule["promoted"])].map(NumberText.count)
    }
    let (short, without) = (count(record["rowsShort"]), count(record["rowsWithout"]))
    return ReportTable(
      title: "What mining dropped",
      columns: [
        ("rule", .left), ("candidates", .right), ("dropped", .right), ("kept", .right), ("found to fit", .right),
      ],
      rows: rules,
      note: "\(occasion) \(NumberText.counted(count(record["negatives"]), "negative")) for "
        + "\(NumberText.counted(rows, "row")); rows with fewer than asked for: \(NumberText.count(short)), with none: "
        + "\(NumberText.count(without)). Each rule sees what the one before it kept.")
  }
}

extension PairExamples {
  /// Negatives that score nearly as high as the positive of their row; of each query the nearest.
  fileprivate init(_ suspects: [MiningReport.Suspect]) {
    title = "Negatives that look like positives"
    note = "Nearest to the score of their positive, or above it, so the likeliest to be wrong."
    var queries: Set<ExactText> = []
    examples = suspects.filter { queries.insert(ExactText($0.query)).inserted }.prefix(Self.most).map { suspect in
      let gap = Double(suspect.negativeScore - suspect.positiveScore)
      let distance = NumberText.fixed(gap.magnitude, decimals: 3)
      return Example(
        query: suspect.query, remark: "the negative scores \(distance) \(gap > 0 ? "higher" : "lower")",
        [
          Text("positive", suspect.positive, score: suspect.positiveScore),
          Text("negative", suspect.negative, score: suspect.negativeScore),
        ])
    }
  }

  /// Positives that other documents outrank.
  fileprivate init(_ outranked: OutrankedPositives) {
    title = "Positives ranked low"
    note =
      "\(NumberText.counted(outranked.count, of: outranked.looked, "positive")) \(outranked.count == 1 ? "has" : "have") "
      + "a document above \(outranked.count == 1 ? "it" : "them") that is no known positive. "
      + "These are the lowest: wrong labels, positives that are missing, or what training has to learn."
    examples = outranked.entries.prefix(Self.most).map { entry in
      Example(
        query: entry.query,
        remark: (entry.isAtLeast ? "at least " : "")
          + "\(NumberText.counted(entry.above, "document")) \(entry.above == 1 ? "scores" : "score") higher",
        [Text("positive", entry.positive, score: entry.score), Text("best other", entry.best, score: entry.bestScore)])
    }
  }
}
