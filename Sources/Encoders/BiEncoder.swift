public import Kernels
public import Layers
import OrderedCollections
public import Tensors
public import Tokenizers

/// The side of a search that a text is on.
public enum TextRole: String, Sendable, Codable, CaseIterable {
  /// A text to search for.
  case query
  /// A text to be found.
  case document
}

/// A model that turns each text into one vector, so that close vectors mean close texts.
///
/// Reimers & Gurevych 2019, arXiv:1908.10084.
public struct BiEncoder: Module {
  /// The encoder of tokens.
  public var transformer: any Transformer
  /// The mean of several layers' hidden states that stands for those of the last; nil for those as they are.
  public var layerPooling: LayerPooling?
  /// The modules before the pooling, in order: they map the vector of each token.
  public var tokenHeads: [EmbeddingHead] = []
  /// The map from the vectors of a text's tokens to one vector.
  public var pooling: Pooling
  /// The modules after the pooling, in order.
  public var heads: [EmbeddingHead]
  /// Turns text into tokens.
  public let tokenizer: Tokenizer
  /// The longest text, in tokens, the special ones included.
  public var maximumLength: Int
  /// The prompts and the other settings that are not of one module.
  public var settings: SharedSettings
  /// True if a prompt's tokens take part in pooling.
  public let poolsPrompt: Bool
  /// The folder that the model was loaded from.
  public let folder: ModelFolder
  /// The precision of the products of the transformer's layers, see ``computing(in:withGradients:)``.
  public private(set) var precision = Precision.float32
  /// Tensors of the checkpoint that do not affect the vectors, by key; they are saved as they were loaded.
  let carried: ParameterDictionary
  /// The task whose adapter was merged into the weights; nil if there was none.
  package internal(set) var task: String?

  /// Makes a bi-encoder from its parts.
  init(
    transformer: any Transformer, pooling: Pooling, heads: [EmbeddingHead], tokenizer: Tokenizer, maximumLength: Int,
    settings: SharedSettings, poolsPrompt: Bool, folder: ModelFolder, carried: ParameterDictionary = [:]
  ) {
    self.transformer = transformer
    self.pooling = pooling
    self.heads = heads
    self.tokenizer = tokenizer
    self.maximumLength = maximumLength
    self.settings = settings
    self.poolsPrompt = poolsPrompt
    self.folder = folder
    self.carried = carried
  }

  /// The model with the products of its transformer's layers at a precision, for encoding, or for one step of training.
  ///
  /// Their weights are rounded and packed here, once; attention and the modules behind the transformer stay in 32 bits.
  ///
  /// - Parameter withGradients: true if the products of the gradients are at the precision too, which is then not
  ///   `int8`.
  public func computing(in precision: Precision, withGradients: Bool = false) -> BiEncoder {
    var model = self
    model.transformer.packLinearLayers(for: precision, withGradients: withGradients)
    model.precision = precision
    return model
  }

  /// The prefix of a text, by role.
  public var prompts: [TextRole: String] {
    get {
      TextRole.allCases.reduce(into: [:]) { prompts, role in prompts[role] = settings.prompts[role.rawValue] }
    }
    set { for role in TextRole.allCases { settings.prompts[role.rawValue] = newValue[role] ?? "" } }
  }

  /// The width of the vectors.
  public var dimensions: Int { min(settings.truncation ?? outputWidth, outputWidth) }

  /// The width of the vectors before their truncation, as training reads them.
  public var outputWidth: Int { heads.reduce(pooling.outputWidth(of: tokenWidth)) { $1.outputWidth(of: $0) } }

  /// The width of the vectors that are pooled.
  var tokenWidth: Int { tokenHeads.reduce(transformer.shape.width) { $1.outputWidth(of: $0) } }

  /// True if vectors have length 1.
  public var isNormalized: Bool {
    if dimensions < outputWidth { return false }
    if case .normalize = heads.last { return true }
    return false
  }

  /// The vectors of a batch before their truncation, as training reads them.
  ///
  /// - Shape: → `[sequences, width of the last module]`
  public func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let pooled =
      if let tokens = pooling.tokens(of: batch) {
        tokenVectors(of: batch, .oneEach(tokens), &context)
      } else {
        pooling(tokenVectors(of: batch, .all, &context), batch)
      }
    return apply(heads, to: pooled, &context)
  }

  /// The vectors of tokens that are pooled.
  ///
  /// - Shape: → `[tokens, width]`, or `[sequences, width]` for `.oneEach`
  func tokenVectors(of batch: TokenBatch, _ wanted: WantedTokens, _ context: inout ForwardContext) -> Tensor {
    let states =
      layerPooling.map { $0(transformer.allHiddenStates(batch, of: wanted, &context) ?? [], of: wanted) }
      ?? transformer(batch, of: wanted, &context)
    return apply(tokenHeads, to: states, &context)
  }

  /// Applies modules one after the other.
  func apply(_ modules: [EmbeddingHead], to x: Tensor, _ context: inout ForwardContext) -> Tensor {
    var x = x
    for module in modules { x = module(x, &context) }
    return x
  }

  /// The leading numbers of vectors, as many as the settings keep.
  ///
  /// - Shape: `[texts, width of the last module]` → `[texts, dimensions]`
  func truncated(_ vectors: Tensor) -> Tensor {
    dimensions < outputWidth ? vectors.slice(0..<dimensions, axis: 1) : vectors
  }

  /// The tokens of texts in a role, cut to the maximum length.
  public func tokenize(_ texts: [String], as role: TextRole) throws(TokenizerError) -> [Encoding] {
    let prompt = prompts[role] ?? ""
    var encodings: [Encoding] = []
    encodings.reserveCapacity(texts.count)
    for text in texts { encodings.append(try tokenizer.encode(prompt + text, maximumLength: maximumLength)) }
    return encodings
  }

  /// The number of tokens at the start of a text that pooling leaves out.
  public func excludedTokens(as role: TextRole) throws(TokenizerError) -> Int {
    guard !poolsPrompt, let prompt = prompts[role], !prompt.isEmpty else { return 0 }
    // All but the closing special token, as sentence-transformers counts them.
    return try tokenizer.encode(prompt, maximumLength: maximumLength).ids.count - 1
  }

  /// Shows the transformer's parameters under the checkpoint's keys and those of any other module under its folder.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    transformer.visitParameters(&visitor)
    let folders = moduleFolders
    visitor.visit(folders.layerPooling, &layerPooling)
    for index in tokenHeads.indices { visitor.visit(folders.tokenHeads[index], &tokenHeads[index]) }
    for index in heads.indices { visitor.visit(folders.heads[index], &heads[index]) }
  }

  /// The folders of the modules behind the transformer, such as `1_Pooling` and `2_Dense`: the number of a module among
  /// all, and its class.
  var moduleFolders: (layerPooling: String, tokenHeads: [String], pooling: String, heads: [String]) {
    let first = layerPooling == nil ? 1 : 2
    let poolingNumber = first + tokenHeads.count
    return (
      "1_WeightedLayerPooling", tokenHeads.enumerated().map { "\(first + $0.offset)_\($0.element.typeName)" },
      "\(poolingNumber)_Pooling", heads.enumerated().map { "\(poolingNumber + 1 + $0.offset)_\($0.element.typeName)" }
    )
  }

  /// The modules behind the transformer in order, each with all that its vectors depend on beside its parameters.
  package var moduleDescriptions: [(name: String, settings: String)] {
    (layerPooling.map { [("layerPooling", "\($0.firstLayer)")] } ?? []) + tokenHeads.map(\.description)
      + [("pooling", "\(pooling.name) \(poolsPrompt)")] + heads.map(\.description)
  }
}
