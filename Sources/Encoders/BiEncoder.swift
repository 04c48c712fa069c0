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
  /// The map from hidden states to one vector.
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
  /// Tensors of the checkpoint that do not affect the vectors, by key; they are saved as they were loaded.
  let carried: ParameterDictionary

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
  public var outputWidth: Int {
    for case .dense(let dense) in heads.reversed() { return dense.linear.weight.shape[0] }
    return transformer.shape.width
  }

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
      pooling.tokens(of: batch).map { transformer(batch, of: .oneEach($0), &context) }
      ?? pooling(transformer(batch, &context), batch)
    return heads.reduce(pooled) { $1($0) }
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

  /// Shows the transformer's parameters under the checkpoint's keys and those of a dense head under its folder.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    transformer.visitParameters(&visitor)
    for index in heads.indices {
      guard case .dense(var dense) = heads[index] else { continue }
      let name = Self.folderName(ofHead: index, heads[index])
      // The visitor holds the only reference, so a change in place copies nothing.
      heads[index] = .normalize
      visitor.visit(name, &dense)
      heads[index] = .dense(dense)
    }
  }

  /// The folder of a head in a model folder, such as `2_Dense`.
  static func folderName(ofHead index: Int, _ head: EmbeddingHead) -> String { "\(index + 2)_\(head.typeName)" }
}

/// A module after the pooling.
public enum EmbeddingHead: Sendable {
  /// An affine map with an activation.
  case dense(DenseHead)
  /// Division by the length.
  case normalize

  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .dense(let dense): dense(x)
    case .normalize: x.normalizedRows()
    }
  }

  var typeName: String {
    switch self {
    case .dense: "Dense"
    case .normalize: "Normalize"
    }
  }
}

/// The Dense module of sentence-transformers: activation(x Wᵀ + b).
public struct DenseHead: Module {
  /// The activations that readers know.
  public enum Activation: String, Sendable, CaseIterable {
    /// The identity.
    case identity = "torch.nn.modules.linear.Identity"
    /// tanh.
    case tanh = "torch.nn.modules.activation.Tanh"
  }

  /// The map.
  public var linear: Linear
  /// The activation of its output.
  public let activation: Activation

  /// Makes the module from its parts.
  public init(linear: Linear, activation: Activation) {
    self.linear = linear
    self.activation = activation
  }

  /// Applies the module.
  ///
  /// - Shape: `[rows, in]` → `[rows, out]`
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let y = linear(x)
    return activation == .tanh ? y.tanh() : y
  }

  /// Shows `linear`.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("linear", &linear) }
}
