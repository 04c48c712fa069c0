import Files
import JSONText
import Layers
import Safetensors
import Tensors

/// The modules of sentence-transformers behind a transformer, read from their folders.
struct EmbeddingModules {
  private(set) var layerPooling: LayerPooling?
  private(set) var tokenHeads: [EmbeddingHead] = []
  private(set) var pooling = Pooling.mean
  private(set) var poolsPrompt = true
  private(set) var pooledWidth: Int?
  private(set) var heads: [EmbeddingHead] = []
  /// The files that they were read from.
  private(set) var files: [String] = []
  private var hasPooling = false

  /// The features that a module reads and writes: the vectors of tokens, or that of a text.
  private enum Features: String {
    case tokens = "token_embeddings"
    case text = "sentence_embedding"
  }

  /// Mean pooling.
  init() {}

  /// Reads the modules of a list.
  init(_ list: ModuleList, in folder: String) throws {
    for (position, module) in list.entries.enumerated().dropFirst() {
      let path = Files.join(folder, module.path)
      switch module.name {
      case "WeightedLayerPooling" where position == 1: try readLayerPooling(path)
      case "Pooling" where !hasPooling: try readPooling(path)
      case "Dense": try readDense(path)
      case "LayerNorm" where hasPooling: try readLayerNorm(path)
      case "Dropout" where hasPooling: try readDropout(path)
      case "Normalize": try readNormalize(path)
      default: throw list.unsupported(position)
      }
    }
    if !hasPooling { throw ModelError(path: list.file, problem: "has no Transformer followed by Pooling") }
  }

  private mutating func add(_ head: EmbeddingHead) {
    if hasPooling { heads.append(head) } else { tokenHeads.append(head) }
  }

  private mutating func readPooling(_ folder: String) throws {
    var reader = try ConfigurationReader(Files.join(folder, "config.json"))
    let configuration = PoolingConfiguration(&reader)
    try reader.finish()
    (pooling, poolsPrompt, pooledWidth) = (configuration.pooling, configuration.poolsPrompt, configuration.width)
    files.append(reader.path)
    hasPooling = true
  }

  private mutating func readLayerPooling(_ folder: String) throws {
    var reader = try ConfigurationReader(Files.join(folder, "config.json"))
    let layers = reader.integer("num_hidden_layers", in: 1...256, default: 12)
    let first = reader.integer("layer_start", in: 0...256, default: 4)
    if reader.isSound("num_hidden_layers", "layer_start") && first > layers {
      reader.report("layer_start", "should be at most num_hidden_layers, \(layers), found \(first)")
    }
    try reader.finish()
    var module = LayerPooling(first...max(first, layers))
    try load(&module, of: reader, in: folder, "WeightedLayerPooling")
    layerPooling = module
  }

  private mutating func readDense(_ folder: String) throws {
    var reader = try ConfigurationReader(Files.join(folder, "config.json"))
    let inputs = reader.integer("in_features", in: 1...(1 << 16))
    let outputs = reader.integer("out_features", in: 1...(1 << 16))
    let hasBias = reader.boolean("bias", default: true)
    let activation = DenseHead.Activation(&reader)
    let addsInput = reader.boolean("use_residual", default: false)
    requireFeatures(&reader)
    try reader.finish()
    let residual: DenseHead.Residual =
      if !addsInput {
        .none
      } else if inputs == outputs {
        .input
      } else {
        .projection(Linear(inputs: inputs, outputs: outputs, hasBias: false))
      }
    var dense = DenseHead(
      linear: Linear(inputs: inputs, outputs: outputs, hasBias: hasBias), activation: activation, residual: residual)
    try load(&dense, of: reader, in: folder, "Dense")
    add(.dense(dense))
  }

  private mutating func readLayerNorm(_ folder: String) throws {
    var reader = try ConfigurationReader(Files.join(folder, "config.json"))
    let width = reader.integer("dimension", in: 1...(1 << 16))
    try reader.finish()
    var head = EmbeddingHead.layerNorm(LayerNorm(width: width, epsilon: EmbeddingHead.layerNormEpsilon))
    try load(&head, of: reader, in: folder, "LayerNorm")
    add(head)
  }

  private mutating func readDropout(_ folder: String) throws {
    var reader = try ConfigurationReader(Files.join(folder, "config.json"))
    let rate = reader.number("dropout", in: 0..<1, default: 0.2)
    try reader.finish()
    files.append(reader.path)
    add(.dropout(rate: rate))
  }

  /// Only newer versions of sentence-transformers write a file for it.
  private mutating func readNormalize(_ folder: String) throws {
    let path = Files.join(folder, "config.json")
    if Files.exists(path) && !folder.isEmpty {
      var reader = try ConfigurationReader(path)
      requireFeatures(&reader)
      try reader.finish()
      files.append(path)
    } else if !hasPooling {
      throw ModelError(path: folder, problem: "divides a text's vector by its length, but stands before the pooling")
    }
    add(.normalize)
  }

  /// Reports a module that reads or writes something other than what there is in its place.
  private func requireFeatures(_ reader: inout ConfigurationReader) {
    let features = hasPooling ? Features.text : .tokens
    // Without the key the module reads the vector of a text.
    reader.requireChoice("module_input_name", [features.rawValue], orAbsent: hasPooling)
    reader.requireChoice("module_output_name", [features.rawValue], orAbsent: true)
  }

  private mutating func load(
    _ module: inout some Module, of reader: ConfigurationReader, in folder: String, _ type: String
  ) throws {
    let weights = try WeightFiles.open(in: folder)
    try module.load(from: weights, naming: CheckpointNaming(), model: "the \(type) module of config.json")
    files += [reader.path] + weights.paths
  }
}

extension DenseHead.Activation {
  /// Reads the activation of a Dense module; tanh, if the key is missing.
  fileprivate init(_ reader: inout ConfigurationReader) {
    let key = "activation_function"
    guard let value = reader.object[key] else {
      self = .tanh
      return
    }
    let found = value.stringValue.flatMap { DenseHead.Activation(name: $0) }
    if found == nil {
      let names = DenseHead.Activation.allCases.map(\.rawValue).joined(separator: ", ")
      reader.report(key, "should be a class of torch.nn among \(names), found \(value.shortText)")
    }
    self = found ?? .tanh
  }
}
