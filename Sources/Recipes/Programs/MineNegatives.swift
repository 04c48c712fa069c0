import Datasets
import Encoders
import Evaluation
import Files
import Retrieval
import Runs
import Settings
import Words

/// Mines hard negatives from the current model's own best documents, by rules that keep false negatives out.
struct MineNegatives: Recipe, Equatable {
  static let name = "mineNegatives"

  /// The seed of random choices.
  var seed: UInt64
  var model: ModelSection
  /// The rows that get negatives; they keep their order.
  var data: DataSection
  /// A `corpus.jsonl` to mine; without it, that of the data's collection.
  var corpus: String?
  /// The sources of candidates; a document counts for the first source that has it.
  var sources: [MiningSource]
  /// The rules that a negative must pass, in this order.
  var rules: [MiningRuleSetting]
  var select: NegativeSelection
  /// True if a document with the query's identifier is no candidate; without it it is one, with a warning.
  var excludeSameID: Bool?
  /// The folder of vectors kept between runs; without it all texts are encoded.
  var cache: CacheSection?
  var output: MiningOutput

  func validate(_ checks: SettingChecks) {
    model.validate(checks)
    checks.require(
      model.addTokens == nil, "model.addTokens", else: "mining trains no embeddings for new tokens; remove it")
    data.validate(checks)
    checks.require(data.shuffle == nil, "data.shuffle", else: "mining keeps the rows in their order; remove it")
    if let corpus { checks.file("corpus", corpus) }
    checks.require(
      corpus != nil || data.source.collection != nil, "data", reading: ["corpus"], else: MiningSettings.noCorpus)
    checks.require(
      data.negatives == nil, "data.negatives", else: "mining gives every row its negatives anew; remove it")
    mining.validate(checks, at: "")
    cache?.validate(checks)
    checks.outputFolder("output.folder", output.folder)
    output.validate(checks)
  }

  private var mining: MiningSettings {
    MiningSettings(sources: sources, rules: rules, select: select, excludeSameID: excludeSameID)
  }

  var inputs: [RunInput] {
    model.inputs + data.inputs + (corpus.map { [.file($0)] } ?? []) + rules.flatMap(\.inputs)
  }

  var outputFolder: String { output.folder }

  func run(in context: RunContext) throws -> Outcome {
    try context.perform(self) { folder in
      let warn = { context.report(.warning($0)) }
      let texts = try data.source.read(corpus: corpus, warn: warn)
      if texts.rows.contains(where: { $0.label != nil }) {
        throw RunError(.badData, "labelled pairs have no positive to mine for; give rows of query and positive")
      }
      let corpus = try MinedRows.candidates(in: texts.corpus, warn: warn)
      SameIDs(texts.rows.identifiedQueries, in: corpus).warning(
        isExcluded: excludeSameID, setting: "excludeSameID", place: "to mine for"
      ).map(warn)
      let file = folder.file(output.file ?? "rows.jsonl")
      try RowFile.check(
        texts.rows, for: file, as: output.format, negatives: corpus, promotes: mining.promotes,
        queries: texts.collection?.queries)
      let model = try model.load(seed: seed)
      model.taskWarning(choosing: "model.task").map(warn)
      try folder.inputs.confirm()
      let mined = try MinedRows(
        texts.rows, judged: texts.judged, corpus: corpus, model: model, settings: mining, seed: seed,
        cache: cache?.open(), context)
      // Mining itself reads the models that judge.
      try folder.inputs.confirm(rules.flatMap(\.inputs))
      try RowFile.write(mined.rows + mined.promoted, to: file, as: output.format)
      let report = MiningReport(mined, settings: mining, seconds: folder.seconds)
      let result = report.json(recipe: Self.name, folder: folder.path, rows: file)
      var page = RunReport(recipe: Self.name, folder: folder.path, settings: context.recipe)
      page.headline = report.headline
      page.add(report.record, of: mined.rows, occasion: "Mined with \(self.model.folder).")
      page.facts = [
        ("model", self.model.folder), ("rows", NumberText.count(mined.rows.count)),
        ("queries", NumberText.count(mined.queries)), ("documents", NumberText.count(mined.documents)),
        ("written to", file), ("whole run", NumberText.seconds(folder.seconds)),
      ]
      return Conclusion(result: result, lines: report.lines + [page.place, "rows    \(file)"], page: try page.page)
    }
  }
}
