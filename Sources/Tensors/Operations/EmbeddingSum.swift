import Kernels

extension Tensor {
  /// The sum of one row of each table: words, positions and token types of a BERT input.
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
    return record(.embeddingSum, lookups.map(\.table)) { tables, _ in
      let width = tables[0].shape[1]
      let y = Kernels.embeddingSum(zip(tables, indices).map { ($0.buffer, $1) }, width: width)
      let shapes = tables.map(\.shape)
      return (
        Tensor(y, shape: [indices[0].count, width]),
        { dy, needed in
          shapes.indices.map { table in
            needed[table]
              ? Tensor(
                scatterAddRows(
                  dy.buffer, indices: indices[table], rows: shapes[table][0], width: width,
                  skipping: paddingRows[table]), shape: shapes[table])
              : nil
          }
        }
      )
    }
  }
}
