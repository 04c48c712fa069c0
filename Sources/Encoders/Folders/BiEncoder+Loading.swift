import Files
import JSONText
import Layers
import Safetensors
import Tensors
import Tokenizers

extension BiEncoder {
  /// Loads a bi-encoder from a folder as sentence-transformers, transformers or hone write it.
  ///
  /// Reads both schemas of sentence-transformers (verbose up to 5.3, compact from 5.4), weights with and without the
  /// encoder's name as prefix, legacy names, and sharded weights. Without `modules.json` the model is a transformer
  /// with mean pooling, as in sentence-transformers.
  ///
  /// - Throws: `ModelError`, `SafetensorsError`, `TokenizerError` or `FileError`; a model is never loaded in part.
  public init(folder: String) throws {
    let contents = try FolderContents(folder)
    try contents.requireBiEncoder()
    let source = try ModelSource(contents, as: .biEncoder)
    let modules = try contents.modules.map { try EmbeddingModules($0, in: folder) } ?? EmbeddingModules()
    var transformer = source.configuration.makeTransformer()
    let family = source.folder.family
    let carried = try transformer.load(
      from: source.weights, naming: family.naming, model: "\(family.title) as described by config.json")
    let positions = transformer.shape.positions
    let limit = source.tokenizer.configuredMaximumLength ?? positions
    if limit > positions || limit < 3 {
      throw ModelError(
        path: source.folder.transformerPath,
        problem: "a maximum length of \(limit) tokens does not fit \(positions) positions")
    }
    var kept = source.folder
    kept.files += modules.files
    self.init(
      transformer: transformer, pooling: modules.pooling, heads: modules.heads, tokenizer: source.tokenizer,
      maximumLength: limit, settings: source.settings, poolsPrompt: modules.poolsPrompt, folder: kept, carried: carried)
    try checkWidths(pooled: modules.pooledWidth)
  }

  /// Checks that each module's input width is the output width of the module before it.
  private func checkWidths(pooled: Int?) throws(ModelError) {
    var width = transformer.shape.width
    if let pooled, pooled != width {
      throw ModelError(
        path: folder.path, problem: "pooling is configured for width \(pooled), but the encoder gives \(width)")
    }
    for (index, head) in heads.enumerated() {
      guard case .dense(let dense) = head else { continue }
      if dense.linear.weight.shape[1] != width {
        throw ModelError(
          path: Files.join(folder.path, Self.folderName(ofHead: index, head)),
          problem: "takes width \(dense.linear.weight.shape[1]), but the module before gives \(width)")
      }
      width = dense.linear.weight.shape[0]
    }
  }
}

extension FolderContents {
  /// Refuses a folder that is saved as a cross-encoder.
  fileprivate func requireBiEncoder() throws {
    if try kind == .crossEncoder {
      throw ModelError(
        path: path, problem: "is a cross-encoder, which gives pairs a score and texts no vectors; give a bi-encoder")
    }
  }
}

/// The modules after a transformer.
private struct EmbeddingModules {
  private(set) var pooling = Pooling.mean
  private(set) var poolsPrompt = true
  private(set) var pooledWidth: Int?
  private(set) var heads: [EmbeddingHead] = []
  /// The files that they were read from.
  private(set) var files: [String] = []

  /// Mean pooling.
  init() {}

  /// Reads the modules of a list.
  init(_ list: ModuleList, in folder: String) throws {
    var hasPooling = false
    for (position, module) in list.entries.enumerated() {
      let path = Files.join(folder, module.path)
      switch (position, module.name) {
      case (0, "Transformer"): break
      case (1, "Pooling"):
        try readPooling(path)
        hasPooling = true
      case (2..., "Dense") where hasPooling: try readDense(path)
      case (2..., "Normalize") where hasPooling: try readNormalize(path)
      default: throw list.unsupported(position)
      }
    }
    if !hasPooling { throw ModelError(path: list.file, problem: "has no Transformer followed by Pooling") }
  }

  private mutating func readPooling(_ folder: String) throws {
    let path = Files.join(folder, "config.json")
    let object = try ConfigurationReader(path).object
    let names: [String]
    if let compact = object["pooling_mode"] {
      names = compact.stringValue.map { [$0] } ?? compact.arrayValue?.compactMap(\.stringValue) ?? []
    } else {
      names = object.members.filter { $0.name.hasPrefix("pooling_mode_") && $0.value.boolValue == true }.map(\.name)
    }
    let known = Pooling.allCases.filter { names.contains($0.configurationKey) || names.contains($0.compactName) }
    guard names.count == 1, let mode = known.first else {
      throw ModelError(
        path: path,
        problem:
          "asks for pooling by \(names.isEmpty ? "nothing" : names.joined(separator: " and ")); hone pools by one of "
          + Pooling.allCases.map(\.rawValue).joined(separator: ", "))
    }
    pooling = mode
    poolsPrompt = object["include_prompt"]?.boolValue ?? true
    pooledWidth = (object["word_embedding_dimension"] ?? object["embedding_dimension"])?.integerValue
    files.append(path)
  }

  /// Only newer versions of sentence-transformers write a file for it.
  private mutating func readNormalize(_ folder: String) throws {
    let path = Files.join(folder, "config.json")
    if Files.exists(path) && !folder.isEmpty {
      var reader = try ConfigurationReader(path)
      reader.requireVectorInAndOut()
      try reader.finish()
      files.append(path)
    }
    heads.append(.normalize)
  }

  private mutating func readDense(_ folder: String) throws {
    var reader = try ConfigurationReader(Files.join(folder, "config.json"))
    let inputs = reader.integer("in_features", in: 1...(1 << 16))
    let outputs = reader.integer("out_features", in: 1...(1 << 16))
    let hasBias = reader.object["bias"]?.boolValue ?? true
    let activation = reader.choice(
      "activation_function", Dictionary(uniqueKeysWithValues: DenseHead.Activation.allCases.map { ($0.rawValue, $0) }),
      else: .identity)
    reader.requireFalse("use_residual", "adding the input is not supported")
    reader.requireVectorInAndOut()
    try reader.finish()
    var dense = DenseHead(linear: Linear(inputs: inputs, outputs: outputs, hasBias: hasBias), activation: activation)
    let weights = try WeightFiles.open(in: folder)
    try dense.load(from: weights, naming: CheckpointNaming(), model: "the Dense module of config.json")
    heads.append(.dense(dense))
    files += [reader.path] + weights.paths
  }
}

extension ConfigurationReader {
  /// Reports a module that reads or writes something other than the vector of a text.
  fileprivate mutating func requireVectorInAndOut() {
    for key in ["module_input_name", "module_output_name"] {
      requireChoice(key, ["sentence_embedding"], orAbsent: true)
    }
  }
}
