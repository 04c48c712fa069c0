import Datasets
import Encoders
import Files
import JSONText
import Retrieval

/// Mines hard negatives from the current model's own best documents, by rules that keep false negatives out.
struct MineNegatives: Recipe, Equatable {
  /// What random choices depend on.
  var seed: UInt64
  var model: ModelSection
  /// The rows that get negatives; their order stays.
  var data: DataSection
  /// A `corpus.jsonl` to choose from; without it, that of the data's collection.
  var corpus: String?
  /// Where candidates come from; a document counts for the first source that has it.
  var sources: [MiningSource]
  /// What a negative must pass, in this order.
  var rules: [MiningRuleSetting]
  var select: SelectionSetting
  /// Where vectors are kept from one run to the next; without it all texts are encoded.
  var cache: CacheSection?
  var output: MiningOutput

  func validate(_ checks: SettingChecks) {
    model.validate(checks)
    data.validate(checks)
    checks.require(data.shuffle == nil, "data.shuffle", else: "mining keeps the rows in their order; remove it")
    if let corpus { checks.file("corpus", corpus) }
    checks.require(
      corpus != nil || data.collection != nil, "data", reading: ["corpus"],
      else: "there is nothing to choose negatives from; give 'corpus' (a corpus.jsonl) or 'data.collection'")
    checks.require(!sources.isEmpty, "sources", else: "the list is empty; name at least one source, such as model")
    checks.require(
      Set(sources.map(\.name)).count == sources.count, "sources", else: "a source is named twice; raise its 'negatives'"
    )
    for source in sources { source.validate(checks) }
    for rule in rules { rule.validate(checks) }
    select.validate(checks)
    cache?.validate(checks)
    checks.outputFolder("output.folder", output.folder)
  }

  func run(in context: RunContext) throws -> Outcome {
    let folder = try RunFolder(output.folder, recipe: context.recipe, resume: context.resume)
    if case .finished(let result) = folder.state {
      return Outcome(result, lines: ["\(folder.path): this run is finished already; nothing to do"])
    }
    let started = ContinuousClock.now
    let (rows, collection) = try data.read()
    if rows.contains(where: { $0.label != nil }) {
      throw RunError(.badData, "labelled pairs have no positive to mine for; give rows of query and positive")
    }
    guard let corpus = try corpus.map({ try Corpus(file: $0) }) ?? collection?.corpus else {
      fatalError("a mining recipe without a corpus passed its checks")
    }
    let model = try model.load()
    let mined = try MinedRows(rows, corpus: corpus, model: model, recipe: self, context)

    let file = try DurableFile(folder.file("rows.jsonl"))
    for row in mined.rows {
      try file.write(Array((JSONValue.object(output.format.object(of: row)).text() + "\n").utf8))
    }
    try file.commit()
    let report = MiningReport(
      mined, rules: rules.map(\.name.rawValue), wanted: sources.reduce(0) { $0 + $1.negatives },
      seconds: started.duration(to: .now).seconds)
    let result = report.json(recipe: "mineNegatives", folder: folder.path, rows: folder.file("rows.jsonl"))
    try folder.finish(result)
    return Outcome(result, lines: report.lines + ["rows    \(folder.file("rows.jsonl"))"])
  }
}

/// Training rows with mined negatives, and what is worth knowing about how they came about.
struct MinedRows {
  /// The rows in their own order, each with the negatives of its query; scores are the model's.
  private(set) var rows: [TrainingRow]
  /// What each rule did.
  let tallies: [NegativeMiner.Tally]
  /// Documents that were chosen from.
  let documents: Int
  /// Different queries among the rows.
  let queries: Int

  /// Mines for all rows: encodes corpus and queries, ranks the corpus for each query, and applies the rules.
  ///
  /// Memory is the vectors of corpus and queries and the candidates of each query; never queries × documents.
  init(
    _ given: [TrainingRow], corpus: Corpus, model: BiEncoder, recipe: MineNegatives, _ context: RunContext
  ) throws {
    let ids = corpus.documents.map(\.id)
    let texts = corpus.documents.map(\.content)
    let groups = QueryGroups(given, corpus: corpus)
    let cache = try recipe.cache.map { try $0.open() }
    let documentVectors = try model.vectors(
      of: texts, as: .document, task: "encoding documents", cache: cache, report: context.reportOrStop)
    let queryVectors = try model.vectors(
      of: groups.texts, as: .query, task: "encoding queries", cache: cache, report: context.reportOrStop)
    let foreignVectors = try model.vectors(
      of: groups.foreignPositives, as: .document, task: "encoding positives", cache: cache,
      report: context.reportOrStop)

    /// The ranked documents of every query from each source.
    let ranked = try recipe.sources.map { source in
      switch source.name {
      case .model:
        try ExactSearch(documents: documentVectors, ids: ids).search(queryVectors, top: source.candidates)
      case .BM25:
        try BM25(ids: ids, texts: texts).search(
          groups.texts.enumerated().map { (id: String($0.offset), text: $0.element) }, top: source.candidates
        ).lists.map(\.documents)
      }
    }
    var miner = NegativeMiner(
      corpus: MiningCorpus(texts: texts), rules: recipe.rules.map(\.rule), selection: recipe.select.selection,
      seed: recipe.seed)
    rows = given
    for (number, group) in groups.groups.enumerated() {
      let positives = group.positives.map { positive in
        let (place, vectors) = positive.document.map { ($0, documentVectors) } ?? (positive.foreign, foreignVectors)
        return MiningQuery.Positive(
          text: positive.text, document: positive.document,
          score: queryVectors.products(of: number, with: [place], of: vectors)[0])
      }
      let sources = zip(ranked, recipe.sources).map { lists, source in
        let places = lists[number].compactMap { corpus.index(of: $0.id) }
        let scores = queryVectors.products(of: number, with: places, of: documentVectors)
        return NegativeMiner.Source(
          candidates: zip(places, scores).map { MiningCandidate(document: $0, score: $1) }, quota: source.negatives)
      }
      let negatives = miner.negatives(
        of: MiningQuery(text: groups.texts[number], positives: positives), number: number, from: sources)
      for (row, positive) in zip(group.rows, group.positiveOfRow) {
        rows[row].negatives = negatives.map { texts[$0.document] }
        rows[row].negativeIDs = negatives.map { ids[$0.document] }
        rows[row].scores = [positives[positive].score] + negatives.map(\.score)
      }
    }
    tallies = miner.tallies
    documents = ids.count
    queries = groups.groups.count
  }
}

/// The rows by their queries: all positives of a query count for each of its rows.
private struct QueryGroups {
  /// A positive of a query: a document of the corpus, or a text of its own.
  struct Positive {
    let text: String
    let document: Int?
    /// Its place among the positives that the corpus lacks; of no meaning for the others.
    let foreign: Int
  }

  /// One query.
  struct Group {
    /// Its rows.
    var rows: [Int] = []
    var positives: [Positive] = []
    /// Which of the positives each row has.
    var positiveOfRow: [Int] = []
  }

  private(set) var groups: [Group] = []
  /// The text of every query, that of its first row.
  private(set) var texts: [String] = []
  /// Texts of positives that are no document of the corpus.
  private(set) var foreignPositives: [String] = []

  init(_ rows: [TrainingRow], corpus: Corpus) {
    var numbers: [Int: Int] = [:]
    for (row, query) in KnownPositives(rows: rows).queryClasses.enumerated() {
      if numbers[query] == nil {
        numbers[query] = groups.count
        groups.append(Group())
        texts.append(rows[row].query)
      }
      guard let number = numbers[query] else { continue }
      let text = rows[row].positive
      // An identifier counts only where the corpus has the same text for it.
      let place = rows[row].positiveID.flatMap { corpus.index(of: $0) }
      let document = place.flatMap { corpus.documents[$0].content.utf8.elementsEqual(text.utf8) ? $0 : nil }
      groups[number].rows.append(row)
      if let known = groups[number].positives.firstIndex(where: { $0.text.utf8.elementsEqual(text.utf8) }) {
        groups[number].positiveOfRow.append(known)
        continue
      }
      groups[number].positiveOfRow.append(groups[number].positives.count)
      groups[number].positives.append(Positive(text: text, document: document, foreign: foreignPositives.count))
      if document == nil { foreignPositives.append(text) }
    }
  }
}
