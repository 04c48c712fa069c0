package import Datasets
import Retrieval
package import Runs
import Words

/// What training data has in common with the queries and documents that are measured, in any spelling.
///
/// A test query that was trained on says little about new ones; nor does one that is the positive of another query. Positives
/// that are relevant to test queries are usual in retrieval, where one corpus serves both, and are only noted.
package struct TrainingOverlap {
  /// The overlap with one split.
  private struct Part {
    let split: EvaluationPlan.Split
    /// The numbers of the relevant texts of each query.
    let relevant: [Set<Int>]
    /// The queries that are trained on.
    var asked: Set<Int> = []
    /// Those of them that are trained on with a text that is relevant.
    var paired: Set<Int> = []
    /// The queries that are a positive.
    var answered: Set<Int> = []

    /// The numbers of all relevant texts.
    var texts: Set<Int> { relevant.reduce(into: []) { $0.formUnion($1) } }

    init(_ split: EvaluationPlan.Split, numbers: [ExactText: Int]) {
      self.split = split
      var relevant: [ExactText: Set<Int>] = [:]
      for topic in split.topics {
        relevant[ExactText(topic.query)] = Set(
          topic.grades.filter { $0.grade > 0 }.compactMap { numbers[ExactText($0.document)] })
      }
      self.relevant = split.queries.map { relevant[ExactText($0.id)] ?? [] }
    }
  }

  private var parts: [Part] = []
  /// The places of every query's text: the index of a part, and of a query of it.
  private var places: [NormalizedText: [(part: Int, query: Int)]] = [:]
  /// A number for every relevant text.
  private var numbers: [NormalizedText: Int] = [:]
  /// The relevant texts that are positives in training.
  private var trained: Set<Int> = []

  /// Prepares the queries of some splits and their relevant documents.
  package init(with splits: [EvaluationPlan.Split], of documents: [Document]) {
    var relevant: Set<ExactText> = []
    for topic in splits.flatMap(\.topics) {
      relevant.formUnion(topic.grades.filter { $0.grade > 0 }.map { ExactText($0.document) })
    }
    var numbersOfIDs: [ExactText: Int] = [:]
    for document in documents where relevant.contains(ExactText(document.id)) {
      let text = NormalizedText(document.content)
      let number = numbers[text] ?? numbers.count
      numbers[text] = number
      numbersOfIDs[ExactText(document.id)] = number
    }
    parts = splits.map { Part($0, numbers: numbersOfIDs) }
    for (part, split) in splits.enumerated() {
      for (query, asked) in split.queries.enumerated() {
        places[NormalizedText(asked.text), default: []].append((part, query))
      }
    }
  }

  /// Adds a query that is trained on, with its positives.
  package mutating func add(query: String, positives: [String]) {
    var known: Set<Int> = []
    for text in positives.map({ NormalizedText($0) }) {
      for place in places[text] ?? [] { parts[place.part].answered.insert(place.query) }
      if let number = numbers[text] { known.insert(number) }
    }
    trained.formUnion(known)
    for place in places[NormalizedText(query)] ?? [] {
      parts[place.part].asked.insert(place.query)
      if !parts[place.part].relevant[place.query].isDisjoint(with: known) {
        parts[place.part].paired.insert(place.query)
      }
    }
  }

  /// Warnings about queries, and notes about documents, of each split.
  package var events: [RunEvent] { parts.flatMap { events(of: $0) } }

  private func events(of part: Part) -> [RunEvent] {
    let name = part.split.name
    func counted(_ queries: Set<Int>) -> String {
      "\(NumberText.counted(queries.count, of: part.split.queries.count, "query", plural: "queries")) of split '\(name)'"
    }
    func example(_ queries: Set<Int>) -> String {
      "such as \"\(queries.min().map { part.split.queries[$0].text.shortened } ?? "")\""
    }
    var events: [RunEvent] = []
    if !part.asked.isEmpty {
      let paired =
        part.paired.isEmpty ? "" : " (\(NumberText.count(part.paired.count)) with a document judged relevant)"
      events.append(
        .warning(
          "\(counted(part.asked)) \(part.asked.count == 1 ? "is a training query" : "are training queries") too\(paired), "
            + "\(example(part.asked)); the scores on them say little"))
    }
    let others = part.answered.subtracting(part.asked)
    if !others.isEmpty {
      events.append(
        .warning(
          "\(counted(others)) \(others.count == 1 ? "is a positive" : "are positives") in training, \(example(others)); "
            + "the scores on them say little"))
    }
    let texts = part.texts
    let seen = texts.intersection(trained).count
    if seen > 0 {
      events.append(
        .note(
          "\(NumberText.count(seen)) of \(NumberText.counted(texts.count, "relevant document")) of split '\(name)' "
            + "\(seen == 1 ? "is a positive" : "are positives") in training too"))
    }
    return events
  }
}
