import Evaluation
import Files
import JSONText
import Runs

/// The exported folder of a run: the model as other software reads it, its card, and its provenance.
struct ModelExport {
  let card: ModelCard
  /// The data files that the weights depend on.
  let data: [String]

  /// Writes the folder as a whole: at any moment a reader finds either the old one or the new one.
  ///
  /// - Parameters:
  ///   - inputs: The digests of the inputs.
  ///   - save: Writes the model itself to a folder.
  func write(to folder: String, inputs: InputDigests, _ save: (_ folder: String) throws -> Void) throws {
    var card = card
    let base = (try? HubCache.snapshot(in: card.base)) ?? card.base
    let weights = inputs.files.filter {
      $0.path.hasSuffix(".safetensors") && $0.path == Files.join(base, Files.name(of: $0.path))
    }
    let origin = HubOrigin(in: base).flatMap { $0.holds(weights) ? $0 : nil }
    card.repository = origin?.repository
    try DurableFolder(folder).write { draft in
      try save(draft)
      try Files.write(card.text, to: Files.join(draft, "README.md"))
      let provenance = provenance(of: inputs, weights, origin)
      try Files.write(provenance.text(indented: true) + "\n", to: Files.join(draft, "hone.json"))
    }
  }

  /// Writes the model into the run folder, the report and the result, which finishes the run.
  func finish(_ folder: RunFolder, _ save: (_ folder: String) throws -> Void) throws -> Outcome {
    try write(to: folder.file("model"), inputs: folder.inputs, save)
    try Files.write(card.report.page, to: folder.file(RunFolder.reportName))
    let result = try card.report.json(withWeightsIn: folder)
    try folder.finish(result)
    return Outcome(result, lines: card.report.summary(model: folder.file("model")))
  }

  /// The content of `hone.json`: everything the weights depend on, by digest.
  private func provenance(of inputs: InputDigests, _ weights: [InputDigests.File], _ origin: HubOrigin?) -> JSONValue {
    func list(_ files: [InputDigests.File]) -> JSONValue {
      .array(files.map { ["path": JSONValue($0.path), "sha256": JSONValue($0.sha256)] })
    }
    var model = JSONObject([("folder", JSONValue(card.base)), ("weights", list(weights))])
    model["source"] = origin.map {
      ["endpoint": JSONValue($0.endpoint), "repository": JSONValue($0.repository), "revision": JSONValue($0.revision)]
    }
    var provenance = JSONObject([
      ("version", JSONValue(Hone.version)), ("recipe", JSONValue(card.report.settings)), ("baseModel", .object(model)),
      ("data", list(inputs.files.filter { data.contains($0.path) })),
      ("results", .array(card.report.comparisons.map(\.json))),
    ])
    if let merge = card.report.merge { provenance["merge"] = merge.json(timed: false) }
    return .object(provenance)
  }
}
