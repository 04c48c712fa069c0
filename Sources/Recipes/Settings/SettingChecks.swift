import Encoders
import Files

/// The checks of a recipe that look at more than one setting, or outside the recipe; they note problems where they are.
///
/// A setting that did not decode is not judged again: its value is a placeholder.
struct SettingChecks {
  let root: SettingNode
  let record: DecodingRecord

  /// Notes a problem with the setting at a path unless the condition holds.
  ///
  /// - Parameter others: Further settings the condition reads; if one of them did not decode, nothing is judged.
  func require(
    _ condition: @autoclosure () -> Bool, _ path: String, reading others: [String] = [],
    else message: @autoclosure () -> String
  ) {
    guard ([path] + others).allSatisfy(record.isSound), !condition() else { return }
    record.report("'\(path)': \(message())", at: origin(of: path), unsound: path.split(separator: ".").map(String.init))
  }

  func atLeast(_ minimum: Int, _ path: String, _ value: Int) {
    require(value >= minimum, path, else: "\(value) is too small; at least \(minimum)")
  }

  func positive(_ path: String, _ value: Double) {
    require(value > 0, path, else: "\(value) is not more than 0")
  }

  // MARK: - Files

  /// A file that must be there.
  func file(_ path: String, _ file: String) {
    require(Files.exists(file) && !Files.isFolder(file), path, else: "there is no file \(file)")
  }

  /// A model folder as others make them.
  func modelFolder(_ path: String, _ folder: String) {
    require(Files.isFolder(folder), path, else: "there is no folder \(folder)\(Self.fetchAdvice(folder))")
    let transformer = (try? ModelFolder.transformerPath(in: folder)) ?? folder
    require(Files.exists(Files.join(transformer, "config.json")), path, else: "\(transformer) has no config.json")
  }

  /// A collection folder.
  func collection(_ path: String, _ folder: String) {
    require(Files.isFolder(folder), path, else: "there is no folder \(folder)")
    for name in ["corpus.jsonl", "queries.jsonl"] {
      require(Files.exists(Files.join(folder, name)), path, else: "\(folder) has no \(name)")
    }
  }

  /// A split of a collection: a file of judgments.
  func split(_ path: String, _ split: String, of collection: String, _ collectionPath: String) {
    let judgments = Files.join(collection, "qrels")
    require(
      Files.exists(Files.join(judgments, "\(split).tsv")), path, reading: [collectionPath],
      else: "\(judgments) has no \(split).tsv\(Self.splitAdvice(judgments))")
  }

  /// Several splits of a collection.
  func splits(_ path: String, _ splits: [String], of collection: String, _ collectionPath: String) {
    require(!splits.isEmpty, path, else: "the list is empty; name at least one split")
    require(Set(splits).count == splits.count, path, else: "a split is named twice")
    for name in splits { split(path, name, of: collection, collectionPath) }
  }

  /// Measures to report.
  func measures(_ path: String, _ measures: [MeasureSetting]) {
    require(!measures.isEmpty, path, else: "the list is empty; name at least one measure, such as nDCG@10")
    require(Set(measures.map(\.measure)).count == measures.count, path, else: "a measure is named twice")
  }

  /// A folder to make: nothing else may have its name.
  func outputFolder(_ path: String, _ folder: String) {
    require(!folder.isEmpty, path, else: "the name is empty")
    require(!Files.exists(folder) || Files.isFolder(folder), path, else: "\(folder) is a file; name a folder")
  }

  /// The width of a bi-encoder's vectors; nil where only loading tells, because a Dense module may have changed it.
  func vectorWidth(of folder: String, _ path: String) -> Int? {
    let hasDense = (try? Files.list(folder))?.contains { $0.hasSuffix("_Dense") } ?? false
    return hasDense ? nil : shape(of: folder, path)?.width
  }

  /// A length in tokens for which a model must have positions.
  func positions(_ path: String, _ length: Int, of folder: String, _ folderPath: String) {
    guard let limit = shape(of: folder, folderPath)?.positions else { return }
    require(
      length <= limit, path, reading: [folderPath],
      else: "\(length) tokens are more than the model's \(limit) positions")
  }

  /// The shape of a model's transformer; nil where it cannot be read, which loading reports in full.
  private func shape(of folder: String, _ path: String) -> TransformerShape? {
    guard record.isSound(path) else { return nil }
    return try? TransformerShape(folder: folder)
  }

  // MARK: - Helpers

  /// Where a setting stands, or else the section it would stand in.
  private func origin(of path: String) -> SettingNode.Origin {
    var node = root
    var origin = root.origin
    for key in path.split(separator: ".") {
      guard let entry = node.entry(String(key)) else { break }
      (node, origin) = (entry.value, entry.origin)
    }
    return origin
  }

  private static func fetchAdvice(_ folder: String) -> String {
    guard folder.hasPrefix("checkpoints/") else { return "" }
    return "; scripts/fetch-checkpoint \(Files.name(of: folder)) brings it"
  }

  private static func splitAdvice(_ judgments: String) -> String {
    let names = (try? Files.list(judgments)) ?? []
    let splits = names.filter { $0.hasSuffix(".tsv") }.map { $0.dropLast(4) }
    return splits.isEmpty ? "" : "; it has \(splits.joined(separator: ", "))"
  }
}
