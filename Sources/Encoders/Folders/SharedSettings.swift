import JSONText
import Tokenizers

/// The settings of `config_sentence_transformers.json`, which an export writes as they were loaded.
public struct SharedSettings: Sendable, Equatable {
  /// The prompts.
  public var prompts = Prompts()
  /// The comparison of two vectors of a bi-encoder.
  public var similarity = SimilarityFunction.cosine
  /// The leading numbers of a bi-encoder's vectors that are kept; nil for all.
  public var truncation: Int?
  /// The activation of a cross-encoder's scores that the file names; nil if it names none.
  var activation: ScoreActivation?
  /// Keys that nothing here depends on.
  private var others = JSONObject()

  /// The settings of a model without the file.
  init(of kind: ModelKind) { prompts = Prompts(always: kind.roles) }

  /// Reads the file.
  init(_ reader: inout ConfigurationReader, of kind: ModelKind) {
    prompts = Prompts(&reader, always: kind.roles)
    switch kind {
    case .biEncoder:
      if let value = reader.object["similarity_fn_name"], value != .null {
        similarity = reader.choice(
          "similarity_fn_name",
          Dictionary(uniqueKeysWithValues: SimilarityFunction.allCases.map { ($0.rawValue, $0) }), else: .cosine)
      }
      if let value = reader.object["truncate_dim"], value != .null {
        truncation = reader.integer("truncate_dim", in: 1...(1 << 20))
      }
    case .crossEncoder: activation = ScoreActivation(reader.object["activation_fn"])
    }
    let own = [
      "model_type", "__version__", "prompts", "default_prompt_name", "similarity_fn_name", "truncate_dim",
      "activation_fn",
    ]
    others = JSONObject(reader.object.members.filter { !own.contains($0.name) })
  }

  /// The content of the file for a model of a kind.
  func json(of kind: ModelKind) -> JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("model_type", JSONValue(kind.rawValue)),
      ("__version__", ["sentence_transformers": "5.0.0", "transformers": "4.55.0", "pytorch": "2.8.0"]),
    ]
    members += prompts.members
    switch kind {
    case .biEncoder:
      members.append(("similarity_fn_name", JSONValue(similarity.rawValue)))
      if let truncation { members.append(("truncate_dim", JSONValue(truncation))) }
    case .crossEncoder: if let activation { members.append(("activation_fn", JSONValue(activation.name))) }
    }
    return .object(JSONObject(members + others.members))
  }
}

/// The comparison of two vectors, under its name in sentence-transformers.
public enum SimilarityFunction: String, Sendable, CaseIterable {
  /// The inner product of the vectors divided by their lengths.
  case cosine
  /// The inner product.
  case dot
  /// The distance, negated.
  case euclidean
  /// The sum of the absolute differences, negated.
  case manhattan

  /// Its name in a sentence after "compared by".
  public var title: String {
    switch self {
    case .cosine: "cosine"
    case .dot: "inner product"
    case .euclidean: "Euclidean distance"
    case .manhattan: "Manhattan distance"
    }
  }
}

/// A kind of model, under its `model_type` in `config_sentence_transformers.json`.
enum ModelKind: String, CaseIterable {
  case biEncoder = "SentenceTransformer"
  case crossEncoder = "CrossEncoder"

  /// The output of its transformer.
  var output: TransformerOutput { self == .biEncoder ? .tokenStates : .scores }

  /// The names of the prompts that a model of this kind always has.
  var roles: [String] { self == .biEncoder ? TextRole.allCases.map(\.rawValue) : [] }
}

extension FolderContents {
  /// The kind that the folder is saved as; nil for a plain transformer.
  ///
  /// As in sentence-transformers, the file counts only beside `modules.json`.
  var kind: ModelKind? {
    get throws {
      guard modules != nil else { return nil }
      guard let sharedSettings, let value = sharedSettings.object["model_type"] else { return .biEncoder }
      if let kind = value.stringValue.flatMap(ModelKind.init(rawValue:)) { return kind }
      let meaning: String =
        switch value.stringValue {
        case "MultiVectorEncoder": ", a ColBERT, with a vector for each token"
        case "SparseEncoder": ", a sparse encoder (SPLADE)"
        default: ""
        }
      throw ModelError(
        path: sharedSettings.path,
        problem: "'model_type' is \(value.shortText)\(meaning); hone reads SentenceTransformer and CrossEncoder")
    }
  }

  /// The settings that the folder has for a model of a kind; nil if it is saved as another kind or as none, so that
  /// sentence-transformers takes the defaults.
  func settings(of kind: ModelKind) throws -> SharedSettings? {
    guard try self.kind == kind else { return nil }
    guard var reader = sharedSettings else { return SharedSettings(of: kind) }
    let settings = SharedSettings(&reader, of: kind)
    try reader.finish()
    return settings
  }
}
