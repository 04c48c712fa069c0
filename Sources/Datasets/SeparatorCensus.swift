import Words

extension TableDialect {
  /// The separator under which the first rows of a file have the same number of fields, two or more; nil where none does.
  ///
  /// No column needs a known name. Of separators that fit equally well, the one that the file's name promises counts first.
  static func likeliestSeparator(of file: String, _ form: Table.Form) throws(DatasetError) -> Separator? {
    let usual = Separator.usual(in: form)
    let others = Separator.allCases.filter { $0 != usual }
    var censuses = ([usual] + others).map { SeparatorCensus($0) }
    var lines = 0
    try TextLines.forEach(of: file, keepingBlankLines: true) { (number, bytes) throws(DatasetError) in
      guard lines < mostLines, let text = String(validating: bytes, as: UTF8.self) else { return }
      if lines == 0 && (text.isBlank || declared(in: text) != nil) { return }
      lines += 1
      for index in censuses.indices { censuses[index].take(text, line: number) }
    }
    var best: (share: Double, separator: Separator)?
    for census in censuses where census.share >= leastShare && census.share > best?.share ?? 0 {
      best = (census.share, census.separator)
    }
    return best?.separator
  }

  /// The lines that are looked at.
  private static let mostLines = 200
  /// The least share of rows with the same number of fields.
  private static let leastShare = 0.5
}

/// The rows of a table by their number of fields, read with one separator.
private struct SeparatorCensus {
  let separator: TableDialect.Separator
  private var fields: QuotedFields
  private var counts: [Int: Int] = [:]
  private var rows = 0

  init(_ separator: TableDialect.Separator) {
    self.separator = separator
    fields = QuotedFields(separator: separator)
  }

  mutating func take(_ text: String, line: Int) {
    switch fields.take(text, line: line) {
    case .unfinished: return
    case .refused: add(separator.fields(of: text).count)
    case .record(let found, _): add(found.count)
    }
  }

  private mutating func add(_ count: Int) {
    rows += 1
    counts[count, default: 0] += 1
  }

  /// The share of rows with the commonest number of fields, where that is two or more.
  ///
  /// A field in quotation marks that never ends has swallowed rows, which counts against the separator.
  var share: Double {
    let commonest = counts.filter { $0.key > 1 }.map(\.value).max() ?? 0
    return Double(commonest) / Double(max(1, rows)) * (fields.openedAt == nil ? 1 : 0.5)
  }
}
