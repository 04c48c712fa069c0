import Kernels

/// Some rows of a table: those that a gradient holds, where the others are 0.
public struct RowSelection: Sendable, Equatable {
  /// The indices of the rows, ascending.
  public let rows: [Int32]
  /// The number of rows of the table.
  public let tableRows: Int

  /// Selects each of some rows once.
  init(_ indices: [Int32], of tableRows: Int) {
    var rows: [Int32] = []
    for index in indices.sorted() where index != rows.last { rows.append(index) }
    self.rows = rows
    self.tableRows = tableRows
  }

  /// The position of each of some rows among the selected ones.
  ///
  /// - Parameter absent: the row that is not selected, whose position is −1; all others are.
  func positions(of indices: [Int32], absent: Int32? = nil) -> [Int32] {
    indices.map { index in
      if index == absent { return -1 }
      let place = firstIndex(in: rows) { $0 >= index }
      require(place < rows.count && rows[place] == index, "row selection: row \(index) is not selected")
      return Int32(place)
    }
  }
}

extension Tensor {
  /// The gradient of a table from those of rows that were looked up, of the table's selected rows only.
  ///
  /// - Parameter skipped: a row without a gradient, which is not selected.
  init(summing dy: Tensor, at indices: [Int32], skipping skipped: Int32?, tableRows: Int) {
    let selection = RowSelection(indices.filter { $0 != skipped }, of: tableRows)
    let (width, count) = (dy.shape.width, selection.rows.count)
    let places = selection.positions(of: indices, absent: skipped)
    self.init(
      scatterAddRows(dy.buffer, indices: places, rows: count, width: width, skipping: -1), shape: [count, width])
    self.selection = selection
  }

  /// The shape of what the tensor is, or has some rows of.
  package var wholeShape: Shape { selection.map { [$0.tableRows, shape.width] } ?? shape }

  /// Adds another tensor of the same whole shape in place.
  package mutating func accumulate(_ other: Tensor) {
    require(wholeShape == other.wholeShape, "accumulate: \(wholeShape) and \(other.wholeShape)")
    switch (selection, other.selection) {
    case (nil, nil): withUniqueBuffer { addInPlace($0, other.buffer) }
    case (nil, let rows?): withUniqueBuffer { other.add(to: $0, at: rows.rows, of: rows.tableRows) }
    case (let rows?, nil):
      let part = self
      self = other
      withUniqueBuffer { part.add(to: $0, at: rows.rows, of: rows.tableRows) }
    case (let first?, let second?) where first == second: withUniqueBuffer { addInPlace($0, other.buffer) }
    case (let first?, let second?):
      let union = RowSelection(first.rows + second.rows, of: first.tableRows)
      var sum = Tensor(repeating: 0, shape: [union.rows.count, shape.width])
      sum.withUniqueBuffer { buffer in
        add(to: buffer, at: union.positions(of: first.rows), of: union.rows.count)
        other.add(to: buffer, at: union.positions(of: second.rows), of: union.rows.count)
      }
      sum.selection = union
      self = sum
    }
  }

  /// Adds the rows to some rows of a larger buffer.
  private func add(to target: FloatBuffer, at rows: [Int32], of count: Int) {
    _ = scatterAddRows(buffer, indices: rows, rows: count, width: shape.width, into: target)
  }
}
