import JSONText

/// The function that readers such as sentence-transformers apply to a cross-encoder's logits, by its name in PyTorch.
///
/// Scores here are the logits; an export only keeps the name.
public struct ScoreActivation: Sendable, Equatable {
  /// The class with its package, such as `torch.nn.modules.activation.Sigmoid`.
  public let name: String

  /// The logits as they are.
  public static let identity = ScoreActivation(name: "torch.nn.modules.linear.Identity")
  /// 1 / (1 + e^-x).
  public static let sigmoid = ScoreActivation(name: "torch.nn.modules.activation.Sigmoid")

  private init(name: String) { self.name = name }

  /// Takes a name as sentence-transformers does; nil for one of a class outside PyTorch, which it does not load.
  init?(_ value: JSONValue?) {
    guard let name = value?.stringValue, name.hasPrefix("torch.") else { return nil }
    self.name = name
  }

  /// The activation of a `config.json`: the one it names, or the default of sentence-transformers.
  init(configuration: JSONObject, labels: Int) {
    let newer = configuration["sentence_transformers"]?.objectValue?["activation_fn"]
    let named = ScoreActivation(newer ?? configuration["sbert_ce_default_activation_function"])
    self = named ?? (labels == 1 ? .sigmoid : .identity)
  }
}
