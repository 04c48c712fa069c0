import Encoders
import Files
import JSONText

/// The exported folder of a training run: the model as others read it, its card, and where it comes from.
struct ModelExport {
  let recipe: TrainBiEncoder
  let report: RunReport
  let data: TrainingData

  /// Writes the folder all at once: a reader never sees half of it.
  func write(_ model: BiEncoder, to folder: String) throws {
    let temporary = Files.join(Files.parent(of: folder), ".tmp-\(Files.name(of: folder))")
    try Files.remove(temporary)
    try model.save(to: temporary)
    try Files.write(
      ModelCard(recipe: recipe, report: report, model: model).text, to: Files.join(temporary, "README.md"))
    try Files.write(try provenance.text(indented: true) + "\n", to: Files.join(temporary, "hone.json"))
    try Files.synchronizeFolder(temporary)
    try Files.remove(folder)
    try Files.rename(temporary, to: folder)
    try Files.synchronizeFolder(Files.parent(of: folder))
  }

  /// The content of `hone.json`: everything the weights follow from, by digest.
  private var provenance: JSONValue {
    get throws {
      func files(_ paths: [String]) throws -> JSONValue {
        .array(
          try paths.map { ["path": JSONValue($0), "sha256": JSONValue(try FileDigest.sha256(of: $0))] })
      }
      let base = try Files.list(recipe.model.folder).filter { $0.hasSuffix(".safetensors") }
      return [
        "version": JSONValue(Hone.version),
        "recipe": JSONValue(report.settings),
        "baseModel": [
          "folder": JSONValue(recipe.model.folder),
          "weights": try files(base.map { Files.join(recipe.model.folder, $0) }),
        ],
        "data": try files(data.files),
        "results": .array(report.comparisons.map(\.json)),
      ]
    }
  }
}
