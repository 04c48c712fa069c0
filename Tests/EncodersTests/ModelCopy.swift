import Files
import Foundation
import JSONText
import Safetensors
import Testing

/// A copy of a tiny model in a folder of its own that goes when the test ends.
final class ModelCopy {
  let path: String
  private let source: String

  init(of source: String = goldenFolder, empty: Bool = false) throws {
    self.source = source
    path = Files.join(NSTemporaryDirectory(), "hone-model-\(UUID().uuidString)")
    try Files.makeFolder(path)
    if empty { return }
    for name in try Files.list(source)
    where !name.hasPrefix("golden") && !Files.isFolder(Files.join(source, name)) {
      try Files.copy(Files.join(source, name), to: Files.join(path, name))
    }
    let pooling = Files.join("1_Pooling", "config.json")
    guard Files.exists(Files.join(source, pooling)) else { return }
    try Files.makeFolder(Files.join(path, "1_Pooling"))
    try Files.copy(Files.join(source, pooling), to: Files.join(path, pooling))
  }

  deinit { try? Files.remove(path) }

  func write(_ name: String, _ text: String) throws { try Files.write(text, to: Files.join(path, name)) }

  func object(_ name: String) throws -> JSONObject {
    try #require(JSONReader.parse(Files.read(Files.join(path, name))).objectValue)
  }

  /// Writes a JSON object again with other members; a member that becomes nil goes.
  func rewrite(_ name: String, _ change: (inout JSONObject) -> Void) throws {
    var object = try object(name)
    change(&object)
    try write(name, JSONValue.object(object).text())
  }

  /// Writes the weights again with other names, shapes or numbers; a tensor whose name becomes nil goes.
  func rewriteWeights(
    name: (String) -> String?, shape: (String, [Int]) -> [Int] = { $1 },
    values: (String, [Float]) -> [Float] = { $1 }
  ) throws {
    let file = try SafetensorsFile(Files.join(source, "model.safetensors"))
    let tensors = try file.entries.compactMap { entry in
      try name(entry.name).map { name in
        PendingTensor(
          name: name, shape: shape(entry.name, entry.shape),
          floats: values(entry.name, try file.floats(named: entry.name)))
      }
    }
    try SafetensorsWriter.write(tensors, to: Files.join(path, "model.safetensors"))
  }

  /// Writes the present weights again with further tensors.
  func addTensors(_ tensors: [PendingTensor]) throws {
    let weights = Files.join(path, "model.safetensors")
    let file = try SafetensorsFile(weights)
    try SafetensorsWriter.write(file.pending(file.entries) + tensors, to: weights)
  }

  /// Writes the weights with a second tensor beside each, of another name and other numbers.
  func addTensors(name: (String) -> String, values: ([Float]) -> [Float]) throws {
    let file = try SafetensorsFile(Files.join(source, "model.safetensors"))
    let tensors = try file.entries.flatMap { entry in
      let floats = try file.floats(named: entry.name)
      return [
        PendingTensor(name: entry.name, shape: entry.shape, floats: floats),
        PendingTensor(name: name(entry.name), shape: entry.shape, floats: values(floats)),
      ]
    }
    try SafetensorsWriter.write(tensors, to: Files.join(path, "model.safetensors"))
  }
}

extension SafetensorsFile {
  /// Some of its tensors, to be written again.
  func pending(_ entries: some Sequence<TensorEntry>) throws -> [PendingTensor] {
    try entries.map { PendingTensor(name: $0.name, shape: $0.shape, floats: try floats(named: $0.name)) }
  }
}
