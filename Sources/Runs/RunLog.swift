import Files
package import JSONText

/// The log of a run: one JSON object per line in `log.jsonl`, and its numbers for TensorBoard.
///
/// The files appear with the first line: a run that fails before it has none.
package final class RunLog {
  private let folder: RunFolder
  private var path: String { folder.file(Self.name) }
  private var opened: (file: AppendingFile, events: EventFile)?
  /// The first step after those of an earlier start; nil where there was none.
  private var firstStep: Int?

  package static let name = "log.jsonl"

  /// Opens the log of a run folder.
  ///
  /// - Parameter isKept: True for a line of an earlier start that stays; the others are removed first.
  package init(in folder: RunFolder, keeping isKept: (JSONObject) -> Bool) throws {
    self.folder = folder
    guard try Files.isThere(path) else { return }
    let kept = try Self.records(of: path).filter(isKept)
    firstStep = (kept.compactMap { $0["step"]?.integerValue }.max() ?? -1) + 1
    try Files.write(kept.map { JSONValue.object($0).text() + "\n" }.joined(), to: path)
  }

  /// Adds a line, and numbers of a step for TensorBoard; a number that is not finite is left out there.
  package func add(_ line: JSONValue, scalars: [(tag: String, value: Double)] = [], step: Int) throws {
    let (file, events) = try opened ?? (AppendingFile(path), EventFile(in: folder.path, from: firstStep))
    opened = (file, events)
    try file.append(line: line.text())
    for (tag, value) in scalars where value.isFinite { try events.add(tag, value, step: step) }
  }

  /// Makes everything so far durable.
  package func synchronize() throws { try opened?.file.synchronize() }

  /// The objects of a log, none where there is no file; a line that a crash cut short ends it.
  package static func records(of path: String) throws -> [JSONObject] {
    guard try Files.isThere(path) else { return [] }
    let reader = try LineReader(path)
    var records: [JSONObject] = []
    while let line = try reader.next() {
      guard let object = (try? JSONReader.parse(line.bytes))?.objectValue else { break }
      records.append(object)
    }
    return records
  }
}
