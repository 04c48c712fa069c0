import Words

extension [TrainingRow] {
  /// Leaves out the negatives that are known positives of their row's query.
  ///
  /// - Parameters:
  ///   - source: The file of the rows, for the warning.
  ///   - judged: The judgments that count more than the positives of queries with the same text.
  /// - Returns: The warning about them, with their number and an example; nil where there are none.
  @discardableResult
  public mutating func removeKnownPositives(
    source: String, judged: JudgedNegatives = JudgedNegatives()
  ) -> String? {
    let known = KnownPositives(rows: self, judged: judged)
    var remarks = Remarks()
    for index in indices { self[index] = known.trueNegatives(of: self[index], at: index, &remarks) }
    return remarks.warnings(of: source).first
  }
}

extension KnownPositives {
  /// A row without the negatives that are positives of its query.
  ///
  /// - Parameter index: The index of the row among those that the positives were learnt from.
  func trueNegatives(of row: TrainingRow, at index: Int, _ remarks: inout Remarks) -> TrainingRow {
    let kept = row.negatives.indices.filter { !contains(.negative($0, ofRow: index), forQueryOf: index) }
    if kept.count == row.negatives.count { return row }
    for negative in Set(row.negatives.indices).subtracting(kept).sorted() {
      remarks.add(
        .knownPositive,
        example: "\"\(row.negatives[negative].shortened)\" of row \(index + 1), \"\(row.query.shortened)\"")
    }
    return row.keepingNegatives(kept)
  }
}
