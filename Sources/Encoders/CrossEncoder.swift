public import Kernels
public import Layers
public import Tensors
public import Tokenizers

/// A model that reads a query and a document together and scores how well they fit.
///
/// An encoder of the pair's tokens, then the head of its family, which maps hidden states to a logit for each label.
///
/// Nogueira & Cho 2019, arXiv:1901.04085.
public struct CrossEncoder: Module {
  /// The encoder of tokens.
  public var transformer: any Transformer
  /// The map from hidden states to a logit for each label.
  public var head: any ScoringHead
  /// The names of the labels.
  public let labels: [String]
  /// Turns pairs of texts into tokens.
  public let tokenizer: Tokenizer
  /// The longest pair, in tokens, the special ones included.
  public var maximumLength: Int
  /// The prompts and the activation of scores, which an export keeps.
  public let settings: SharedSettings
  /// True if the classifier was drawn at random, because the folder has none: scores mean nothing before training.
  public let hasFreshClassifier: Bool
  /// The folder that the model was loaded from.
  public let folder: ModelFolder
  /// The precision of the products of the transformer's layers, see ``computing(in:withGradients:)``.
  public private(set) var precision = Precision.float32

  /// The function that other readers apply to the logits; a fresh classifier has none.
  public var activation: ScoreActivation { settings.activation ?? .identity }

  /// Makes a cross-encoder from its parts.
  init(
    transformer: any Transformer, head: any ScoringHead, labels: [String], tokenizer: Tokenizer, maximumLength: Int,
    settings: SharedSettings, hasFreshClassifier: Bool, folder: ModelFolder
  ) {
    self.transformer = transformer
    self.head = head
    self.labels = labels
    self.tokenizer = tokenizer
    self.maximumLength = maximumLength
    self.settings = settings
    self.hasFreshClassifier = hasFreshClassifier
    self.folder = folder
  }

  /// The model with the products of its transformer's layers at a precision, for scoring, or for one step of training.
  ///
  /// Their weights are rounded and packed here, once; attention and the head stay in 32 bits.
  ///
  /// - Parameter withGradients: true if the products of the gradients are at the precision too, which is then not
  ///   `int8`.
  public func computing(in precision: Precision, withGradients: Bool = false) -> CrossEncoder {
    var model = self
    model.transformer.packLinearLayers(for: precision, withGradients: withGradients)
    model.precision = precision
    return model
  }

  /// The raw logits of a batch of pairs.
  ///
  /// - Shape: → `[pairs]` with one label, `[pairs, labels]` with several
  public func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    shaped(logits(batch, &context))
  }

  /// - Shape: → `[pairs, labels]`
  func logits(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    head(transformer(batch, of: head.wantedTokens(of: batch), &context), batch, &context)
  }

  /// Drops the dimension of the labels if there is only one.
  func shaped(_ logits: Tensor) -> Tensor { labels.count == 1 ? logits.reshaped(to: [logits.shape[0]]) : logits }

  /// The tokens of a pair, the default prompt before the query, cut to the maximum length: the longer text loses tokens
  /// at its end first.
  public func tokenize(query: String, document: String) throws(TokenizerError) -> Encoding {
    try tokenizer.encode(settings.prompts.defaultText + query, document, maximumLength: maximumLength)
  }

  /// Shows the parameters under the checkpoint's keys: the encoder's after its name, then the head's.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit(folder.family.encoderName, &transformer)
    head.visitParameters(&visitor)
  }
}
