import Evaluation
import Files
import JSONText
import Runs

/// The exported folder of a run: the model as others read it, its card, and where it comes from.
struct ModelExport {
  let card: ModelCard
  /// The files that the weights follow from, beside the base model's.
  let data: [String]

  /// Writes the folder all at once: a reader never sees half of it.
  ///
  /// - Parameter save: Writes the model itself to the folder it is given.
  func write(to folder: String, _ save: (_ folder: String) throws -> Void) throws {
    let temporary = Files.join(Files.parent(of: folder), ".tmp-\(Files.name(of: folder))")
    try Files.remove(temporary)
    try save(temporary)
    try Files.write(card.text, to: Files.join(temporary, "README.md"))
    try Files.write(try provenance.text(indented: true) + "\n", to: Files.join(temporary, "hone.json"))
    try Files.synchronizeFolder(temporary)
    try Files.remove(folder)
    try Files.rename(temporary, to: folder)
    try Files.synchronizeFolder(Files.parent(of: folder))
  }

  /// Writes the folder into a run's, the run's report and its result, with which the run is finished.
  func finish(_ folder: RunFolder, _ save: (_ folder: String) throws -> Void) throws -> Outcome {
    try write(to: folder.file("model"), save)
    try Files.write(card.report.page, to: folder.file("report.html"))
    let result = try card.report.json(withWeightsIn: folder)
    try folder.finish(result)
    return Outcome(result, lines: card.report.summary(model: folder.file("model")))
  }

  /// The content of `hone.json`: everything the weights follow from, by digest.
  private var provenance: JSONValue {
    get throws {
      func files(_ paths: [String]) throws -> JSONValue {
        .array(
          try paths.map { ["path": JSONValue($0), "sha256": JSONValue(try FileDigest.sha256(of: $0))] })
      }
      let weights = try Files.list(card.base).filter { $0.hasSuffix(".safetensors") }
      return [
        "version": JSONValue(Hone.version),
        "recipe": JSONValue(card.report.settings),
        "baseModel": [
          "folder": JSONValue(card.base),
          "weights": try files(weights.map { Files.join(card.base, $0) }),
        ],
        "data": try files(data),
        "results": .array(card.report.comparisons.map(\.json)),
      ]
    }
  }
}
