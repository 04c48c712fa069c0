import Files
import JSONText
import Layers
import OrderedCollections
import Tensors

extension AdaptableModel {
  /// Gives the model the adapters of a folder that PEFT or hone wrote, in place of any that it has.
  ///
  /// All or nothing. PEFT's parameters that are saved whole replace those of the model.
  ///
  /// - Parameter dropout: the dropout of the adapters in training.
  /// - Returns: the keys of the replaced parameters.
  /// - Throws: `ModelError` with everything in the folder that does not fit the model or is not read, `SafetensorsError`
  ///   or `FileError`.
  @discardableResult
  package mutating func loadAdapters(from folder: String, dropout: Float = 0) throws -> [String] {
    let read = try AdapterReader(folder: folder, for: self, dropout: dropout)
    updateLinearLayers { name, linear in linear.adapter = read.adapters[name] }
    updateParameters { key, parameter in if let replaced = read.parameters[key] { parameter = replaced } }
    return Array(read.parameters.keys)
  }

  /// Merges the adapters of a folder that PEFT or hone wrote into the weights.
  ///
  /// - Throws: what ``loadAdapters(from:dropout:)`` throws, and `ModelError` if a merged weight is not finite.
  package mutating func mergeAdapters(of folder: String) throws {
    try loadAdapters(from: folder)
    self = mergingAdapters()
    if let key = parameters.first(where: { !$0.value.isFinite })?.key {
      throw ModelError(path: folder, problem: "merged into the model, it gives \(key) numbers that are not finite")
    }
  }

  /// Writes the adapters as PEFT does.
  ///
  /// A module that was trained itself is written whole, as one of `modules_to_save`; those behind the pooling of a
  /// bi-encoder, which are no part of what PEFT adapts, are not written.
  ///
  /// - Parameters:
  ///   - base: the name of the base model for `base_model_name_or_path`.
  ///   - trained: the keys of the trained parameters.
  /// - Throws: `FileError` or `SafetensorsError`.
  package func saveAdapters(to target: String, base: String, trained: [String]) throws {
    try Files.makeFolder(target)
    let adapters = adapters
    let modules = savedModules(trained.filter { key in !adapters.keys.contains { key.hasPrefix($0 + ".") } })
    let tensors = parameters.filter { key, _ in
      LowRankAdapter.owns(key) || modules.contains { key.hasPrefix($0 + ".") }
    }
    try ParameterFile.write(
      ParameterDictionary(uniqueKeysWithValues: tensors.map { (AdapterReader.prefix + $0.key, $0.value) }),
      to: Files.join(target, AdapterFolder.weightsName))
    // Last: a folder with adapter_config.json is complete.
    try Files.write(
      configuration(adapters, base: base, modules: modules).text(indented: true) + "\n",
      to: Files.join(target, AdapterConfiguration.fileName))
  }

  /// The modules that own some parameters; of a classifier the whole, since PEFT saves it whole.
  private func savedModules(_ keys: [String]) -> [String] {
    let modules = keys.filter { key in !otherModules.contains { key.hasPrefix($0 + ".") } }.map { key in
      let names = key.split(separator: ".")
      return Self.classifiers.contains(names[0]) ? String(names[0]) : names.dropLast().joined(separator: ".")
    }
    return Array(OrderedSet(modules))
  }

  /// The modules that PEFT saves of a model that scores, whatever its configuration says (`peft_model.py`).
  private static var classifiers: [Substring] { ["classifier", "score"] }

  private func configuration(
    _ adapters: OrderedDictionary<String, LowRankAdapter>, base: String, modules: [String]
  ) -> JSONValue {
    let settings = adapters.mapValues(\.settings)
    let (rank, alpha) = (settings.values.map(\.rank).mostFrequent ?? 8, settings.values.map(\.alpha).mostFrequent ?? 8)
    func pattern<Value>(_ value: (LowRankAdapter.Settings) -> Value?, _ json: (Value) -> JSONValue) -> JSONValue {
      .object(JSONObject(settings.compactMap { name, own in value(own).map { (name: name, value: json($0)) } }))
    }
    // PEFT gives a classifier that it saves whole no adapter.
    let isPlainTask = adapters.keys.contains { Self.classifiers.contains($0.split(separator: ".")[0]) }
    return [
      "alpha_pattern": pattern({ $0.alpha == alpha ? nil : $0.alpha }) { JSONValue($0) },
      "base_model_name_or_path": JSONValue(base),
      "bias": "none",
      "fan_in_fan_out": false,
      "inference_mode": true,
      "init_lora_weights": true,
      "layers_pattern": .null,
      "layers_to_transform": .null,
      "lora_alpha": JSONValue(alpha),
      "lora_dropout": JSONValue(settings.values.first?.dropout ?? 0),
      "modules_to_save": modules.isEmpty ? .null : .array(modules.map { JSONValue($0) }),
      "peft_type": "LORA",
      "r": JSONValue(rank),
      "rank_pattern": pattern({ $0.rank == rank ? nil : $0.rank }) { JSONValue($0) },
      "target_modules": .array(adapters.keys.map { JSONValue($0) }),
      "task_type": isPlainTask ? .null : JSONValue(Self.adapterTask),
      "use_dora": false,
      "use_rslora": JSONValue.bool(settings.values.first?.isRankStabilized ?? false),
    ]
  }
}

extension Sequence where Element: Hashable & Comparable {
  /// The element that is there most often, the smallest of several; nil if there is none.
  fileprivate var mostFrequent: Element? {
    Dictionary(grouping: self) { $0 }.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
  }
}
