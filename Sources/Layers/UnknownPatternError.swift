/// Patterns of names that the model does not have.
public struct UnknownPatternError: Error, Equatable, CustomStringConvertible {
  /// The kind of what was looked for.
  public enum Kind: String, Sendable {
    case parameter
    case linearLayer = "linear layer"
  }

  /// The patterns that cover no name.
  public let patterns: [NamePattern]
  /// The names that there are.
  let names: [String]
  let kind: Kind

  /// Makes the error about patterns that cover none of the names; nil if each covers one.
  public init?(_ patterns: some Sequence<NamePattern>, names: some Collection<String>, kind: Kind) {
    let unknown = patterns.filter { !names.contains(where: $0.covers) }
    if unknown.isEmpty { return nil }
    self.patterns = unknown.sorted { $0.text < $1.text }
    self.names = Array(names)
    self.kind = kind
  }

  /// Each pattern with the nearest existing name, one per line.
  public var description: String { patterns.map(sentence).joined(separator: "\n") }

  private func sentence(about pattern: NamePattern) -> String {
    if !pattern.hasWildcards {
      return "no \(kind.rawValue)'s name begins with the components '\(pattern)'; "
        + (nearest(to: pattern.text, among: names).map { "the nearest is '\($0)'" } ?? "the model has \(topLevelNames)")
    }
    let components = names.flatMap { $0.split(separator: ".").map(String.init) }
    let unknown = pattern.literals.first { !components.contains($0) }
    let hint = unknown.flatMap { unknown in
      nearest(to: unknown, among: components).map { "the component nearest to '\(unknown)' is '\($0)'" }
    }
    return "no \(kind.rawValue)'s name fits '\(pattern)'; " + (hint ?? "the model has \(topLevelNames)")
  }

  /// The name with the longest common prefix with a text, ignoring case; nil if none has one.
  private func nearest(to text: String, among names: [String]) -> String? {
    let wanted = Array(text.lowercased())
    var best: (name: String, length: Int)?
    for name in names {
      let length = zip(wanted, name.lowercased()).prefix { $0 == $1 }.count
      if length > best?.length ?? 0 { best = (name, length) }
    }
    return best?.name
  }

  private var topLevelNames: String {
    Set(names.map { String($0.prefix { $0 != "." }) }).sorted().map { "'\($0)'" }.joined(separator: ", ")
  }
}
