import JSONText

/// The supported families of encoders, one per line.
enum Families {
  /// The first that reads a configuration is used.
  static let all: [any EncoderFamily.Type] = [
    BERTConfiguration.self,
    DistilBERTConfiguration.self,
    ELECTRAConfiguration.self,
    // Before RoBERTa: its authors' code calls it XLM-RoBERTa.
    JinaEmbeddingsConfiguration.self,
    RoBERTaConfiguration.self,
    MPNetConfiguration.self,
    ModernBERTConfiguration.self,
    NomicBERTConfiguration.self,
    GTEConfiguration.self,
  ]

  /// The family of a `config.json`.
  ///
  /// - Throws: `ModelError` with the supported families if it is none of them.
  static func family(of reader: ConfigurationReader) throws(ModelError) -> any EncoderFamily.Type {
    if let family = all.first(where: { $0.reads(reader.object) }) { return family }
    let known = modelTypes
    let problem =
      reader.object["model_type"].map { "should be \(known.joined(separator: " or ")), found \($0.shortText)" }
      ?? "is missing (\(known.joined(separator: ", ")))"
    throw ModelError(path: reader.path, problem: "'model_type' \(problem)")
  }

  /// Every supported `model_type`, sorted.
  static var modelTypes: [String] { all.flatMap { $0.folder.modelTypes }.sorted() }
}

/// The configuration of a family, with the facts about its checkpoints.
protocol EncoderFamily: TransformerConfiguration {
  /// The layout of the family's checkpoints.
  static var folder: FamilyFolder { get }

  /// The layout of this model's checkpoints: that of the family, but for the names of classes where several share it.
  var folder: FamilyFolder { get }

  /// True if a `config.json` is one of this family.
  static func reads(_ configuration: JSONObject) -> Bool

  /// Reads `config.json`; the reader notes every key that is missing, mistyped or not supported.
  init(_ reader: inout ConfigurationReader)

  /// Makes a transformer of zeros, to be loaded.
  func makeTransformer() -> any Transformer

  /// Makes a scoring head of zeros, to be loaded or drawn; the reader notes keys of the head that are wrong.
  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead

  /// The `config.json` that was read, with the keys that readers of every version and kind look for.
  func exported(_ configuration: JSONObject) -> JSONObject

  /// The adapters of tasks that the checkpoint has beside its weights; nil if it has none.
  var taskAdapters: TaskAdapters? { get }
}

extension EncoderFamily {
  /// The layout of the family's checkpoints.
  var folder: FamilyFolder { Self.folder }

  /// The configuration as it is, for families whose keys never changed.
  func exported(_ configuration: JSONObject) -> JSONObject { configuration }

  /// No checkpoint of the family has any.
  var taskAdapters: TaskAdapters? { nil }

  /// The adapters of the checkpoint, and the task of a name among them.
  ///
  /// - Parameters:
  ///   - role: the side for which a name without that of a side stands.
  ///   - path: the model folder.
  /// - Throws: `ModelError` if there is no adapter for the task.
  func adapters(
    forTask name: String, as role: TextRole?, in path: String
  ) throws(ModelError) -> (all: TaskAdapters, task: String) {
    guard let all = taskAdapters else {
      throw ModelError(path: path, problem: "has no adapters of tasks, so there is none for the task \"\(name)\"")
    }
    guard let task = all.task(named: name, as: role) else {
      throw ModelError(path: path, problem: all.problem(with: name))
    }
    return (all, task)
  }

  /// True if `model_type` is one of the family's.
  static func reads(_ configuration: JSONObject) -> Bool {
    configuration["model_type"]?.stringValue.map(folder.modelTypes.contains) ?? false
  }
}

/// The layout of a family's checkpoints: class names, keys of tensors and files of the tokenizer.
struct FamilyFolder: Sendable {
  /// The name of the family in messages.
  let title: String
  /// The values of `model_type` in `config.json`.
  let modelTypes: [String]
  /// The class that `architectures` names for an encoder without a head.
  let encoderClass: String
  /// The class that `architectures` names for an encoder with a scoring head.
  let scorerClass: String
  /// The name of the encoder in a checkpoint with a head.
  let encoderName: String
  /// The key of the head's linear map whose weight has a row for each label.
  let classifier: String
  /// The keys of the tensors.
  let naming: CheckpointNaming
  /// The key of the table of word embeddings.
  var wordEmbeddings = "embeddings.word_embeddings.weight"
  /// The key of `config.json` that gives the number of token types; nil if the family has none.
  let tokenTypesKey: String?
  /// The names of layers in transformers where they are others, for adapters that were trained there.
  var transformersNames = TransformersNames()
  /// True if checkpoints may name code of their authors (`auto_map`), which computes what the family computes.
  var hasOwnCode = false
  /// The class in `modules.json` by which the authors' code stands for the transformer; nil if there is none.
  var ownTransformer: String?
}

extension FamilyFolder {
  /// The keys of the tensors for a cross-encoder: a classifier of tokens is none of pairs.
  func scoringNaming(_ configuration: JSONObject) -> CheckpointNaming {
    var naming = naming
    if Self.classifiesTokens(configuration) { naming.ignored.append(classifier + ".") }
    return naming
  }

  /// True if the classifier of a checkpoint is one of tokens.
  static func classifiesTokens(_ configuration: JSONObject) -> Bool {
    let classes = configuration["architectures"]?.arrayValue?.compactMap(\.stringValue) ?? []
    return classes.contains { $0.hasSuffix("ForTokenClassification") }
      && !classes.contains { $0.hasSuffix("ForSequenceClassification") }
  }
}

extension JSONObject {
  /// The value of a key; nil if it is missing, null or an empty object, which ask for nothing.
  func stated(_ key: String) -> JSONValue? {
    guard let value = self[key], value != .null, value != .object(JSONObject()) else { return nil }
    return value
  }

  /// The object with further members, of which those that have a value already stay as they are.
  func stating(_ members: [(name: String, value: JSONValue)]) -> JSONObject {
    members.reduce(into: self) { object, member in
      if object[member.name] ?? .null == .null { object[member.name] = member.value }
    }
  }
}
