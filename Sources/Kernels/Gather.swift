/// y[i] = Σ over the tables of table[indices[i]]: the input of a BERT encoder (words, positions, token types).
///
/// - Shape: tables `[·, width]`, indices `[rows]` each → y `[rows, width]`
package func embeddingSum(_ tables: [(table: FloatBuffer, indices: [Int32])], width: Int) -> FloatBuffer {
  let rows = tables.first?.indices.count ?? 0
  for (table, indices) in tables { checkIndices(indices, rows: table.count / max(1, width), count: rows) }
  let y = FloatBuffer(uninitialized: rows * width)
  parallelRows(rows, width: width) { range in
    for row in range {
      let target = y.base + row * width
      for (position, (table, indices)) in tables.enumerated() {
        let source = table.base + Int(indices[row]) * width
        if position == 0 { target.update(from: source, count: width) } else { addRow(source, to: target, count: width) }
      }
    }
  }
  return y
}

/// y[i] = x[indices[i]].
///
/// - Shape: x `[·, width]` → y `[indices, width]`
package func gatherRows(_ x: FloatBuffer, indices: [Int32], width: Int) -> FloatBuffer {
  embeddingSum([(x, indices)], width: width)
}

/// y[indices[i]] += x[i], from zero: the gradient of a gather.
///
/// The threads split the columns, so each sum has a fixed order.
///
/// - Parameters:
///   - skipped: an index that adds nothing; it need not be that of a row of y.
///   - target: the y to add to, in place of zero.
package func scatterAddRows(
  _ x: FloatBuffer, indices: [Int32], rows: Int, width: Int, skipping skipped: Int32? = nil,
  into target: FloatBuffer? = nil
) -> FloatBuffer {
  checkIndices(indices, rows: rows, count: width == 0 ? indices.count : x.count / width, skipping: skipped)
  let y = target ?? FloatBuffer(repeating: 0, count: rows * width)
  require(y.count == rows * width, "scatterAddRows: a target of \(y.count) for \(rows) rows of \(width)")
  let bands = Partition(width, size: 96, unit: laneCount)
  parallelFor(bands.parts) { band in
    let columns = bands[band]
    for (row, index) in indices.enumerated() where index != skipped {
      addRow(
        x.base + row * width + columns.lowerBound, to: y.base + Int(index) * width + columns.lowerBound,
        count: columns.count)
    }
  }
  return y
}

private func checkIndices(_ indices: [Int32], rows: Int, count: Int, skipping skipped: Int32? = nil) {
  require(indices.count == count, "gather: \(indices.count) indices for \(count) rows")
  for index in indices where (index < 0 || Int(index) >= rows) && index != skipped {
    fatalError("gather: index \(index) of \(rows) rows")
  }
}
