import Files
package import JSONText
import Kernels
import Layers
import OrderedCollections
package import Safetensors
import Tensors
import Tokenizers

extension CrossEncoder {
  /// Loads a cross-encoder from a folder as sentence-transformers, transformers or hone write it.
  ///
  /// Reads a family's model for sequence classification, with either configuration of sentence-transformers (up to 5.3,
  /// and from 5.4 with `modules.json`) or none. The default prompt, where there is one, is put before every query. The
  /// activation in the configuration is kept and not applied: scores are raw logits.
  ///
  /// With `headSeed` the folder may hold any encoder or bi-encoder. A missing classifier is drawn from a normal
  /// distribution with `initializer_range` as deviation, its bias 0, and so is any other missing part of the head.
  ///
  /// - Parameters:
  ///   - labels: the number of scores a pair must have. Without it, that of the folder; 1 for a fresh classifier.
  ///   - tokens: special tokens to add, with new word embeddings where the model has no row left for them.
  ///   - headSeed: the seed of a fresh head. Without it, a folder without a classifier is an error.
  /// - Throws: `ModelError`, `SafetensorsError`, `TokenizerError` or `FileError`; a model is never loaded in part.
  public init(folder: String, labels: Int? = nil, headSeed: UInt64? = nil, adding tokens: AddedTokens? = nil) throws {
    require(labels.map { $0 > 0 } ?? true, "a cross-encoder with \(labels ?? 0) labels")
    let contents = try FolderContents(folder)
    let source = try ModelSource(contents, as: .crossEncoder, adding: tokens)
    let (family, path) = (source.folder.family, source.folder.transformerPath)
    try source.checkTokenTypes(source.tokenizer.pairTypeCount)
    let scoring = try ScoringSettings(source, labels: labels)
    if !scoring.hasClassifier && headSeed == nil {
      throw ModelError(
        path: path,
        problem: "has no classifier, so it is no cross-encoder yet; train one from it, or give another model")
    }
    if let modules = contents.modules, scoring.hasClassifier && modules.entries.count > 1 {
      throw ModelError(
        path: modules.file,
        problem:
          "\(modules.entries.count) modules; hone reads a cross-encoder that is one Transformer with a classifier")
    }
    let limit = source.tokenizer.maximumLength(positions: source.configuration.shape.positions)
    if limit < 5 {
      throw ModelError(
        path: path,
        problem: "a maximum length of \(limit) tokens has no room for a pair; at least 5 are needed")
    }
    self.init(
      transformer: source.configuration.makeTransformer(), head: scoring.head, labels: scoring.labels,
      tokenizer: source.tokenizer, maximumLength: limit, settings: scoring.settings,
      hasFreshClassifier: !scoring.hasClassifier, folder: source.folder)
    if let headSeed, !scoring.hasClassifier { head.draw(deviation: scoring.deviation, seed: headSeed) }
    try load(
      from: source.weights, naming: family.scoringNaming(source.reader.object), encoder: family.encoderName + ".",
      ignoringOthers: true, model: "\(family.title) with a classifier as described by config.json",
      whereOptional: scoring.isDrawn)
    if let tokens, let extended = source.extendedConfiguration {
      transformer = extended.makeTransformer(extending: transformer, by: tokens)
    }
  }

  /// The number of labels of a checkpoint's classifier; nil if it has none or its family is not supported.
  ///
  /// - Parameter configuration: its `config.json`.
  package static func labelCount(of tensors: [TensorEntry], configuration: JSONValue?) -> Int? {
    guard let object = configuration?.objectValue, let family = Families.all.first(where: { $0.reads(object) }),
      !FamilyFolder.classifiesTokens(object)
    else { return nil }
    let weight = family.folder.classifier + ".weight"
    return tensors.first { $0.name == weight }?.shape.first
  }
}

/// The head of a model folder, from its `config.json` and the names of its weights.
private struct ScoringSettings {
  let hasClassifier: Bool
  let labels: [String]
  /// The head, of zeros.
  let head: any ScoringHead
  /// The standard deviation of a fresh head's weights.
  let deviation: Float
  /// The settings of the folder with the activation that readers apply.
  let settings: SharedSettings
  /// The modules that have weights in the folder.
  private let foundModules: Set<Substring>
  private let headKeys: Set<String>

  init(_ source: ModelSource, labels wanted: Int?) throws {
    let family = source.folder.family
    let naming = family.scoringNaming(source.reader.object)
    let found = try naming.parameterSources(of: source.weights, encoder: family.encoderName + ".")
    foundModules = Set(found.keys.map(Self.module))
    hasClassifier = found.keys.contains { $0.hasPrefix(family.classifier + ".") }
    let classifier = found[family.classifier + ".weight"].flatMap { source.weights.entry(named: $0.name) }
    // A classifier without a weight, or with one that is no matrix, is reported with the other tensors that do not fit.
    let count = hasClassifier ? max(1, classifier?.shape.first ?? 1) : wanted ?? 1
    var reader = source.reader
    // If the key is missing, the default of transformers; it only affects a fresh head.
    deviation = reader.optionalNumber("initializer_range", in: 0..<1) ?? 0.02
    labels = hasClassifier ? Self.names(in: &reader, count: count) : Self.plainNames(count)
    head = source.configuration.makeHead(labels: count, &reader)
    headKeys = Set(head.parameters.keys)
    var settings = source.settings
    settings.activation =
      hasClassifier
      ? settings.activation ?? ScoreActivation(configuration: reader.object, labels: count) : .identity
    self.settings = settings
    try reader.finish()
    if let wanted, wanted != count {
      throw ModelError(
        path: source.folder.transformerPath,
        problem:
          "the classifier has \(count) \(count == 1 ? "label" : "labels"), but \(wanted) \(wanted == 1 ? "is" : "are") "
          + "needed here; give a model that has them, or one without a classifier to train")
    }
  }

  /// True for a parameter of a fresh head whose module is not in the folder at all: half a linear map is a mistake.
  func isDrawn(_ key: String) -> Bool {
    !hasClassifier && headKeys.contains(key) && !foundModules.contains(Self.module(of: key))
  }

  /// The key of the module that holds a parameter.
  private static func module(of key: String) -> Substring { key[..<(key.lastIndex(of: ".") ?? key.startIndex)] }

  /// The names under `id2label`, which must be one for each label of the classifier; two labels may share one.
  private static func names(in reader: inout ConfigurationReader, count: Int) -> [String] {
    guard let value = reader.object["id2label"], value != .null else { return plainNames(count) }
    let names = (0..<count).compactMap { value.objectValue?[String($0)]?.stringValue }
    if names.count != count || value.objectValue?.members.count != count {
      reader.report(
        "id2label",
        "should give the classifier's \(count == 1 ? "label 0 a name" : "labels 0 to \(count - 1) a name each"), "
          + "found \(value.shortText)")
    }
    return names
  }

  /// The names that transformers gives to labels without names.
  private static func plainNames(_ count: Int) -> [String] { (0..<count).map { "LABEL_\($0)" } }
}
