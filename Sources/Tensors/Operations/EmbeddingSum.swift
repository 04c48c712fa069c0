import Kernels

extension Tensor {
  /// The sum of one row of each table: words, positions and token types of a BERT input.
  ///
  /// The gradient of a table is one of the rows that were looked up, where the tape takes that.
  ///
  /// - Shape: tables `[·, width]`, indices `[tokens]` each → `[tokens, width]`
  /// - Parameter paddingRows: for each table a row whose gradient stays zero, as `padding_idx` of PyTorch's `Embedding`;
  ///   nil for none.
  public static func embeddingSum(
    _ lookups: [(table: Tensor, indices: [Int32])], paddingRows: [Int32?]? = nil
  ) -> Tensor {
    require(
      !lookups.isEmpty
        && lookups.allSatisfy { $0.table.shape.rank == 2 && $0.table.shape.width == lookups[0].table.shape.width },
      "embeddingSum: the tables \(lookups.map(\.table.shape)) are not matrices of one width")
    let indices = lookups.map(\.indices)
    let paddingRows = paddingRows ?? lookups.map { _ in nil }
    require(
      paddingRows.count == lookups.count, "embeddingSum: \(paddingRows.count) padding rows for \(lookups.count) tables")
    let takesRows = lookups.map { $0.table.node?.takesRows ?? false }
    return record(.embeddingSum, lookups.map(\.table)) { tables, _ in
      let width = tables[0].shape[1]
      let y = Kernels.embeddingSum(zip(tables, indices).map { ($0.buffer, $1) }, width: width)
      let shapes = tables.map(\.shape)
      return (
        Tensor(y, shape: [indices[0].count, width]),
        { dy, needed in
          shapes.indices.map { table in
            if !needed[table] { return nil }
            let (rows, padding) = (shapes[table][0], paddingRows[table])
            if takesRows[table] {
              return Tensor(summing: dy, at: indices[table], skipping: padding, tableRows: rows)
            }
            return Tensor(
              scatterAddRows(dy.buffer, indices: indices[table], rows: rows, width: width, skipping: padding),
              shape: shapes[table])
          }
        }
      )
    }
  }
}
