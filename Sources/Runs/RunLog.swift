import Files
package import JSONText

/// The log of a run: one JSON object per line in `log.jsonl`, and its numbers for TensorBoard.
package final class RunLog {
  private let file: AppendingFile
  private let events: EventFile

  package static let name = "log.jsonl"

  /// Opens the log of a run folder.
  ///
  /// - Parameter isKept: True for a line of an earlier start that stays; the others are removed first.
  package init(in folder: RunFolder, keeping isKept: (JSONObject) -> Bool) throws {
    let path = folder.file(Self.name)
    if Files.exists(path) {
      let kept = try Self.records(of: path).filter(isKept)
      try Files.write(kept.map { JSONValue.object($0).text() + "\n" }.joined(), to: path)
    }
    file = try AppendingFile(path)
    events = try EventFile(in: folder.path)
  }

  /// Adds a line, and numbers of a step for TensorBoard; a number that is not finite is left out there.
  package func add(_ line: JSONValue, scalars: [(tag: String, value: Double)] = [], step: Int) throws {
    try file.append(line: line.text())
    for (tag, value) in scalars where value.isFinite { try events.add(tag, value, step: step) }
  }

  /// Makes everything so far durable.
  package func synchronize() throws { try file.synchronize() }

  /// The objects of a log; a line that a crash cut short ends it.
  package static func records(of path: String) throws -> [JSONObject] {
    let reader = try LineReader(path)
    var records: [JSONObject] = []
    while let line = try reader.next() {
      guard let object = (try? JSONReader.parse(line.bytes))?.objectValue else { break }
      records.append(object)
    }
    return records
  }
}
