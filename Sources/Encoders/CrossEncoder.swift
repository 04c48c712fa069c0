public import Layers
public import Tensors
public import Tokenizers

/// A model that reads a query and a document together and scores how well they fit.
///
/// BERT, its pooler over the first token, dropout, and a classifier of one label or several:
///
///     logits = W_c dropout(tanh(W_p h_[CLS] + b_p)) + b_c
///
/// Nogueira & Cho 2019, arXiv:1901.04085. Ports `BertForSequenceClassification` of transformers v4.57
/// src/transformers/models/bert/modeling_bert.py.
public struct CrossEncoder: Module {
  /// The encoder of tokens, with its pooler.
  public var transformer: BERTModel
  /// From the pooled first token to a logit for each label.
  public var classifier: Linear
  /// The names of the classifier's labels.
  public let labels: [String]
  /// Dropout in front of the classifier, in training.
  public let classifierDropout: Float
  /// Turns pairs of texts into tokens.
  public let tokenizer: Tokenizer
  /// The longest pair, in tokens, the special ones included.
  public var maximumLength: Int
  /// Whether the classifier was drawn at random, because the folder has none: what it scores means nothing before training.
  public let hasFreshClassifier: Bool
  /// The folder of the transformer that the model was loaded from; tokenizer files are copied from there.
  let transformerFolder: String

  /// Makes a cross-encoder from its parts.
  init(
    transformer: BERTModel, classifier: Linear, labels: [String], classifierDropout: Float, tokenizer: Tokenizer,
    maximumLength: Int, hasFreshClassifier: Bool, transformerFolder: String
  ) {
    self.transformer = transformer
    self.classifier = classifier
    self.labels = labels
    self.classifierDropout = classifierDropout
    self.tokenizer = tokenizer
    self.maximumLength = maximumLength
    self.hasFreshClassifier = hasFreshClassifier
    self.transformerFolder = transformerFolder
  }

  /// The raw logits of a batch of pairs.
  ///
  /// - Shape: → `[pairs]` with one label, `[pairs, labels]` with several
  public func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    shaped(logits(batch, &context))
  }

  /// - Shape: → `[pairs, labels]`
  func logits(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    guard let pooler = transformer.pooler else { fatalError("a cross-encoder without a pooler") }
    let pooled = pooler(transformer(batch, at: Array(batch.offsets.dropLast()), &context))  // [pairs, width]
    return classifier(context.dropout(rate: classifierDropout).map { pooled.dropout($0) } ?? pooled)
  }

  /// Without the dimension of the labels where there is one label only.
  func shaped(_ logits: Tensor) -> Tensor { labels.count == 1 ? logits.reshaped(to: [logits.shape[0]]) : logits }

  /// The tokens of a pair, cut to the maximum length: the longer text loses tokens at its end first.
  public func tokenize(query: String, document: String) throws(TokenizerError) -> Encoding {
    try tokenizer.encode(query, document, maximumLength: maximumLength)
  }

  /// Shows the parameters under the checkpoint's keys: `bert.…`, then `classifier.…`.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("bert", &transformer)
    visitor.visit("classifier", &classifier)
  }
}
