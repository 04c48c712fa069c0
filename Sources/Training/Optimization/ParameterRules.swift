import Layers

/// The rules that decide by name if a parameter is trained, and how fast.
///
/// The most specific pattern that covers a parameter decides (``NamePattern/specificity(for:)``); of equally specific
/// ones, the one with the smaller factor. A factor of 0 freezes; a pattern that has a factor and is frozen too is
/// frozen.
struct ParameterRules: Sendable {
  private let rules: [(pattern: NamePattern, factor: Double)]

  init(factors: [String: Double], frozen: [String]) {
    rules = factors.merging(frozen.map { ($0, 0) }) { _, frozen in frozen }
      .map { (NamePattern($0.key), $0.value) }
  }

  /// The factor on the learning rate of a parameter; 0 if it is not trained.
  func factor(of key: String) -> Double {
    let covering = rules.compactMap { rule in
      rule.pattern.specificity(for: key).map { (specificity: $0, factor: rule.factor) }
    }
    return covering.max { ($0.specificity, $1.factor) < ($1.specificity, $0.factor) }?.factor ?? 1
  }

  /// Fails with every rule that covers none of the keys.
  func check(against keys: [String]) throws(UnknownPatternError) {
    if let error = UnknownPatternError(rules.map(\.pattern), names: keys, kind: .parameter) { throw error }
  }

  /// True if weight decay usually leaves a parameter out: biases and the parameters of normalizations.
  ///
  /// By name, as `Trainer.get_decay_parameter_names` of transformers 5 does: in lower case, the name contains `bias`,
  /// `layernorm` or `rmsnorm`, or has a component that is `norm` or ends with `_norm`. Transformers knows some families
  /// by other names than their checkpoints: there a component is `norm` with a number, or ends with `_ln`.
  static func isBiasOrNorm(_ key: String) -> Bool {
    let name = key.lowercased()
    return ["bias", "layernorm", "rmsnorm"].contains { name.contains($0) }
      || name.split(separator: ".").contains { part in
        ["_norm", "_ln"].contains(where: part.hasSuffix)
          || (part.hasPrefix("norm") && part.dropFirst(4).allSatisfy(\.isNumber))
      }
  }
}
