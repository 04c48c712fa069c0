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
  /// - Parameters:
  ///   - task: the task whose adapter is added to the weights, of a checkpoint that has one for each of several tasks;
  ///     its instructions become the prompts, unless the folder has other ones. Without it the weights are taken as
  ///     they are.
  ///   - role: the side for which a task's name without that of a side stands: `retrieval` for `retrieval.query`.
  ///   - tokens: special tokens to add, with new word embeddings where the model has no row left for them.
  /// - Throws: `ModelError`, `SafetensorsError`, `TokenizerError` or `FileError`; a model is never loaded in part.
  public init(
    folder: String, task: String? = nil, as role: TextRole? = nil, adding tokens: AddedTokens? = nil
  ) throws {
    let contents = try FolderContents(folder)
    try contents.requireBiEncoder()
    let source = try ModelSource(contents, as: .biEncoder, adding: tokens)
    try source.requireNoScores(contents)
    let modules = try contents.modules.map { try EmbeddingModules($0, in: contents.path) } ?? EmbeddingModules()
    var transformer = source.configuration.makeTransformer()
    let family = source.folder.family
    var carried = try transformer.load(
      from: source.weights, naming: family.naming, ignoringOthers: true,
      model: "\(family.title) as described by config.json")
    let merged = try task.map { try source.merge($0, as: role, into: &transformer, &carried) }
    if let tokens, let extended = source.extendedConfiguration {
      transformer = extended.makeTransformer(extending: transformer, by: tokens)
    }
    let positions = transformer.shape.positions
    let limit = source.tokenizer.maximumLength(positions: positions)
    if limit < 3 {
      throw ModelError(
        path: source.folder.transformerPath,
        problem: "a maximum length of \(limit) tokens has no room for a text; at least 3 are needed")
    }
    var kept = source.folder
    kept.files += modules.files
    self.init(
      transformer: transformer, pooling: modules.pooling, heads: modules.heads, tokenizer: source.tokenizer,
      maximumLength: limit, settings: source.settings, poolsPrompt: modules.poolsPrompt, folder: kept, carried: carried)
    self.task = merged?.task
    for (role, text) in merged?.prompts ?? [:] where prompts[role] == "" { prompts[role] = text }
    layerPooling = modules.layerPooling
    tokenHeads = modules.tokenHeads
    try checkLayerPooling(source.reader)
    try checkWidths(pooled: modules.pooledWidth)
  }

  /// Checks that the transformer gives the hidden states that a WeightedLayerPooling asks for.
  private func checkLayerPooling(_ reader: ConfigurationReader) throws(ModelError) {
    guard let layerPooling else { return }
    // Without this key sentence-transformers passes the module over.
    if reader.object["output_hidden_states"] != true {
      throw ModelError(
        path: reader.path,
        problem: "'output_hidden_states' should be true: \(moduleFolders.layerPooling) reads the states of all layers")
    }
    var context = ForwardContext.evaluation
    let probe = TokenBatch([Encoding(ids: [0], typeIDs: [0])])
    guard let states = transformer.allHiddenStates(probe, of: .all, &context) else {
      throw ModelError(
        path: Files.join(folder.path, moduleFolders.layerPooling),
        problem: "reads the states of all layers, which hone does not give for \(folder.family.title)")
    }
    let layers = layerPooling.firstLayer + layerPooling.layerWeights.shape[0]
    if states.count != layers {
      throw ModelError(
        path: Files.join(folder.path, moduleFolders.layerPooling),
        problem: "is configured for \(layers - 1) layers, but the encoder has \(states.count - 1)")
    }
  }

  /// Checks that each module's input width is the output width of the module before it.
  private func checkWidths(pooled: Int?) throws(ModelError) {
    let folders = moduleFolders
    func follow(_ modules: [EmbeddingHead], _ names: [String], from width: Int) throws(ModelError) {
      var width = width
      for (module, name) in zip(modules, names) {
        if let input = module.inputWidth, input != width {
          throw ModelError(
            path: Files.join(folder.path, name), problem: "takes width \(input), but the module before gives \(width)")
        }
        width = module.outputWidth(of: width)
      }
    }
    try follow(tokenHeads, folders.tokenHeads, from: transformer.shape.width)
    if let pooled, pooled != tokenWidth {
      throw ModelError(
        path: folder.path, problem: "pooling is configured for width \(pooled), but the encoder gives \(tokenWidth)")
    }
    try follow(heads, folders.heads, from: pooling.outputWidth(of: tokenWidth))
  }

  /// The model with another pooling.
  ///
  /// - Throws: `ModelError` if a module behind it does not take the width of its vectors.
  package func pooled(by pooling: Pooling) throws(ModelError) -> BiEncoder {
    var model = self
    model.pooling = pooling
    try model.checkWidths(pooled: nil)
    return model
  }
}

extension FolderContents {
  /// Refuses a folder that is saved as a cross-encoder.
  fileprivate func requireBiEncoder() throws { if try kind == .crossEncoder { throw noBiEncoder } }

  fileprivate var noBiEncoder: ModelError {
    ModelError(
      path: path, problem: "is a cross-encoder, which gives pairs a score and texts no vectors; give a bi-encoder")
  }
}

extension ModelSource {
  /// Refuses a model for sequence classification with nothing of sentence-transformers beside it: its encoder's mean is
  /// what sentence-transformers would make of it, and nearly always a mistake.
  fileprivate func requireNoScores(_ contents: FolderContents) throws {
    let family = folder.family
    let architectures = reader.object["architectures"]?.arrayValue ?? []
    guard contents.modules == nil, architectures.contains(JSONValue(family.scorerClass)) else { return }
    let keys = try family.naming.parameterSources(of: weights, encoder: "").keys
    if keys.contains(where: { $0.hasPrefix(family.classifier + ".") }) { throw contents.noBiEncoder }
  }
}
