import Files
public import Kernels

/// Vectors of documents or queries: rows of one length in one buffer.
///
/// - Shape: `[count, width]`, row-major
public struct Vectors: Sendable {
  /// The numbers, row after row.
  public let buffer: FloatBuffer
  /// The number of vectors.
  public let count: Int
  /// The length of each vector.
  public let width: Int

  /// Views a buffer as vectors.
  ///
  /// - Throws: `RetrievalError` when the buffer has another size, or holds a number that is not finite or beyond ±10¹⁵:
  ///   their inner products could not be ranked.
  public init(_ buffer: FloatBuffer, count: Int, width: Int) throws(RetrievalError) {
    guard count >= 0, width > 0, count.multipliedReportingOverflow(by: width) == (buffer.count, false) else {
      throw RetrievalError(
        "expected \(count) vectors of \(width) numbers each, found \(buffer.count) numbers; encode the texts again")
    }
    if let index = firstBeyond(Self.largestMagnitude, in: buffer) {
      throw RetrievalError(
        .internalError,
        "vector \(index / width) holds \(buffer[index]), which cannot be ranked; check the model that made it")
    }
    self.buffer = buffer
    self.count = count
    self.width = width
  }

  /// Copies an array as vectors, with the same rules.
  public init(_ numbers: [Float], count: Int, width: Int) throws(RetrievalError) {
    try self.init(FloatBuffer(numbers), count: count, width: width)
  }

  private static let largestMagnitude: Float = 1e15

  var matrix: Matrix { Matrix(buffer, rows: count, columns: width) }
}

/// Exact search: every document's inner product with the query, the largest kept.
///
/// For vectors of length 1 the inner product is the cosine. Documents are compared with the query tile by tile, so
/// that memory is the vectors and the results, never queries × documents. Results do not depend on the number of threads.
public struct ExactSearch: Sendable {
  /// The documents' vectors.
  public let documents: Vectors
  private let ids: DocumentIDs

  /// Makes an index of documents.
  ///
  /// - Parameters:
  ///   - documents: One vector per document.
  ///   - ids: The documents' identifiers in the same order, each once.
  /// - Throws: `RetrievalError` when the numbers differ or an identifier occurs twice.
  public init(documents: Vectors, ids: [String]) throws(RetrievalError) {
    guard documents.count == ids.count else {
      throw RetrievalError(
        "an index needs one identifier per vector, found \(ids.count) identifiers and \(documents.count) vectors")
    }
    self.documents = documents
    self.ids = try DocumentIDs(ids)
  }

  /// The best documents for each query.
  ///
  /// - Parameters:
  ///   - queries: One vector per query, as long as the documents'.
  ///   - count: The largest number of documents.
  /// - Returns: For every query its documents in the order of ``Ranking``.
  public func search(_ queries: Vectors, top count: Int) throws(RetrievalError) -> [[ScoredDocument]] {
    guard queries.width == documents.width else {
      throw RetrievalError(
        "the queries' vectors have \(queries.width) numbers and the documents' \(documents.width); "
          + "encode both with the same model")
    }
    let found = largestProducts(
      queries: queries.matrix, documents: documents.matrix, count: count, tieBreakers: ids.ranks)
    return found.map { list in
      list.map { ScoredDocument(id: ids.ids[Int(ids.positions[Int($0.tieBreaker)])], score: $0.score) }
    }
  }

  /// The best documents for each query, as a run.
  ///
  /// - Throws: `RetrievalError` when the numbers of vectors and identifiers differ or an identifier occurs twice.
  public func search(_ queries: Vectors, ids queryIDs: [String], top count: Int) throws(RetrievalError) -> Ranking {
    guard queries.count == queryIDs.count else {
      throw RetrievalError(
        "a search needs one identifier per query, found \(queryIDs.count) identifiers and \(queries.count) vectors")
    }
    var ranking = Ranking()
    for (query, documents) in zip(queryIDs, try search(queries, top: count)) {
      try ranking.append(RankedList(query: query, documents: documents))
    }
    return ranking
  }
}

extension Vectors {
  /// The inner products of one vector with some of another set.
  ///
  /// - Shape: → one number per entry of `rows`
  public func products(of row: Int, with rows: [Int], of others: Vectors) -> [Float] {
    require(width == others.width, "products: vectors of \(width) and of \(others.width) numbers")
    if rows.isEmpty { return [] }
    let chosen = gatherRows(others.buffer, indices: rows.map { Int32($0) }, width: width)
    let result = FloatBuffer(uninitialized: rows.count)
    multiply(
      Matrix(buffer, offset: row * width, rows: 1, columns: width), Matrix(chosen, rows: rows.count, columns: width),
      transposeSecond: true, into: Matrix(result, rows: 1, columns: rows.count))
    return result.elements
  }
}
