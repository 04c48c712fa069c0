import Files
import JSONText
import Layers
import Safetensors
import Tensors
import Tokenizers

extension BiEncoder {
  /// Loads a bi-encoder from a folder as sentence-transformers, transformers or hone write it.
  ///
  /// Reads both schemas of sentence-transformers (verbose up to 5.3, compact from 5.4), weights with and without the prefix
  /// `bert.`, legacy `gamma`/`beta`, and sharded weights. Without `modules.json` the model is a transformer with mean
  /// pooling, as sentence-transformers has it.
  ///
  /// - Throws: `ModelError`, `SafetensorsError`, `TokenizerError` or `FileError`: nothing is half loaded.
  public init(folder: String) throws {
    try TransformerFolder.require(folder)
    let modules = try ModuleList(folder: folder)
    let files = try TransformerFolder(Files.join(folder, modules.transformerPath))
    let hasPooler = files.weights.entries.contains { $0.name.hasSuffix("pooler.dense.weight") }
    var transformer = BERTModel(files.configuration, hasPooler: hasPooler)
    try transformer.load(from: files.weights, naming: .bert, model: "BERT as described by config.json")
    let shared = try SharedSettings(folder: folder)
    let limit = files.configuredMaximumLength ?? files.configuration.maximumPositions
    if limit > files.configuration.maximumPositions || limit < 3 {
      throw ModelError(
        path: files.path,
        problem: "a maximum length of \(limit) tokens does not fit \(files.configuration.maximumPositions) positions")
    }
    self.init(
      transformer: transformer, pooling: modules.pooling, heads: modules.heads, tokenizer: files.tokenizer,
      maximumLength: limit, lowercasesText: files.lowercasesText, prompts: shared.prompts,
      poolsPrompt: modules.poolsPrompt, folder: folder)
    try checkWidths(pooled: modules.pooledWidth)
  }

  /// Checks that each module takes what the one before gives.
  private func checkWidths(pooled: Int?) throws(ModelError) {
    var width = transformer.configuration.hiddenSize
    if let pooled, pooled != width {
      throw ModelError(
        path: folder, problem: "pooling is configured for width \(pooled), but the encoder gives \(width)")
    }
    for (index, head) in heads.enumerated() {
      guard case .dense(let dense) = head else { continue }
      if dense.linear.weight.shape[1] != width {
        throw ModelError(
          path: Files.join(folder, Self.folderName(ofHead: index, head)),
          problem: "takes width \(dense.linear.weight.shape[1]), but the module before gives \(width)")
      }
      width = dense.linear.weight.shape[0]
    }
  }
}

/// `modules.json` and the modules it names.
private struct ModuleList {
  var transformerPath = ""
  var pooling = Pooling.mean
  var poolsPrompt = true
  var pooledWidth: Int?
  var heads: [EmbeddingHead] = []

  init(folder: String) throws {
    let path = Files.join(folder, "modules.json")
    guard Files.exists(path) else { return }
    guard let list = try readJSON(path).arrayValue else {
      throw ModelError(path: path, problem: "should be a list of modules")
    }
    var hasPooling = false
    for (position, entry) in list.enumerated() {
      guard let module = entry.objectValue, let type = module["type"]?.stringValue,
        let modulePath = module["path"]?.stringValue
      else { throw ModelError(path: path, problem: "module \(position) should have a 'type' and a 'path'") }
      guard isPlainName(modulePath) else {
        throw ModelError(path: path, problem: "module \(position): the path \"\(modulePath)\" leaves the folder")
      }
      let moduleFolder = Files.join(folder, modulePath)
      let name = type.split(separator: ".").last.map(String.init) ?? type
      switch (position, name) {
      case (0, "Transformer"): transformerPath = modulePath
      case (1, "Pooling"):
        (pooling, poolsPrompt, pooledWidth) = try Self.readPooling(moduleFolder)
        hasPooling = true
      case (2..., "Dense") where hasPooling: heads.append(.dense(try Self.readDense(moduleFolder)))
      case (2..., "Normalize") where hasPooling: heads.append(.normalize)
      default:
        throw ModelError(
          path: path,
          problem:
            "module \(position) is \(type); hone reads Transformer, then Pooling, then any of Dense and Normalize")
      }
    }
    if !hasPooling { throw ModelError(path: path, problem: "has no Transformer followed by Pooling") }
  }

  private static func readPooling(_ folder: String) throws -> (Pooling, poolsPrompt: Bool, width: Int?) {
    let path = Files.join(folder, "config.json")
    let reader = try ConfigurationReader(path)
    let names: [String]
    if let compact = reader.object["pooling_mode"] {
      names = compact.stringValue.map { [$0] } ?? compact.arrayValue?.compactMap(\.stringValue) ?? []
    } else {
      names = reader.object.members.filter { $0.name.hasPrefix("pooling_mode_") && $0.value.boolValue == true }.map(
        \.name)
    }
    let known = Pooling.allCases.filter { names.contains($0.configurationKey) || names.contains($0.compactName) }
    guard names.count == 1, let pooling = known.first else {
      throw ModelError(
        path: path,
        problem:
          "asks for pooling by \(names.isEmpty ? "nothing" : names.joined(separator: " and ")); hone pools by one of "
          + Pooling.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let width = reader.object["word_embedding_dimension"] ?? reader.object["embedding_dimension"]
    return (pooling, reader.object["include_prompt"]?.boolValue ?? true, width?.integerValue)
  }

  private static func readDense(_ folder: String) throws -> DenseHead {
    var reader = try ConfigurationReader(Files.join(folder, "config.json"))
    let inputs = reader.integer("in_features", in: 1...(1 << 16))
    let outputs = reader.integer("out_features", in: 1...(1 << 16))
    let hasBias = reader.object["bias"]?.boolValue ?? true
    let activation = reader.choice(
      "activation_function", Dictionary(uniqueKeysWithValues: DenseHead.Activation.allCases.map { ($0.rawValue, $0) }),
      else: .identity)
    if reader.object["use_residual"]?.boolValue == true { reader.report("use_residual", "is not supported") }
    try reader.finish()
    var dense = DenseHead(linear: Linear(inputs: inputs, outputs: outputs, hasBias: hasBias), activation: activation)
    try dense.load(
      from: SafetensorsFolder(folder), naming: CheckpointNaming(), model: "the Dense module of config.json")
    return dense
  }
}

/// `config_sentence_transformers.json`.
private struct SharedSettings {
  var prompts: [TextRole: String] = [:]

  init(folder: String) throws {
    let path = Files.join(folder, "config_sentence_transformers.json")
    guard Files.exists(path) else { return }
    guard let all = try ConfigurationReader(path).object["prompts"]?.objectValue else { return }
    prompts[.query] = all["query"]?.stringValue
    prompts[.document] = ["document", "passage", "corpus"].lazy.compactMap { all[$0]?.stringValue }.first
  }
}
