import Evaluation
import Files
import JSONText
import Runs

/// The exported folder of a run: the model as others read it, its card, and where it comes from.
struct ModelExport {
  let card: ModelCard
  /// The files that the weights follow from, beside the base model's.
  let data: [String]
  /// Is told of every change on disk before it is made, for tests that stop there.
  var willPerform: (DurableFolder.Operation) throws -> Void = { _ in }

  /// Writes the folder as a whole: a reader finds the old one or the new one at any moment.
  ///
  /// - Parameters:
  ///   - inputs: The content of what was read.
  ///   - save: Writes the model itself to the folder it is given.
  func write(to folder: String, inputs: InputDigests, _ save: (_ folder: String) throws -> Void) throws {
    try DurableFolder(folder, willPerform: willPerform).write { draft in
      try save(draft.path)
      try draft.write("README.md") { try Files.write(card.text, to: $0) }
      try draft.write("hone.json") { try Files.write(provenance(of: inputs).text(indented: true) + "\n", to: $0) }
    }
  }

  /// Writes the folder into a run's, the run's report and its result, with which the run is finished.
  func finish(_ folder: RunFolder, _ save: (_ folder: String) throws -> Void) throws -> Outcome {
    try write(to: folder.file("model"), inputs: folder.inputs, save)
    try Files.write(card.report.page, to: folder.file("report.html"))
    let result = try card.report.json(withWeightsIn: folder)
    try folder.finish(result)
    return Outcome(result, lines: card.report.summary(model: folder.file("model")))
  }

  /// The content of `hone.json`: everything the weights follow from, by digest.
  private func provenance(of inputs: InputDigests) -> JSONValue {
    func files(_ isIncluded: (String) -> Bool) -> JSONValue {
      .array(
        inputs.files.filter { isIncluded($0.path) }.map {
          ["path": JSONValue($0.path), "sha256": JSONValue($0.sha256)]
        })
    }
    return [
      "version": JSONValue(Hone.version),
      "recipe": JSONValue(card.report.settings),
      "baseModel": [
        "folder": JSONValue(card.base),
        "weights": files { $0.hasSuffix(".safetensors") && $0 == Files.join(card.base, Files.name(of: $0)) },
      ],
      "data": files(data.contains),
      "results": .array(card.report.comparisons.map(\.json)),
    ]
  }
}
