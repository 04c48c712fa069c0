import Files
import Layers
import OrderedCollections
import Safetensors
import Tensors

/// A LoRA adapter in the layout of PEFT, read for a model.
struct AdapterReader {
  /// The adapters, by the names of the model's layers.
  private(set) var adapters: OrderedDictionary<String, LowRankAdapter> = [:]
  /// The parameters that the folder has whole, by the model's keys.
  private(set) var parameters: ParameterDictionary = [:]

  /// The prefix that PEFT puts before the names in the model that it adapts.
  static let prefix = "base_model.model."

  /// Reads a folder.
  ///
  /// - Parameter dropout: the dropout of the adapters.
  /// - Throws: `ModelError` with everything that does not fit, `SafetensorsError` or `FileError`.
  init(folder: String, for model: some AdaptableModel, dropout: Float) throws {
    let configuration = try Self.configuration(in: folder)
    let file = try SafetensorsFile(Files.join(folder, AdapterFolder.weightsName))
    var tensors = AdapterTensors(file, model)
    tensors.problems += tensors.layers.compactMap { $0.value.problem(configuration, file) } + tensors.conflicts
    for target in configuration.targets ?? []
    where !tensors.layers.values.contains(where: { $0.path == target || $0.path.hasSuffix("." + target) }) {
      tensors.problems.append("'target_modules' has \(target), but no tensor is of such a layer")
    }
    for (key, entry) in tensors.others where !configuration.saves(entry.path) {
      tensors.problems.append("\(entry.name) is unexpected: 'modules_to_save' does not have \(key)")
    }
    if tensors.layers.isEmpty && tensors.problems.isEmpty { tensors.problems.append("there is no adapter in it") }
    if !tensors.problems.isEmpty { throw ModelError(path: file.path, problems: tensors.problems) }
    func read(_ name: String) throws -> Tensor {
      let tensor = Tensor(try file.floats(named: name), shape: Shape(file.entry(named: name)?.shape ?? []))
      if tensor.isFinite { return tensor }
      throw ModelError(path: file.path, problem: "\(name) holds numbers that are not finite; fetch the adapter again")
    }
    for (name, parts) in tensors.layersByTarget {
      let read = try parts.map { layer in
        (
          rows: layer.target.rows,
          adapter: LowRankAdapter(
            down: try read(layer.name(of: .down)), up: try read(layer.name(of: .up)),
            settings: configuration.settings(of: layer.path, dropout: dropout))
        )
      }
      adapters[name] = LowRankAdapter(joining: read, of: parts[0].target.weight[0])
    }
    for (key, entry) in tensors.others { parameters[key] = try read(entry.name) }
  }

  fileprivate static func configuration(in folder: String) throws -> AdapterConfiguration {
    try MissingFolder.require(folder)
    try PointerFile.refuse(in: folder)
    let path = Files.join(folder, AdapterConfiguration.fileName)
    guard Files.exists(path) else {
      throw ModelError(
        path: folder, problem: "has no \(AdapterConfiguration.fileName), so it is no adapter of PEFT",
        kind: .missingInput)
    }
    var reader = try ConfigurationReader(path)
    let configuration = AdapterConfiguration(&reader)
    try reader.finish()
    if Files.exists(Files.join(folder, AdapterFolder.weightsName)) { return configuration }
    let isPickled = Files.exists(Files.join(folder, "adapter_model.bin"))
    throw ModelError(
      path: folder,
      problem: isPickled
        ? "has no \(AdapterFolder.weightsName), only adapter_model.bin (pickled by PyTorch); load it with PEFT and write it with "
          + "save_pretrained(…)"
        : "has no \(AdapterFolder.weightsName); fetch the adapter again", kind: .missingInput)
  }
}

/// The folder of a LoRA adapter in the layout of PEFT.
package enum AdapterFolder {
  /// The name of the file of weights.
  package static let weightsName = "adapter_model.safetensors"

  /// Checks that a folder holds an adapter that is read; which model it fits, its tensors say.
  ///
  /// - Throws: `ModelError` or `FileError`.
  package static func require(_ folder: String) throws { _ = try AdapterReader.configuration(in: folder) }
}

/// The tensors of an adapter's file, by what they are in a model.
private struct AdapterTensors {
  /// The factors of one layer's update.
  struct Layer {
    /// The layer's name in the file.
    let path: String
    /// The layer in the model.
    let target: AdapterTarget
    var shapes: [LowRankAdapter.Factor: Shape] = [:]

    func name(of factor: LowRankAdapter.Factor) -> String { "\(AdapterReader.prefix)\(path).\(factor.rawValue)" }

    /// The first problem with the factors; nil if there is none.
    func problem(_ configuration: AdapterConfiguration, _ file: SafetensorsFile) -> String? {
      let rank = configuration.settings(of: path, dropout: 0).rank
      for factor in LowRankAdapter.Factor.allCases {
        let expected: Shape = factor == .down ? [rank, target.weight[1]] : [target.rows.count, rank]
        guard let shape = shapes[factor] else { return "\(name(of: factor)) \(expected) is missing" }
        if shape != expected { return "\(name(of: factor)) is \(shape), expected \(expected)" }
        let type = file.entry(named: name(of: factor))?.type
        if let type, !type.holdsFloats {
          return "\(name(of: factor)) is \(type.rawValue), expected F32, F16, BF16 or F64"
        }
      }
      return nil
    }
  }

  /// The layers, by their names in the file.
  private(set) var layers: OrderedDictionary<String, Layer> = [:]
  /// The parameters that are there whole, by the model's keys.
  private(set) var others: OrderedDictionary<String, (name: String, path: String)> = [:]
  var problems: [String] = []

  init(_ file: SafetensorsFile, _ model: some AdaptableModel) {
    let (weights, parameters) = (model.linearLayers, model.parameters)
    for entry in file.entries {
      guard entry.name.hasPrefix(AdapterReader.prefix) else {
        problems.append("\(entry.name) is unexpected: the names of an adapter begin with \(AdapterReader.prefix)")
        continue
      }
      let name = String(entry.name.dropFirst(AdapterReader.prefix.count))
      let names = model.names(of: name)
      if let (path, factor) = Self.split(name) {
        guard let target = model.adapterTarget(named: path, among: weights) else {
          problems.append("\(entry.name): the model has no linear layer \(path)")
          continue
        }
        layers[path, default: Layer(path: path, target: target)].shapes[factor] = Shape(entry.shape)
      } else if let key = names.first(where: { parameters[$0] != nil }), let parameter = parameters[key] {
        if Shape(entry.shape) != parameter.shape {
          problems.append("\(entry.name) is \(Shape(entry.shape)), expected \(parameter.shape)")
        } else if !entry.type.holdsFloats {
          problems.append("\(entry.name) is \(entry.type.rawValue), expected F32, F16, BF16 or F64")
        }
        others[key] = (entry.name, name)
      } else {
        problems.append("\(entry.name) is unexpected\(Self.reason(for: name))")
      }
    }
  }

  /// The layers of the file in the order of the rows that they adapt, by the model's layer.
  var layersByTarget: OrderedDictionary<String, [Layer]> {
    OrderedDictionary(grouping: layers.values) { $0.target.name }
      .mapValues { $0.sorted { $0.target.rows.lowerBound < $1.target.rows.lowerBound } }
  }

  /// Layers of the file that adapt the same rows.
  var conflicts: [String] {
    layersByTarget.compactMap { name, group in
      let rows = group.map(\.target.rows)
      guard zip(rows, rows.dropFirst()).contains(where: { $0.overlaps($1) }) else { return nil }
      return "\(name) has more than one adapter: \(group.map(\.path).joined(separator: ", "))"
    }
  }

  private static func split(_ name: String) -> (path: String, factor: LowRankAdapter.Factor)? {
    for factor in LowRankAdapter.Factor.allCases {
      let end = ".\(factor.rawValue)"
      if name.hasSuffix(end) { return (String(name.dropLast(end.count)), factor) }
    }
    return nil
  }

  private static func reason(for name: String) -> String {
    if name.contains("lora_embedding_") { return ": hone adapts linear layers, no embeddings" }
    if name.contains("lora_magnitude_vector") { return ": it is a part of DoRA, which hone does not compute" }
    return ": the model has no such parameter"
  }
}

extension AdaptableModel {
  /// The names that something with this name in a file may have in the model, which has a head or has none.
  func names(of name: String) -> [String] {
    let bare = folder.family.naming.prefixes.filter { !$0.isEmpty && name.hasPrefix($0) }.map {
      String(name.dropFirst($0.count))
    }
    return [name] + (bare + [name]).map { encoderPrefix + $0 }
  }
}
