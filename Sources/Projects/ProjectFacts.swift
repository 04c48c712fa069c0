import Datasets
import Encoders
import Foundation
import JSONText
import Words

/// The numbers of a project: what was found in the data, and the plan of its training.
struct ProjectFacts {
  private let material: Material
  private let split: QuerySplit
  private let queries: TextLengths
  private let documents: TextLengths
  private let isGuessed: Bool
  let plan: TrainingPlan

  /// The limit of lengths of the usual model, where it is not there to be asked.
  private static let usualLimit = 256

  init(_ material: Material, _ split: QuerySplit, model: BiEncoder?) throws {
    (self.material, self.split) = (material, split)
    queries = try TextLengths(of: material.queries.map(\.text), as: .query, by: model)
    documents = try TextLengths(of: material.documents.map(\.content), as: .document, by: model)
    isGuessed = model == nil
    plan = TrainingPlan(
      rows: split.judgments(of: .train).count { $0.grade > 0 }, dev: split.count(of: .dev), queries: queries,
      documents: documents, limit: model?.maximumLength ?? Self.usualLimit,
      positions: model?.transformer.configuration.shape.positions ?? 512,
      memory: ProcessInfo.processInfo.physicalMemory)
  }

  // MARK: - Work

  /// Pairs of training at equal distances, to measure the speed with.
  var samplePairs: [(query: String, document: String)] {
    let pairs = split.judgments(of: .train).filter { $0.grade > 0 }
    let step = max(1, pairs.count / 200)
    return stride(from: 0, to: pairs.count, by: step).map {
      (material.queries[pairs[$0].query].text, material.documents[pairs[$0].document].content)
    }
  }

  /// The lengths that a run of `adapt.yaml` reads.
  var work: TimeEstimate.Work {
    let (query, document) = (queries.read(upTo: plan.maximumLength), documents.read(upTo: plan.maximumLength))
    func of(_ side: SplitSide) -> [Int] { split.sides.indices.filter { split.sides[$0] == side }.map { query[$0] } }
    return TimeEstimate.Work(
      pairs: split.judgments(of: .train).filter { $0.grade > 0 }.map { (query[$0.query], document[$0.document]) },
      corpus: document, train: of(.train), dev: of(.dev), test: of(.test))
  }

  // MARK: - Words

  /// The size of the data: "57 queries and 55 documents".
  var size: String {
    NumberText.counted(material.queries.count, "query", plural: "queries") + " and "
      + NumberText.counted(material.documents.count, "document")
  }

  /// The maximum length and the texts that it cuts.
  var cutting: String {
    let limit = plan.maximumLength
    let counts = (queries.cut(at: limit), documents.cut(at: limit))
    var cut: [String] = []
    if counts.0 > 0 {
      cut.append(NumberText.counted(counts.0, of: queries.counts.count, "query", plural: "queries"))
    }
    if counts.1 > 0 { cut.append(NumberText.counted(counts.1, of: documents.counts.count, "document")) }
    let verb = counts.0 + counts.1 == 1 ? "is" : "are"
    return "At \(limit) tokens " + (cut.isEmpty ? "no text is cut." : "\(cut.joined(separator: " and ")) \(verb) cut.")
  }

  private func distribution(_ lengths: TextLengths) -> String {
    "\(lengths.quantile(0.5)), \(lengths.quantile(0.99)), \(lengths.longest)"
  }

  /// Lines that tell the user what was found.
  var lines: [String] {
    let census = material.census
    var scripts = Scripts()
    for query in material.queries { scripts.add(query.text) }
    for document in material.documents { scripts.add(document.content) }
    let kinds: [(Int, String)] = [
      (census.duplicates, "repeated"), (census.empty, "with an empty cell"),
      (census.conflicts, "with another label than an earlier row (the higher one counts)"),
      (census.identical, "whose document is the query itself"),
      (census.unknown, "whose document or query is not there"),
    ]
    let left = kinds.filter { $0.0 > 0 }.map { "\(NumberText.count($0.0)) \($0.1)" }
    var lines = [
      "rows        \(NumberText.count(census.rows))"
        + (left.isEmpty
          ? ": no duplicates, no empty cells, no conflicting labels" : ": " + left.joined(separator: ", ")),
      "texts       \(size); \(scripts.sentence)",
    ]
    if census.repeated > 0 {
      lines.append(
        "            \(NumberText.counted(census.repeated, "document")) left out with the text of another one")
    }
    if census.unanswered > 0 {
      lines.append(
        "            \(NumberText.counted(census.unanswered, "query", plural: "queries")) left out without a relevant document"
      )
    }
    lines.append(
      "tokens      median, 99th percentile and longest: queries \(distribution(queries)); documents \(distribution(documents))"
        + (isGuessed ? " (guessed from the words: the model is not there)" : ""))
    lines.append("            \(cutting.prefix(1).lowercased())\(cutting.dropFirst().dropLast())")
    return lines + splitLines
  }

  private var splitLines: [String] {
    let sides = SplitSide.allCases.map { "\($0.rawValue) \(NumberText.count(split.count(of: $0)))" }
    var lines = [
      "split       \(sides.joined(separator: ", ")) queries, from \(NumberText.counted(split.groups, "group"))"
        + (split.largestGroup > 1
          ? " (the largest has \(NumberText.counted(split.largestGroup, "query", plural: "queries")))" : "")
        + " that share no text; \(NumberText.counted(split.nearDuplicates, "text")) \(split.nearDuplicates == 1 ? "has" : "have") near-duplicates"
    ]
    if split.cut > 0 {
      lines.append(
        "            one group was too large and was cut: \(NumberText.counted(split.cut, "row")) that would join two sides "
          + "\(split.cut == 1 ? "is" : "are") left out")
    }
    if split.cutNegatives > 0 {
      lines.append(
        "            \(NumberText.counted(split.cutNegatives, "row")) of documents that are not relevant left out, since another side has them"
      )
    }
    let (dev, test) = (split.count(of: .dev), split.count(of: .test))
    if dev < split.wanted.dev / 2 || test < split.wanted.test / 2 {
      lines.append(
        "            dev and test are smaller than wanted (\(split.wanted.dev) and \(split.wanted.test)): the other queries hang together"
      )
    }
    if test < 50 {
      lines.append("            with \(test) test queries only a large difference can be told from chance")
    }
    return lines
  }

  // MARK: - JSON

  var census: JSONValue {
    let census = material.census
    return [
      "rows": JSONValue(census.rows), "queries": JSONValue(material.queries.count),
      "documents": JSONValue(material.documents.count), "duplicates": JSONValue(census.duplicates),
      "empty": JSONValue(census.empty), "conflicts": JSONValue(census.conflicts),
      "identical": JSONValue(census.identical),
      "unknown": JSONValue(census.unknown), "unanswered": JSONValue(census.unanswered),
      "repeatedDocuments": JSONValue(census.repeated), "maximumLength": JSONValue(plan.maximumLength),
      "cutQueries": JSONValue(queries.cut(at: plan.maximumLength)),
      "cutDocuments": JSONValue(documents.cut(at: plan.maximumLength)),
    ]
  }

  /// The content of `split.json`.
  func splitSummary(seed: UInt64) -> JSONValue {
    func number(_ side: SplitSide) -> JSONValue { JSONValue(split.count(of: side)) }
    return [
      "rule": JSONValue(
        "Queries that share a relevant document, or whose texts or documents are equal after normalization or near-duplicates, "
          + "are on one side. Groups of them in random order fill test, then dev; large ones and the rest train."),
      "nearDuplicates": JSONValue(NearDuplicates.rule), "sizes": JSONValue(SplitSizes.rule),
      "seed": .number(String(seed)),
      "queries": ["train": number(.train), "dev": number(.dev), "test": number(.test)],
      "groups": JSONValue(split.groups), "largestGroup": JSONValue(split.largestGroup),
      "textsWithNearDuplicates": JSONValue(split.nearDuplicates), "rowsLeftOut": JSONValue(split.cut),
      "negativesLeftOut": JSONValue(split.cutNegatives),
    ]
  }
}
