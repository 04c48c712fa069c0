import Files
import Foundation
import JSONText
import Safetensors
import Testing

/// A copy of the tiny model in a folder of its own that goes when the test ends.
final class ModelCopy {
  let path: String

  init(empty: Bool = false) throws {
    path = Files.join(NSTemporaryDirectory(), "hone-model-\(UUID().uuidString)")
    try Files.makeFolder(Files.join(path, empty ? "" : "1_Pooling"))
    if empty { return }
    for name in try Files.list(goldenFolder)
    where !name.hasPrefix("golden") && !Files.isFolder(Files.join(goldenFolder, name)) {
      try Files.copy(Files.join(goldenFolder, name), to: Files.join(path, name))
    }
    try Files.copy(
      Files.join(goldenFolder, "1_Pooling", "config.json"), to: Files.join(path, "1_Pooling", "config.json"))
  }

  deinit { try? Files.remove(path) }

  func write(_ name: String, _ text: String) throws { try Files.write(text, to: Files.join(path, name)) }

  func object(_ name: String) throws -> JSONObject {
    try #require(JSONReader.parse(Files.read(Files.join(path, name))).objectValue)
  }

  /// Writes the weights again with other names, shapes or numbers.
  func rewriteWeights(
    name: (String) -> String, shape: (String, [Int]) -> [Int] = { $1 },
    values: (String, [Float]) -> [Float] = { $1 }
  ) throws {
    let file = try SafetensorsFile(Files.join(goldenFolder, "model.safetensors"))
    let tensors = try file.entries.map { entry in
      PendingTensor(
        name: name(entry.name), shape: shape(entry.name, entry.shape),
        floats: values(entry.name, try file.floats(named: entry.name)))
    }
    try SafetensorsWriter.write(tensors, to: Files.join(path, "model.safetensors"))
  }
}
