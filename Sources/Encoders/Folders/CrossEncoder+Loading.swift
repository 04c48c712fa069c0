import Files
import JSONText
import Kernels
import Layers
import Safetensors
import Tensors
import Tokenizers

extension CrossEncoder {
  /// Loads a cross-encoder from a folder as sentence-transformers, transformers or hone write it.
  ///
  /// Reads `BertForSequenceClassification` with either configuration of sentence-transformers (up to 5.3, and from 5.4 with
  /// `modules.json`) or none. The activation that a configuration asks for is not applied: scores are raw logits.
  ///
  /// With `headSeed` any BERT or bi-encoder folder will do. A classifier that it lacks is drawn from a normal distribution
  /// with `initializer_range` as deviation, its bias 0, and with the classifier a missing pooler.
  ///
  /// - Parameters:
  ///   - labels: how many scores a pair must have. Without it, what the folder has; 1 for a fresh classifier.
  ///   - headSeed: decides the numbers of a fresh head. Without it, a folder without a classifier is an error.
  /// - Throws: `ModelError`, `SafetensorsError`, `TokenizerError` or `FileError`: nothing is half loaded.
  public init(folder: String, labels: Int? = nil, headSeed: UInt64? = nil) throws {
    require(labels.map { $0 > 0 } ?? true, "a cross-encoder with \(labels ?? 0) labels")
    try TransformerFolder.require(folder)
    let (transformerFolder, moduleCount) = try TransformerFolder.locate(in: folder)
    let files = try TransformerFolder(transformerFolder)
    let (configuration, path) = (files.configuration, files.path)
    try TransformerFolder.checkTypes(files.tokenizer.pairTypeCount, configuration, path)
    let head = try HeadSettings(files, labels: labels)
    if !head.hasClassifier && headSeed == nil {
      throw ModelError(
        path: path,
        problem: "has no classifier, so it is no cross-encoder yet; train one from it, or give another model")
    }
    if head.hasClassifier && moduleCount > 1 {
      throw ModelError(
        path: Files.join(folder, "modules.json"),
        problem: "\(moduleCount) modules; hone reads a cross-encoder that is one Transformer with a classifier")
    }
    let limit = min(files.configuredMaximumLength ?? configuration.maximumPositions, configuration.maximumPositions)
    if limit < 5 {
      throw ModelError(
        path: path,
        problem: "a maximum length of \(limit) tokens has no room for a pair; at least 5 are needed")
    }
    self.init(
      transformer: BERTModel(configuration, hasPooler: true),
      classifier: Linear(inputs: configuration.hiddenSize, outputs: head.labels.count), labels: head.labels,
      classifierDropout: head.dropout ?? configuration.hiddenDropout, tokenizer: files.tokenizer, maximumLength: limit,
      hasFreshClassifier: !head.hasClassifier, transformerFolder: path)
    if let headSeed, !head.hasClassifier { drawHead(deviation: head.deviation, seed: headSeed) }
    try load(
      from: files.weights, naming: .bertWithClassifier, model: "BERT with a classifier as described by config.json"
    ) { key in
      !head.hasClassifier && (key.hasPrefix("classifier.") || !head.hasPooler && key.hasPrefix("bert.pooler."))
    }
  }

  /// Draws the weights of pooler and classifier, each with a key of its own, so that one does not depend on whether the other
  /// is drawn.
  private mutating func drawHead(deviation: Float, seed: UInt64) {
    func draw(_ linear: inout Linear, place: UInt64) {
      // "head": steps of a training run hash the same seed with their numbers.
      let key = mixed(mixed(seed, 0x6865_6164), place)
      linear.weight = Tensor(normalWithDeviation: deviation, shape: linear.weight.shape, key: key)
    }
    if var pooler = transformer.pooler {
      draw(&pooler.dense, place: 0)
      transformer.pooler = pooler
    }
    draw(&classifier, place: 1)
  }
}

/// What `config.json` and the names of the weights say about the head.
private struct HeadSettings {
  let hasClassifier: Bool
  let hasPooler: Bool
  let labels: [String]
  /// `classifier_dropout`; nothing where it follows the dropout of the hidden states.
  let dropout: Float?
  let deviation: Float

  init(_ files: TransformerFolder, labels wanted: Int?) throws {
    let found = CheckpointNaming.bertWithClassifier.parameterKeys(of: files.weights.entries.map(\.name))
    hasClassifier = found.keys.contains { $0.hasPrefix("classifier.") }
    hasPooler = found.keys.contains { $0.hasPrefix("bert.pooler.") }
    var reader = files.settings
    dropout = reader.optionalNumber("classifier_dropout", in: 0..<1)
    // Where the key is missing, what transformers takes; it only concerns a fresh head.
    deviation = reader.optionalNumber("initializer_range", in: 0..<1) ?? 0.02
    guard hasClassifier else {
      labels = Self.plainNames(wanted ?? 1)
      try reader.finish()
      return
    }
    let classifier = found["classifier.weight"].flatMap { files.weights.entry(named: $0) }
    // A classifier without a weight, or with one that is no matrix, is reported with the other tensors that do not fit.
    let count = max(1, classifier?.shape.first ?? 1)
    labels = Self.names(in: &reader, count: count)
    try reader.finish()
    if let wanted, wanted != count {
      throw ModelError(
        path: files.path,
        problem:
          "the classifier has \(count) \(count == 1 ? "label" : "labels"), but \(wanted) \(wanted == 1 ? "is" : "are") "
          + "needed here; give a model that has them, or one without a classifier to train")
    }
  }

  /// The names under `id2label`, which must be as many as the classifier has labels.
  private static func names(in reader: inout ConfigurationReader, count: Int) -> [String] {
    guard let value = reader.object["id2label"], value != .null else { return plainNames(count) }
    let names = (0..<count).compactMap { value.objectValue?[String($0)]?.stringValue }
    if Set(names).count != count || value.objectValue?.members.count != count {
      reader.report(
        "id2label",
        "should give the classifier's \(count == 1 ? "label 0 a name" : "labels 0 to \(count - 1) a name each"), "
          + "found \(value.text())")
    }
    return names
  }

  /// The names that transformers gives to labels without names.
  private static func plainNames(_ count: Int) -> [String] { (0..<count).map { "LABEL_\($0)" } }
}
