import Datasets
import Encoders
import Evaluation
import Files
import JSONText
import Kernels
import Runs
import SettingKeys
import Settings
import Tensors
import Words

/// Gives training rows a teacher's scores: the raw logits of a cross-encoder, of the positive and then of each negative.
///
/// The losses that learn from a teacher (marginMSE, distillation) read them. Scores that the rows had, for example from
/// mining, are replaced.
struct ScoreRows: Recipe, Equatable {
  static let name = "scoreRows"
  static let summary = "Gives training rows a cross-encoder's scores, for a bi-encoder to learn from."

  var model: FolderSection
  var precision: Precision
  /// The rows to score; they keep their order.
  var data: RowSource
  var output: MiningOutput

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", model.folder)
    data.validate(checks)
    output.validate(checks)
  }

  var inputs: [RunInput] { [.model(model.folder)] + data.inputs }

  var outputFolder: String { output.folder }

  func run(in context: RunContext) throws -> Outcome {
    try context.perform(self) { folder in
      var rows = try data.read { context.report(.warning($0)) }.rows
      if rows.contains(where: { $0.label != nil }) {
        throw RunError(.badData, "labelled pairs have no positive to score; give rows of query and positive")
      }
      let file = folder.file(output.file)
      try RowFile.check(rows, for: file, as: output.format)
      let replaced = rows.count { $0.scores != nil }
      precision.note.map { context.report(.note($0)) }
      let teacher = try CrossEncoder(folder: model.folder, labels: 1).computing(in: precision)
      try folder.inputs.confirm()
      var pairs = DistinctPairs()
      let pairsOfRow = rows.map { row in
        let query = ContentHash(of: row.query)
        return ([row.positive] + row.negatives).map { pairs.index(of: row.query, query, $0) }
      }
      let logits = try teacher.score(pairs.pairs) { share in
        try context.reportOrStop(.progress(RunProgress(scoring: "scoring", share: share, of: pairs.pairs.count)))
      }.elements
      for (row, indices) in pairsOfRow.enumerated() { rows[row].scores = indices.map { logits[$0] } }
      try RowFile.write(rows, to: file, as: output.format)

      let report = Report(
        rows: rows, replaced: replaced, pairs: pairs.pairs.count, seconds: folder.seconds)
      let result = report.json(folder: folder.path, model: model.folder, rows: file)
      var page = RunReport(recipe: Self.name, folder: folder.path, settings: context.recipe)
      page.headline = report.headline
      page.addScores(of: rows, title: "The teacher's scores")
      page.facts = [
        ("teacher", model.folder), ("precision", precision.inWords), ("rows", NumberText.count(rows.count)),
        ("different pairs", NumberText.count(pairs.pairs.count)), ("written to", file),
        ("pairs a second", NumberText.rate(Double(pairs.pairs.count) / max(folder.seconds, 1e-9))),
        ("whole run", NumberText.seconds(folder.seconds)),
      ]
      return Conclusion(result: result, lines: report.lines + [page.place, "rows    \(file)"], page: try page.page)
    }
  }
}

extension ScoreRows {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    model = try keys.required(
      .model, given: [FolderSection.Content.crossEncoder],
      "The teacher: a cross-encoder with one label, used with its own settings.")
    precision = try keys.precision(.precision)
    data = try keys.required(.data, "The rows to score; they keep their order.")
    output = try keys.required(.output, "The file of the rows.")
  }
}

/// The distinct pairs of a query and a document: rows of one query often share their negatives.
private struct DistinctPairs {
  private struct Key: Hashable {
    let query: ContentHash
    let document: ContentHash
  }

  private var indices: [Key: Int] = [:]
  private(set) var pairs: [(query: String, document: String)] = []

  /// The index of a pair, which is added if it is new; texts are equal if their bytes are.
  mutating func index(of query: String, _ hash: ContentHash, _ document: String) -> Int {
    let key = Key(query: hash, document: ContentHash(of: document))
    if let known = indices[key] { return known }
    indices[key] = pairs.count
    pairs.append((query, document))
    return pairs.count - 1
  }
}

extension ScoreRows {
  /// The result of scoring, by which a person judges whether the teacher fits the rows.
  private struct Report {
    let rows: Int
    let pairs: Int
    let negatives: Int
    /// The number of rows that had scores before.
    let replaced: Int
    /// The number of negatives that score above their positive.
    let inverted: Int
    let summary: ScoreSummary
    let seconds: Double

    init(rows: [TrainingRow], replaced: Int, pairs: Int, seconds: Double) {
      let positives = rows.compactMap { $0.scores?.first }
      let negatives: [Float] = rows.flatMap { $0.scores?.dropFirst() ?? [] }
      self.rows = rows.count
      self.pairs = pairs
      self.negatives = negatives.count
      self.replaced = replaced
      inverted = rows.reduce(0) { sum, row in
        guard let scores = row.scores, let positive = scores.first else { return sum }
        return sum + scores.dropFirst().count { $0 > positive }
      }
      summary = ScoreSummary(positives: positives, negatives: negatives)
      self.seconds = seconds
    }

    /// The number of pairs and the time in a sentence.
    var headline: String {
      "\(NumberText.counted(pairs, "different pair")) of \(NumberText.counted(rows, "row")) scored in "
        + NumberText.seconds(seconds)
    }

    var lines: [String] {
      var lines = summary.lines + ["", headline]
      if replaced > 0 {
        lines.append("\(NumberText.counted(replaced, "row")) had scores before; they are replaced")
      }
      if inverted > 0 {
        lines.append(
          "\(NumberText.counted(inverted, "negative")) of \(NumberText.count(negatives)) "
            + "\(inverted == 1 ? "scores" : "score") above the positive: false negatives, or a teacher that errs")
      }
      return lines
    }

    func json(folder: String, model: String, rows file: String) -> JSONValue {
      [
        "status": "finished", "recipe": "scoreRows", "folder": JSONValue(folder), "rows": JSONValue(file),
        "model": JSONValue(model),
        "counts": [
          "rows": JSONValue(rows), "pairs": JSONValue(pairs), "negatives": JSONValue(negatives),
          "replaced": JSONValue(replaced), "aboveTheirPositive": JSONValue(inverted),
        ],
        "scores": summary.json, "seconds": JSONValue(seconds), "version": JSONValue(Hone.version),
      ]
    }
  }
}
