/// Which parameters are trained, and how fast: rules by the beginning of a parameter's name.
///
/// A beginning covers whole components: `encoder.layer.1` covers `encoder.layer.1.output.dense.weight`, not
/// `encoder.layer.10…`. The longest beginning that covers a name decides; where a beginning has a factor and is
/// frozen too, it is frozen. A factor of 0 freezes.
struct ParameterRules: Sendable {
  private let factors: [String: Double]

  init(factors: [String: Double], frozen: [String]) {
    self.factors = factors.merging(frozen.map { ($0, 0) }) { _, frozen in frozen }
  }

  /// What multiplies the learning rate of a parameter; 0 where it is not trained.
  func factor(of key: String) -> Double {
    Self.beginnings(of: key).last { factors[$0] != nil }.flatMap { factors[$0] } ?? 1
  }

  /// Fails with every rule that covers none of the keys.
  func check(against keys: [String]) throws(UnknownPrefixError) {
    let known = Set(keys.flatMap(Self.beginnings))
    let unknown = factors.keys.filter { !known.contains($0) }.sorted()
    if !unknown.isEmpty { throw UnknownPrefixError(prefixes: unknown, keys: keys) }
  }

  /// Whether weight decay usually leaves a parameter out: biases and the parameters of normalizations.
  ///
  /// By name, as `Trainer.get_decay_parameter_names` of transformers 5 does: in lower case, the name contains `bias`,
  /// `layernorm` or `rmsnorm`, or has a component that is `norm` or ends with `_norm`.
  static func isBiasOrNorm(_ key: String) -> Bool {
    let name = key.lowercased()
    return ["bias", "layernorm", "rmsnorm"].contains { name.contains($0) }
      || name.split(separator: ".").contains { $0 == "norm" || $0.hasSuffix("_norm") }
  }

  /// The beginnings of a name in whole components, shortest first: `a`, `a.b`, `a.b.c`.
  private static func beginnings(of key: String) -> [String] {
    key.indices.filter { key[$0] == "." }.map { String(key[..<$0]) } + [key]
  }
}

/// Optimizer settings that name parts the model does not have.
public struct UnknownPrefixError: Error, Equatable, CustomStringConvertible {
  /// The beginnings of names that no parameter has.
  public let prefixes: [String]
  /// The names of the model's parameters.
  let keys: [String]

  /// Each of them with the nearest name there is, one a line.
  public var description: String {
    prefixes.map { prefix in
      "no parameter's name begins with the components '\(prefix)'; "
        + (nearest(to: prefix).map { "the nearest is '\($0)'" } ?? "the model has \(topLevelNames)")
    }.joined(separator: "\n")
  }

  /// The key that agrees with a prefix for longest, regardless of case; nothing where none agrees at all.
  private func nearest(to prefix: String) -> String? {
    let wanted = Array(prefix.lowercased())
    var best: (key: String, length: Int)?
    for key in keys {
      let length = zip(wanted, key.lowercased()).prefix { $0 == $1 }.count
      if length > best?.length ?? 0 { best = (key, length) }
    }
    return best?.key
  }

  private var topLevelNames: String {
    Set(keys.map { String($0.prefix { $0 != "." }) }).sorted().map { "'\($0)'" }.joined(separator: ", ")
  }
}
