import Datasets
import Encoders
import Evaluation
import Files
import Kernels
import Retrieval
import Runs
import SettingKeys
import Settings
import Words

/// Mines hard negatives from the current model's own best documents, by rules that keep false negatives out.
struct MineNegatives: Recipe, Equatable {
  static let name = "mineNegatives"
  static let summary =
    "Mines hard negatives from the current model's own best documents, by rules that keep false negatives out."

  var seed: UInt64
  var precision: Precision
  var model: ModelSection
  /// The rows that get negatives; they keep their order.
  var data: RowSource
  var corpus: String?
  var mining: MiningSettings
  var cache: CacheSection?
  var output: MiningOutput

  func validate(_ checks: SettingChecks) {
    model.validate(checks)
    checks.require(
      model.base.addTokens == nil, "model.addTokens", else: "mining trains no embeddings for new tokens; remove it")
    data.validate(checks)
    if let corpus { checks.file("corpus", corpus) }
    checks.require(
      corpus != nil || data.collection != nil, "data", reading: ["corpus"], else: MiningSettings.noCorpus)
    mining.validate(checks, at: "")
    cache?.validate(checks)
    output.validate(checks)
  }

  var inputs: [RunInput] {
    model.base.inputs + data.inputs + (corpus.map { [.file($0)] } ?? []) + mining.rules.flatMap(\.inputs)
  }

  var outputFolder: String { output.folder }

  func run(in context: RunContext) throws -> Outcome {
    try context.perform(self) { folder in
      let warn = { context.report(.warning($0)) }
      let texts = try data.read(corpus: corpus, warn: warn)
      if texts.rows.contains(where: { $0.label != nil }) {
        throw RunError(.badData, "labelled pairs have no positive to mine for; give rows of query and positive")
      }
      let corpus = try MinedRows.candidates(in: texts.corpus, warn: warn)
      SameIDs(texts.rows.identifiedQueries, in: corpus).warning(
        isExcluded: mining.excludeSameID, setting: "excludeSameID", place: "to mine for"
      ).map(warn)
      let file = folder.file(output.file)
      try RowFile.check(
        texts.rows, for: file, as: output.format, negatives: corpus, promotes: mining.promotes,
        queries: texts.collection?.queries)
      precision.note.map { context.report(.note($0)) }
      let model = try model.load(seed: seed).computing(in: precision)
      model.taskWarning(choosing: "model.task").map(warn)
      try folder.inputs.confirm()
      let mined = try MinedRows(
        texts.rows, judged: texts.judged, corpus: corpus, model: model, settings: mining, seed: seed,
        cache: cache?.open(), context)
      // Mining itself reads the models that judge.
      try folder.inputs.confirm(mining.rules.flatMap(\.inputs))
      try RowFile.write(mined.rows + mined.promoted, to: file, as: output.format)
      let report = MiningReport(mined, settings: mining, seconds: folder.seconds)
      let result = report.json(recipe: Self.name, folder: folder.path, rows: file)
      var page = RunReport(recipe: Self.name, folder: folder.path, settings: context.recipe)
      page.headline = report.headline
      page.add(report.record, of: mined.rows, occasion: "Mined with \(self.model.folder).")
      page.facts = [
        ("model", self.model.folder), ("precision", precision.inWords), ("rows", NumberText.count(mined.rows.count)),
        ("queries", NumberText.count(mined.queries)), ("documents", NumberText.count(mined.documents)),
        ("written to", file), ("whole run", NumberText.seconds(folder.seconds)),
      ]
      return Conclusion(result: result, lines: report.lines + [page.place, "rows    \(file)"], page: try page.page)
    }
  }
}

extension MineNegatives: Codable {
  private enum Key: String, CodingKey { case seed, precision, model, data, corpus, cache, output }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    seed = try keys.value(.seed, default: Self.usualSeed, "The seed of random choices.")
    precision = try keys.precision(.precision)
    model = try keys.required(.model, "The model that mines, and the way texts are encoded.")
    data = try keys.required(.data, "The rows that get negatives; they keep their order.")
    corpus = try MiningSettings.corpus(keys, .corpus)
    mining = try MiningSettings(from: decoder)
    cache = try keys.cache(.cache)
    output = try keys.required(.output, "The file of the rows.")
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(seed, forKey: .seed)
    try section.encode(precision, forKey: .precision)
    try section.encode(model, forKey: .model)
    try section.encode(data, forKey: .data)
    try section.encodeIfPresent(corpus, forKey: .corpus)
    try mining.encode(to: encoder)
    try section.encodeIfPresent(cache, forKey: .cache)
    try section.encode(output, forKey: .output)
  }
}
