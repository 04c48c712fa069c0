import COpenBLAS

/// The documents with the largest inner products for each query.
///
/// The product is computed tile by tile, and each tile is compared once with the bounds of its queries' selections, so
/// memory is the tiles and twice the results, never queries × documents. The tiles depend on the shapes only.
///
/// - Parameters:
///   - queries: One vector per row.
///   - documents: One vector per row.
///   - count: The number of documents kept per query.
///   - tieBreakers: One number per document, all different; of equal scores the larger number ranks first.
/// - Returns: For every query the documents kept, by their tie breakers, best first.
/// - Shape: queries `[m, d]`, documents `[n, d]`, result m lists of min(count, n)
package func largestProducts(
  queries: Matrix, documents: Matrix, count: Int, tieBreakers: [UInt32]
) -> [[(score: Float, tieBreaker: UInt32)]] {
  require(
    queries.columns == documents.columns, "queries of \(queries.columns) columns, documents of \(documents.columns)")
  require(tieBreakers.count == documents.rows, "\(tieBreakers.count) tie breakers, \(documents.rows) documents")
  let kept = max(0, min(count, documents.rows))
  let plan = SearchPlan(queries: queries.rows, documents: documents.rows, kept: kept)
  let selections = Selections(count: plan.taskCount * plan.queryTile, kept: kept)
  var result = [[(score: Float, tieBreaker: UInt32)]](repeating: [], count: queries.rows)
  if kept == 0 { return result }
  for firstQuery in stride(from: 0, to: queries.rows, by: plan.queriesAtOnce) {
    let band = firstQuery..<min(queries.rows, firstQuery + plan.queriesAtOnce)
    selections.clear()
    parallelFor(plan.taskCount) { task in
      search(task, of: plan, queries.rows(band), documents, tieBreakers, selections)
    }
    result.withUnsafeMutableBufferPointer { lists in
      let lists = Lists(buffer: lists)
      parallelChunks(band.count, size: 32) { queries in
        for query in queries {
          let (first, past) = plan.selections(ofQuery: query)
          lists.buffer[firstQuery + query] = selections.merged(first..<past, step: plan.queryTile)
        }
      }
    }
  }
  return result
}

/// The index of the first number that is not finite or further from 0 than the limit, or nil.
package func firstBeyond(_ limit: Float, in buffer: FloatBuffer) -> Int? {
  let base = buffer.base
  let bound = Lanes(repeating: limit)
  var offset = 0
  while offset + laneCount <= buffer.count {
    let lanes = load(base + offset)
    if !all((lanes .<= bound) .& (lanes .>= -bound)) { break }
    offset += laneCount
  }
  return (offset..<buffer.count).first { !(abs(base[$0]) <= limit) }
}

/// The result of a search while tasks write to it, each to lists of its own.
private struct Lists: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<[(score: Float, tieBreaker: UInt32)]>
}

/// The split of a search into tasks: tiles of queries and, if these are few, parts of the documents.
private struct SearchPlan {
  /// The queries of a task.
  let queryTile: Int
  /// The documents of one product.
  let documentTile = 768
  /// The query tiles that are searched at once.
  let queryTiles: Int
  /// The parts of the documents.
  let documentParts: Partition

  /// The most tasks, enough for the threads of a large machine.
  private static let mostTasks = 16
  /// The fewest documents of a part: each part has selections of its own, which pays only if it is far longer than
  /// these.
  private static let smallestPart = 4096
  /// The most keys of all selections; above that there are fewer tasks.
  private static let keyLimit = 1 << 25

  init(queries: Int, documents: Int, kept: Int) {
    queryTile = max(1, min(256, queries))
    let tasks = max(2, min(Self.mostTasks, Self.keyLimit / max(1, 2 * kept * queryTile)))
    queryTiles = max(1, min(tasks, (queries + queryTile - 1) / queryTile))
    let size = max(Self.smallestPart, 32 * kept, (documents + tasks - 1) / tasks * queryTiles)
    documentParts = Partition(documents, size: size, unit: 16)
  }

  var taskCount: Int { queryTiles * documentParts.parts }

  var queriesAtOnce: Int { queryTiles * queryTile }

  /// The selections of a query, one per part of the documents: every `queryTile`-th from `first` up to but not
  /// including `past`.
  func selections(ofQuery query: Int) -> (first: Int, past: Int) {
    let tile = query / queryTile
    return (
      tile * documentParts.parts * queryTile + query % queryTile, (tile + 1) * documentParts.parts * queryTile
    )
  }
}

/// Searches one part of the documents for one tile of queries.
private func search(
  _ task: Int, of plan: SearchPlan, _ queries: Matrix, _ documents: Matrix, _ tieBreakers: [UInt32],
  _ selections: Selections
) {
  let firstQuery = task / plan.documentParts.parts * plan.queryTile
  if firstQuery >= queries.rows { return }
  let tileQueries = queries.rows(firstQuery..<min(queries.rows, firstQuery + plan.queryTile))
  let part = plan.documentParts[task % plan.documentParts.parts]
  let scores = FloatBuffer(uninitialized: tileQueries.rows * plan.documentTile)
  tieBreakers.withUnsafeBufferPointer { tieBreakers in
    guard let breakers = tieBreakers.baseAddress else { return }
    for start in stride(from: part.lowerBound, to: part.upperBound, by: plan.documentTile) {
      let tileDocuments = documents.rows(start..<min(part.upperBound, start + plan.documentTile))
      let tile = Matrix(scores, rows: tileQueries.rows, columns: tileDocuments.rows)
      multiplyRows(tileQueries, tileDocuments, into: tile)
      for row in 0..<tile.rows {
        selections.offer(
          tile.base + row * tile.stride, breakers + start, count: tile.columns, to: task * plan.queryTile + row)
      }
    }
  }
}

/// scores = queries · documentsᵀ; for a few queries as matrix-vector products, since packing the documents would cost
/// more than the product.
private func multiplyRows(_ queries: Matrix, _ documents: Matrix, into scores: Matrix) {
  if queries.rows > 2 || queries.columns == 0 {
    return multiplyBlock(queries, documents, transposeSecond: true, into: scores)
  }
  for row in 0..<queries.rows {
    cblas_sgemv(
      CblasRowMajor, CblasNoTrans, Int32(documents.rows), Int32(documents.columns), 1, documents.base,
      Int32(documents.stride), queries.base + row * queries.stride, 1, 0, scores.base + row * scores.stride, 1)
  }
}
