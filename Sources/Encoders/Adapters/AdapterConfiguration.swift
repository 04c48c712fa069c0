import JSONText
import Layers

/// `adapter_config.json` of a LoRA adapter, as PEFT 0.21 writes it (`tuners/lora/config.py`).
struct AdapterConfiguration {
  static let fileName = "adapter_config.json"

  let rank: Int
  let alpha: Double
  let isRankStabilized: Bool
  /// The ends of the names of adapted layers; nil where they are given in another way.
  let targets: [String]?
  /// The names of the modules whose parameters are saved whole.
  let savedModules: [String]
  /// True if biases are saved too.
  let savesBiases: Bool
  private let ranks: [LayerValue<Int>]
  private let alphas: [LayerValue<Double>]

  /// Reads the file; the reader notes everything that changes what the adapter computes and is not read.
  init(_ reader: inout ConfigurationReader) {
    reader.requireChoice("peft_type", ["LORA"])
    rank = reader.integer("r", in: 1...Self.largestRank, default: 8)
    alpha = Double(reader.number("lora_alpha", in: Self.alphas, default: 8))
    isRankStabilized = reader.flag("use_rslora")
    ranks = reader.layerValues("rank_pattern") { value in
      value.integerValue.flatMap { (1...Self.largestRank).contains($0) ? $0 : nil }
    }
    alphas = reader.layerValues("alpha_pattern") { value in
      value.doubleValue.flatMap { Self.alphas.contains($0) ? $0 : nil }
    }
    targets = reader.object["target_modules"]?.arrayValue?.compactMap(\.stringValue)
    savedModules = reader.object["modules_to_save"]?.arrayValue?.compactMap(\.stringValue) ?? []
    reader.requireChoice("bias", ["none", "all", "lora_only"], orAbsent: true)
    savesBiases = ["all", "lora_only"].contains(reader.object["bias"]?.stringValue)
    reader.requireFalse("use_dora", "DoRA gives each row of a weight a length of its own, which hone does not compute")
    reader.requireFalse("fan_in_fan_out", "hone has no layers with transposed weights")
    if let value = reader.object["init_lora_weights"], ![.null, true, false, "gaussian", "orthogonal"].contains(value) {
      reader.report(
        "init_lora_weights",
        "is \(value.shortText): such an adapter belongs to base weights that are changed as well; convert it to LoRA with PEFT"
      )
    }
    for (name, value) in reader.object.members where !Self.known.contains(name) && value.isSet {
      reader.report(name, "is \(value.shortText): hone reads LoRA without it")
    }
  }

  private static let largestRank = 1 << 16
  private static let alphas = -1e9..<1e9

  /// The keys that are read, and those that do not change what the adapter computes: which layers it is on, the tensors
  /// say.
  private static let known: Set<String> = [
    "peft_type", "r", "lora_alpha", "use_rslora", "rank_pattern", "alpha_pattern", "target_modules", "modules_to_save",
    "bias", "use_dora", "fan_in_fan_out", "init_lora_weights", "auto_mapping", "base_model_name_or_path",
    "exclude_modules", "inference_mode", "layers_pattern", "layers_to_transform", "lora_dropout", "megatron_core",
    "peft_version", "qalora_group_size", "revision", "task_type",
  ]

  /// The settings of a layer's adapter.
  ///
  /// - Parameter path: the name of the layer in the model that PEFT adapted.
  func settings(of path: String, dropout: Float) -> LowRankAdapter.Settings {
    LowRankAdapter.Settings(
      rank: ranks.first { $0.fits(path) }?.value ?? rank, alpha: alphas.first { $0.fits(path) }?.value ?? alpha,
      isRankStabilized: isRankStabilized, dropout: dropout)
  }

  /// True if a parameter is of a module that is saved whole, or a bias that is saved.
  func saves(_ key: String) -> Bool {
    let module = key.split(separator: ".").dropLast().joined(separator: ".")
    return savedModules.contains { ".\(module).".contains(".\($0).") } || (savesBiases && key.hasSuffix(".bias"))
  }
}

/// A value for the layers whose names end with some components, or for one layer.
private struct LayerValue<Value> {
  let name: String
  let isWhole: Bool
  let value: Value

  func fits(_ path: String) -> Bool { path == name || (!isWhole && path.hasSuffix("." + name)) }
}

extension ConfigurationReader {
  /// Reads true or false; false if the key is missing.
  fileprivate mutating func flag(_ key: String) -> Bool {
    guard let value = object[key], value != .null else { return false }
    if value.boolValue == nil { report(key, "should be true or false, found \(value.shortText)") }
    return value.boolValue ?? false
  }

  /// Reads values by the ends of layers' names; regular expressions, which PEFT allows there, are noted.
  fileprivate mutating func layerValues<Value>(
    _ key: String, _ read: (JSONValue) -> Value?
  ) -> [LayerValue<Value>] {
    guard let object = object[key], object != .null else { return [] }
    guard let members = object.objectValue?.members else {
      report(key, "should be an object, found \(object.shortText)")
      return []
    }
    return members.compactMap { name, value in
      let isWhole = name.hasPrefix("^")
      let plain = isWhole ? String(name.dropFirst()) : name
      guard plain.utf8.allSatisfy({ $0.isPartOfName }) else {
        report(key, "has the regular expression \(JSONValue(name).shortText); give the names of layers")
        return nil
      }
      guard let value = read(value) else {
        report(key, "has \(value.shortText) for \(name)")
        return nil
      }
      return LayerValue(name: plain, isWhole: isWhole, value: value)
    }
  }
}

extension UInt8 {
  /// True for a letter, a digit, a dot, an underscore or a hyphen.
  fileprivate var isPartOfName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

extension JSONValue {
  /// True unless the value is null, false or empty.
  fileprivate var isSet: Bool {
    switch self {
    case .null, .bool(false), .string(""), .array([]): false
    case .object(let object): !object.members.isEmpty
    default: true
    }
  }
}
