import Datasets
import Encoders
import Evaluation
import Files
import Foundation
import Retrieval
import Runs
import Tensors
import Words

/// Training rows with mined negatives, and the statistics of mining.
struct MinedRows {
  /// The rows in their own order, each with the negatives of its query and the model's scores.
  private(set) var rows: [TrainingRow]
  /// New rows whose positive is a document that a rule found relevant, in the order of the queries.
  private(set) var promoted: [TrainingRow] = []
  /// The counts of each rule.
  let tallies: [NegativeMiner.Tally]
  /// The number of documents of the corpus.
  let documents: Int
  /// The number of distinct queries.
  let queries: Int
  /// The positives that other documents outrank.
  private(set) var outranked = OutrankedPositives()
  /// The number of queries for which each source found no document, in the order of the sources.
  let unanswered: [Int]

  /// The documents that may become negatives: all of a corpus that are not blank.
  ///
  /// - Parameter warn: Receives a warning about the others.
  static func candidates(in corpus: Corpus?, warn: (String) -> Void) throws -> Corpus {
    guard let corpus else { throw RunError(.badRecipe, MiningSettings.noCorpus) }
    return try corpus.candidates(warn: warn)
  }

  /// Encodes corpus and queries, ranks the corpus for each query, and applies the rules.
  ///
  /// - Parameters:
  ///   - judged: The judgments that count more than the positives of queries with the same text.
  ///   - corpus: The documents that may become negatives, none of them blank.
  ///
  /// Memory holds the vectors of corpus and queries and the candidates of each query, never queries × documents.
  init(
    _ given: [TrainingRow], judged: JudgedNegatives, corpus: Corpus, model: BiEncoder, settings: MiningSettings,
    seed: UInt64, cache: EncodingCache? = nil, _ context: RunContext
  ) throws {
    let ids = corpus.documents.map(\.id)
    let texts = corpus.documents.map(\.content)
    let groups = QueryGroups(given, judged: judged, corpus: corpus)
    let documentVectors = try model.vectors(
      of: texts, as: .document, task: "encoding documents", cache: cache, report: context.reportOrStop)
    let queryVectors = try model.vectors(
      of: groups.texts, as: .query, task: "encoding queries", cache: cache, report: context.reportOrStop)
    let foreignVectors = try model.vectors(
      of: groups.foreignPositives, as: .document, task: "encoding positives", cache: cache, report: context.reportOrStop
    )

    let excluded = settings.excludeSameID == true ? groups.queryIDs(in: given) : groups.groups.map { _ in [] }
    let mostExcluded = excluded.map(\.count).max() ?? 0
    /// The ranked documents of every query from each source, to the full depth without those that are left out.
    let ranked = try settings.sources.map { source in
      let depth = min(source.candidates, ids.count) + mostExcluded
      let found =
        switch source.name {
        case .model:
          try ExactSearch(documents: documentVectors, ids: ids).search(queryVectors, top: depth)
        case .BM25:
          try BM25(ids: ids, texts: texts).search(
            groups.texts.enumerated().map { (id: String($0.offset), text: $0.element) }, top: depth
          ).lists.map(\.documents)
        }
      return zip(found, excluded).map { list, ids in
        Array(list.filter { !ids.contains(ExactText($0.id)) }.prefix(source.candidates))
      }
    }
    unanswered = ranked.map { $0.count(where: \.isEmpty) }
    for ((source, count), lists) in zip(zip(settings.sources, unanswered), ranked) {
      guard let first = lists.firstIndex(where: \.isEmpty) else { continue }
      context.report(
        .warning(
          "the source \(source.name.rawValue) found no document for "
            + "\(NumberText.counted(count, of: lists.count, "query", plural: "queries")), the first "
            + "\"\(groups.texts[first].shortened)\""))
    }
    var miner = NegativeMiner(
      corpus: MiningCorpus(texts: texts),
      rules: try settings.chosenRules.map { try $0.rule.rule(loadScorer: Self.judge) },
      selection: settings.select, seed: seed)
    rows = given
    for (number, group) in groups.groups.enumerated() {
      let positives = group.positives.map { positive in
        let (index, vectors) = positive.document.map { ($0, documentVectors) } ?? (positive.foreign, foreignVectors)
        return MiningQuery.Positive(
          text: positive.text, score: queryVectors.products(of: number, with: [index], of: vectors)[0])
      }
      let sources = zip(ranked, settings.sources).map { lists, source in
        let indices = lists[number].compactMap { corpus.index(of: $0.id) }
        let scores = queryVectors.products(of: number, with: indices, of: documentVectors)
        return NegativeMiner.Source(
          candidates: zip(indices, scores).map { MiningCandidate(document: $0, score: $1) }, quota: source.negatives)
      }
      if let source = settings.sources.firstIndex(where: { $0.name == .model }) {
        let others = sources[source].candidates.filter { !group.knownDocuments.contains($0.document) }
        let isAll = sources[source].candidates.count >= ids.count
        for positive in positives {
          outranked.add(positive, of: groups.texts[number], among: others, isAll: isAll) { texts[$0] }
        }
      }
      let query = MiningQuery(
        text: groups.texts[number], positives: positives, knownDocuments: group.knownDocuments)
      let found = try miner.negatives(of: query, number: number, from: sources)
      func setNegatives(of row: inout TrainingRow, positiveScore: Float) {
        row.negatives = found.negatives.map { texts[$0.document] }
        row.negativeIDs = found.negatives.map { ids[$0.document] }
        row.scores = [positiveScore] + found.negatives.map(\.score)
      }
      for (row, positive) in zip(group.rows, group.positiveOfRow) {
        setNegatives(of: &rows[row], positiveScore: positives[positive].score)
      }
      for document in found.promoted {
        var row = TrainingRow(
          query: groups.texts[number], queryID: group.rows.first.flatMap { given[$0].queryID },
          positive: texts[document.document], positiveID: ids[document.document])
        setNegatives(of: &row, positiveScore: document.score)
        promoted.append(row)
      }
      if number.isMultiple(of: 256) {
        try context.reportOrStop(
          .progress(
            RunProgress(task: "choosing negatives", done: number, total: groups.groups.count, unit: "queries")))
      }
    }
    tallies = miner.tallies
    documents = ids.count
    queries = groups.groups.count
    dropPromotedNegatives(judged)
  }

  /// Drops negatives that were promoted for the same query in another spelling, or in another row.
  private mutating func dropPromotedNegatives(_ judged: JudgedNegatives) {
    if promoted.isEmpty { return }
    var all = rows + promoted
    all.removeKnownPositives(source: "mined rows", judged: judged)
    (rows, promoted) = (Array(all.prefix(rows.count)), Array(all.suffix(promoted.count)))
  }

  /// Loads a cross-encoder as a judge that returns probabilities, σ(logit).
  private static func judge(_ folder: String) throws -> JudgeRule.Scorer {
    let judge = try CrossEncoder(folder: folder, labels: 1)
    return { query, documents in
      try judge.score(documents.map { (query: query, document: $0) }).elements.map { 1 / (1 + exp(-$0)) }
    }
  }
}
