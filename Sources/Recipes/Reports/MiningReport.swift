import Datasets
import JSONText
import Pages
import Retrieval
import Runs
import Words

/// The report of mining: rules, scores, rows with too few negatives, and the likeliest false negatives.
struct MiningReport {
  /// A negative that scores nearly as high as the positive of its row.
  struct Suspect {
    let query: String
    let positive: String
    let negative: String
    let positiveScore: Float
    let negativeScore: Float
  }

  private let rules: [(name: String, tally: NegativeMiner.Tally)]
  /// The sources that found no document for some queries.
  private let unanswered: [(source: String, queries: Int)]
  private let scores: ScoreSummary
  private let negatives: Int
  private let rows: Int
  private let queries: Int
  private let documents: Int
  private let promoted: Int
  private let short: Int
  private let empty: Int
  private let negativesPerRow: Int
  private let suspects: [Suspect]
  private let outranked: OutrankedPositives
  private let seconds: Double

  /// The number of suspects that are shown.
  private static let mostSuspects = 20

  init(_ mined: MinedRows, settings: MiningSettings, seconds: Double) {
    rules = zip([KnownPositivesRule.name] + settings.chosenRules.map(\.name), mined.tallies).map {
      (name: $0, tally: $1)
    }
    unanswered = zip(settings.sources, mined.unanswered).filter { $1 > 0 }.map {
      (source: $0.name.rawValue, queries: $1)
    }
    negativesPerRow = settings.negativesPerRow
    let negativeScores: [Float] = mined.rows.flatMap { $0.scores?.dropFirst() ?? [] }
    scores = ScoreSummary(positives: mined.rows.compactMap { $0.scores?.first }, negatives: negativeScores)
    negatives = negativeScores.count
    rows = mined.rows.count
    queries = mined.queries
    documents = mined.documents
    promoted = mined.promoted.count
    short = mined.rows.count { $0.negatives.count < settings.negativesPerRow }
    empty = mined.rows.count { $0.negatives.isEmpty }
    self.seconds = seconds
    suspects = Self.suspects(of: mined.rows)
    outranked = mined.outranked
  }

  /// The negatives whose score comes nearest to the positive's, or exceeds it.
  ///
  /// The gap is a share of the positive's score, since a small difference says little where all scores are small.
  static func suspects(of rows: [TrainingRow]) -> [Suspect] {
    let all = rows.flatMap { row -> [Suspect] in
      guard let scores = row.scores, let positive = scores.first else { return [] }
      return zip(row.negatives, scores.dropFirst()).map {
        Suspect(
          query: row.query, positive: row.positive, negative: $0, positiveScore: positive, negativeScore: $1)
      }
    }
    let gaps = all.map { ($0.positiveScore - $0.negativeScore) / max(abs($0.positiveScore), .leastNormalMagnitude) }
    return all.indices.sorted { (gaps[$0], $0) < (gaps[$1], $1) }.prefix(mostSuspects).map { all[$0] }
  }

  /// The report as lines for a terminal.
  var lines: [String] {
    var table = TextTable([("rule", .left), ("candidates", .right), ("dropped", .right), ("kept", .right)])
    for (name, tally) in rules {
      table.add([
        name, NumberText.count(tally.seen), NumberText.count(tally.dropped),
        NumberText.count(tally.seen - tally.dropped),
      ])
    }
    var lines = table.lines + [""] + scores.lines + [""]
    lines.append(
      "\(NumberText.counted(negatives, "negative")) for \(NumberText.counted(rows, "row")) "
        + "(\(NumberText.counted(queries, "query", plural: "queries"))) from \(NumberText.counted(documents, "document")) in "
        + NumberText.seconds(seconds))
    if promoted > 0 {
      lines.append(
        "\(NumberText.counted(promoted, "document")) found to fit a query: new rows at the end, each with it as the positive"
      )
    }
    if short > 0 {
      lines.append(
        "\(NumberText.counted(short, "row")) \(short == 1 ? "has" : "have") fewer than the "
          + "\(negativesPerRow) asked for, "
          + "\(NumberText.count(empty)) of them none: sources and rules left no more candidates")
    }
    for (source, count) in unanswered {
      lines.append(
        "\(source) found no document for \(NumberText.counted(count, "query", plural: "queries")) of "
          + NumberText.count(queries))
    }
    if !suspects.isEmpty {
      lines += ["", "nearest to their positives, so the likeliest false negatives; look at them:"]
      for suspect in suspects.prefix(5) {
        lines.append(
          "  \(NumberText.fixed(Double(suspect.negativeScore), decimals: 3)) of "
            + "\(NumberText.fixed(Double(suspect.positiveScore), decimals: 3))  \(ShownText.line(suspect.query, 60))")
        lines.append("      positive  \(ShownText.line(suspect.positive, 90))")
        lines.append("      negative  \(ShownText.line(suspect.negative, 90))")
      }
      lines.append("")
    }
    return lines
  }

  /// The outcome in a sentence.
  var headline: String {
    "\(NumberText.counted(negatives, "hard negative")) for \(NumberText.counted(rows, "row"))"
      + (empty == 0 ? "" : "; \(NumberText.counted(empty, "row")) \(empty == 1 ? "has" : "have") none")
  }

  /// The report in a sentence, for the log of a training run.
  var sentence: String {
    let dropped = rules.filter { $0.tally.dropped > 0 }.map { "\($0.name) \(NumberText.count($0.tally.dropped))" }
    return "\(NumberText.counted(negatives, "negative")) for \(NumberText.counted(rows, "row")) in "
      + "\(NumberText.seconds(seconds)); \(NumberText.count(short)) short, \(NumberText.count(empty)) without"
      + (dropped.isEmpty ? "" : "; dropped by \(dropped.joined(separator: ", "))")
  }

  /// The report as a line of a training run's log.
  func record(step: Int) -> JSONValue { ["step": JSONValue(step), "mining": .object(record)] }

  /// The part of the report that a log keeps.
  var record: JSONObject {
    JSONObject([
      ("negatives", JSONValue(negatives)), ("rowsShort", JSONValue(short)), ("rowsWithout", JSONValue(empty)),
      ("rules", rulesJSON), ("scores", scores.json), ("seconds", JSONValue(seconds)), ("outranked", outranked.json),
    ])
  }

  private var rulesJSON: JSONValue {
    .array(
      rules.map { rule in
        [
          "name": JSONValue(rule.name), "candidates": JSONValue(rule.tally.seen),
          "dropped": JSONValue(rule.tally.dropped), "promoted": JSONValue(rule.tally.promoted),
        ]
      })
  }

  /// The report as JSON.
  func json(recipe: String, folder: String, rows file: String) -> JSONValue {
    [
      "status": "finished", "recipe": JSONValue(recipe), "folder": JSONValue(folder), "rows": JSONValue(file),
      "counts": [
        "rows": JSONValue(rows), "queries": JSONValue(queries), "documents": JSONValue(documents),
        "negatives": JSONValue(negatives), "promoted": JSONValue(promoted), "rowsShort": JSONValue(short),
        "rowsWithout": JSONValue(empty),
      ],
      "rules": rulesJSON, "scores": scores.json,
      "suspects": .array(
        suspects.map { suspect in
          [
            "query": JSONValue(suspect.query), "positive": JSONValue(suspect.positive),
            "negative": JSONValue(suspect.negative), "positiveScore": JSONValue(suspect.positiveScore),
            "negativeScore": JSONValue(suspect.negativeScore),
          ]
        }),
      "seconds": JSONValue(seconds), "version": JSONValue(Hone.version),
    ]
  }
}
