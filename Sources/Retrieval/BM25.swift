#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Files
import Kernels

/// Lexical search: BM25 over an inverted index.
///
/// score(q, d) = Σ over terms t of q, repetitions counted, of idf(t) · f / (f + k1 · (1 − b + b · |d| / average length)), with
/// f the occurrences of t in d, |d| the number of terms of d, and idf(t) = ln(1 + (N − n + ½) / (n + ½)) for N documents, n of
/// them with t. This is the form of Lucene and Anserini, whose constant factor k1 + 1 is left out: it changes no order.
/// (Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009.)
///
/// ``Analyzer`` decides what a term is. Sums are taken in 32 bits in the order of the query's terms, so that results
/// are the same everywhere.
public struct BM25: Sendable {
  /// The two constants of the formula.
  public struct Parameters: Sendable, Equatable {
    /// The saturation of term frequency: with 0 one occurrence counts as much as many.
    public var k1: Float
    /// The length normalization, from 0 (none) to 1 (in proportion).
    public var b: Float

    /// The values that Anserini uses, unless told otherwise.
    public init(k1: Float = 0.9, b: Float = 0.4) {
      self.k1 = k1
      self.b = b
    }
  }

  /// The analyzer of documents and queries.
  public let analyzer: Analyzer
  private let documents: DocumentIDs
  private let terms: [[UInt8]: UInt32]
  private let postings: Postings
  /// k1 · (1 − b + b · |d| / average length) by document.
  private let lengthFactors: [Float]

  /// Indexes documents.
  ///
  /// - Parameters:
  ///   - ids: The documents' identifiers, each once.
  ///   - texts: The documents' texts in the same order.
  ///   - parameters: The constants of the formula.
  ///   - analyzer: The steps from text to terms.
  /// - Throws: `RetrievalError` when the numbers of identifiers and texts differ, an identifier occurs twice, or a
  ///   constant is out of range.
  public init(
    ids: [String], texts: some Collection<String>, parameters: Parameters = Parameters(),
    analyzer: Analyzer = Analyzer()
  ) throws(RetrievalError) {
    guard parameters.k1.isFinite, parameters.k1 >= 0, (0...1).contains(parameters.b) else {
      throw RetrievalError(
        .usage, "BM25 needs k1 of at least 0 and b between 0 and 1, found k1 \(parameters.k1) and b \(parameters.b)")
    }
    guard ids.count == texts.count else {
      throw RetrievalError(
        "BM25 needs one identifier per text, found \(ids.count) identifiers and \(texts.count) texts")
    }
    self.analyzer = analyzer
    documents = try DocumentIDs(ids)
    var vocabulary = Vocabulary(analyzer)
    var collector = PostingsCollector()
    var lengths: [Int] = []
    lengths.reserveCapacity(ids.count)
    for text in texts {
      var terms: [UInt32] = []
      analyzer.forEachWord(of: text) { word in
        if let term = vocabulary.insert(word) { terms.append(term) }
      }
      lengths.append(terms.count)
      collector.append(&terms)
    }
    terms = vocabulary.terms
    postings = collector.finish(termCount: vocabulary.terms.count)
    let average = Double(lengths.reduce(0, +)) / Double(max(1, ids.count))
    lengthFactors = lengths.map { length in
      let relative = average > 0 ? Float(Double(length) / average) : 0
      return parameters.k1 * (1 - parameters.b + parameters.b * relative)
    }
  }

  /// The best documents for a query; documents that share no term with it are left out.
  ///
  /// - Parameters:
  ///   - query: The query's text.
  ///   - count: The largest number of documents.
  /// - Returns: The documents in the order of ``Ranking``.
  public func search(_ query: String, top count: Int) -> [ScoredDocument] {
    var scores = Accumulator(documentCount: lengthFactors.count)
    return search(query, count, &scores)
  }

  /// The best documents for each of many queries, as a run.
  ///
  /// - Throws: `RetrievalError` when a query's identifier occurs twice.
  public func search(_ queries: [(id: String, text: String)], top count: Int) throws(RetrievalError) -> Ranking {
    var ranking = Ranking()
    var scores = Accumulator(documentCount: lengthFactors.count)
    for (id, text) in queries {
      try ranking.append(RankedList(query: id, documents: search(text, count, &scores)))
    }
    return ranking
  }

  private func search(_ query: String, _ count: Int, _ scores: inout Accumulator) -> [ScoredDocument] {
    guard count > 0 else { return [] }
    analyzer.forEachWord(of: query) { word in
      guard let number = analyzer.term(of: word).flatMap({ terms[$0] }) else { return }
      let range = postings.range(of: Int(number))
      let rarity = (Double(lengthFactors.count - range.count) + 0.5) / (Double(range.count) + 0.5)
      let weight = Float(log1p(rarity))
      for index in range {
        let document = Int(postings.documents[index])
        let frequency = Float(postings.frequencies[index])
        scores.add(weight * frequency / (frequency + lengthFactors[document]), to: document)
      }
    }
    var best = BestScores(count: min(count, scores.touched.count))
    for document in scores.touched { best.offer(scores.values[document], tieBreaker: documents.ranks[document]) }
    scores.clear()
    return best.descending().map { entry in
      ScoredDocument(id: documents.ids[Int(documents.positions[Int(entry.tieBreaker)])], score: entry.score)
    }
  }
}

/// Numbers for terms in the order in which they are met, remembered by word so that each word is analyzed once.
private struct Vocabulary {
  private let analyzer: Analyzer
  /// The number of every term.
  private(set) var terms: [[UInt8]: UInt32] = [:]
  /// The number of every word's term; nil for stop words.
  private var words: [[UInt8]: UInt32?] = [:]

  init(_ analyzer: Analyzer) {
    self.analyzer = analyzer
  }

  /// The number of a word's term, a new one if need be, or nil for a stop word.
  mutating func insert(_ word: [UInt8]) -> UInt32? {
    if let known = words[word] { return known }
    let number = analyzer.term(of: word).map { term in
      let next = UInt32(truncatingIfNeeded: terms.count)
      if let known = terms[term] { return known }
      terms[term] = next
      return next
    }
    words[word] = .some(number)
    return number
  }
}

/// The scores of one query's documents while they are summed; reused from query to query.
private struct Accumulator {
  private(set) var values: [Float]
  private(set) var touched: [Int] = []

  init(documentCount: Int) {
    values = [Float](repeating: 0, count: documentCount)
  }

  /// Adds to a document's score; addends are above 0, so 0 marks a document not met before.
  mutating func add(_ addend: Float, to document: Int) {
    if values[document] == 0 { touched.append(document) }
    values[document] += addend
  }

  mutating func clear() {
    for document in touched { values[document] = 0 }
    touched.removeAll(keepingCapacity: true)
  }
}
