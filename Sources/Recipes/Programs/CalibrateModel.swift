import Datasets
import Encoders
import Evaluation
import Files
import JSONText
import Kernels
import Retrieval
import Runs
import SettingKeys
import Settings
import Tensors
import Words

/// Fits a function from the raw logits of a cross-encoder to probabilities of relevance, and stores it beside a copy of
/// the model in the run's folder.
///
/// `hone score --calibrated` reads it. Rankings always use raw logits.
struct CalibrateModel: Recipe, Equatable {
  static let name = "calibrate"
  static let summary =
    "Fits a function from the raw logits of a cross-encoder to probabilities of relevance, and stores it beside a copy "
    + "of the model."

  /// The judgments to fit to, not those that the model was trained on: its logits are too good there.
  struct Judged: Codable, Sendable, Equatable {
    var collection: String
    var split: String
    var excludeSameID: Bool?
  }

  /// The source of the pairs; the probabilities hold for pairs found in the same way.
  enum Candidates: Sendable, Equatable {
    /// The judged pairs.
    case judged
    /// The `top` best documents per query of a ranking, a file in TREC form; documents without a judgment count as not
    /// relevant.
    case run(file: String, top: Int)
  }

  var model: FolderSection
  var data: Judged
  var candidates: Candidates
  var method: Calibration.Method
  var bins: Int
  var precision: Precision
  var output: FolderSection

  /// The number of folds of queries, each of which is held out once.
  private static let folds = 5

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", model.folder)
    checks.collection("data.collection", data.collection)
    checks.split("data.split", data.split, of: data.collection, "data.collection")
    candidates.validate(checks)
    checks.require((1...1000).contains(bins), "bins", else: "\(bins) is not between 1 and 1000")
    checks.outputFolder("output.folder", output.folder)
  }

  var inputs: [RunInput] {
    let run: [RunInput] = if case .run(let file, _) = candidates { [.file(file)] } else { [] }
    return [.model(model.folder)] + RunInput.collection(data.collection, splits: [data.split]) + run
  }

  var outputFolder: String { output.folder }

  func run(in context: RunContext) throws -> Outcome {
    try context.perform(self) { folder in
      let pairs = try judgedPairs(context)
      precision.note.map { context.report(.note($0)) }
      let crossEncoder = try CrossEncoder(folder: model.folder, labels: 1).computing(in: precision)
      try folder.inputs.confirm()
      let logits = try crossEncoder.score(pairs.pairs) { share in
        try context.reportOrStop(.progress(RunProgress(scoring: "scoring", share: share, of: pairs.pairs.count)))
      }.elements.map { Double($0) }

      let calibration = Calibration(method, scores: logits, labels: pairs.labels)
      func reliability(_ probabilities: [Double]) -> Reliability {
        Reliability(probabilities: probabilities, labels: pairs.labels, bins: bins)
      }
      let folds = min(Self.folds, pairs.queryCount)
      let report = CalibrationReport(
        before: reliability(logits.map { logistic($0) }),
        after: reliability(logits.map { calibration.probability(of: $0) }),
        heldOut: folds < 2
          ? nil
          : reliability(
            Calibration.heldOutProbabilities(
              method, scores: logits, labels: pairs.labels, groups: pairs.queries, folds: folds)),
        pairs: pairs, calibration: calibration, folds: folds)
      if case .platt(let curve) = calibration, curve.slope <= 0 {
        context.report(
          .warning(
            "the logits of relevant pairs are no higher than those of others: the probability falls as the score rises")
        )
      }

      var page = RunReport(recipe: Self.name, folder: folder.path, settings: context.recipe)
      page.tables = report.tables
      page.headline = report.sentence
      page.histograms = [Self.histogram(of: logits, pairs)].compactMap { $0 }
      page.facts = [
        ("model", model.folder), ("collection", data.collection), ("split", data.split),
        ("pairs", report.counts), ("function", report.function), ("precision", precision.inWords),
      ]
      let target = folder.file("model")
      let file = Files.join(target, CalibrationFile.name)
      page.details = [("model", JSONValue(model.folder)), ("calibration", JSONValue(file))] + report.details
      page.addTimes(folder.seconds)
      var origin: [(name: String, value: JSONValue)] = [
        ("collection", JSONValue(data.collection)), ("split", JSONValue(data.split)),
      ]
      origin += report.details
      try DurableFolder(target).write { draft in
        try Files.copyFolder(model.folder, to: draft)
        try folder.inputs.confirm([.model(model.folder)])
        try CalibrationFile.write(calibration, details: origin, to: draft)
      }
      return try page.conclusion(
        after: page.tables.flatMap(\.lines) + [report.sentence, "calibration  \(file)", "model   \(target)"])
    }
  }

  /// The raw logits of relevant pairs and of others.
  private static func histogram(of logits: [Double], _ pairs: JudgedPairs) -> Histogram? {
    func chosen(_ isRelevant: Bool) -> [Double] { zip(logits, pairs.labels).filter { $1 == isRelevant }.map(\.0) }
    return Histogram("Raw logits of pairs", [("relevant", chosen(true)), ("others", chosen(false))])
  }

  /// The pairs to fit to, which must include relevant and other ones.
  private func judgedPairs(_ context: RunContext) throws -> JudgedPairs {
    let collection = try Collection(folder: data.collection)
    func warn(_ text: String) { context.report(.warning(text)) }
    let judgments = try collection.judgments(split: data.split)
    (collection.warnings + judgments.warnings).forEach(warn)
    let queries = judgments.topics.compactMap { collection.queries[$0.query] }
    SameIDs(queries, in: collection.corpus).warning(
      isExcluded: data.excludeSameID, setting: "data.excludeSameID", place: "of split '\(data.split)'"
    ).map(warn)
    let excludes = data.excludeSameID ?? false
    let pairs =
      switch candidates {
      case .judged: try JudgedPairs(of: judgments, in: collection, excludesSameID: excludes, warn: warn)
      case .run(let file, let top):
        try JudgedPairs(
          of: file, top: top, judgments: judgments, in: collection, excludesSameID: excludes, warn: warn)
      }
    let relevant = pairs.relevantCount
    guard relevant > 0, relevant < pairs.labels.count else {
      let advice =
        candidates == .judged
        ? "take the candidates from a run, which also has documents that are not relevant"
        : "take more of the run, or another run"
      throw RunError(
        .badData,
        "calibration needs pairs that are relevant and pairs that are not, found \(NumberText.count(relevant)) relevant "
          + "of \(NumberText.count(pairs.labels.count)) on split '\(data.split)'; \(advice)")
    }
    return pairs
  }
}

extension CalibrateModel.Candidates: Codable {
  private enum Key: String, CodingKey { case name, file, top }
  private enum Name: String, ChoiceSetting { case judged, run }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    switch try keys.variant(
      .name, of: Name.self,
      "The judged pairs, or the best documents of a run, where those without a judgment count as not relevant.")
    {
    case .judged: self = .judged
    case .run:
      self = .run(
        file: try keys.required(.file, example: "runs/my-run/first.dev.run", "A ranking in TREC form."),
        top: try keys.required(.top, example: 20, "The number of its best documents per query."))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .judged: try container.encode(Name.judged, forKey: .name)
    case .run(let file, let top):
      try container.encode(Name.run, forKey: .name)
      try container.encode(file, forKey: .file)
      try container.encode(top, forKey: .top)
    }
  }

  func validate(_ checks: SettingChecks) {
    guard case .run(let file, let top) = self else { return }
    checks.file("candidates.file", file)
    checks.atLeast(1, "candidates.top", top)
  }
}

extension CalibrateModel {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    model = try keys.required(
      .model, given: [FolderSection.Content.crossEncoder], "A cross-encoder with one label.")
    data = try keys.required(
      .data, "The judgments to fit to, not those that the model was trained on: its logits are too good there.")
    candidates = try keys.required(
      .candidates, "The source of the pairs; the probabilities hold for pairs found in the same way.")
    method = try keys.value(.method, default: .platt, "The method: platt for few pairs, isotonic for thousands.")
    bins = try keys.value(.bins, default: 15, "The number of bins of the expected calibration error.")
    precision = try keys.precision(.precision)
    output = try keys.required(.output, "The model with its calibration, and the results.")
  }
}

extension CalibrateModel.Judged {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    collection = try keys.evaluatedCollection(.collection)
    split = try keys.value(.split, default: "dev", "The judgments: qrels/SPLIT.tsv of the collection.")
    excludeSameID = try keys.excludeSameID(.excludeSameID)
  }
}
