/// Selects parameters and modules by name.
///
/// A pattern is a list of components separated by dots. It covers each name whose leading components it matches, so a
/// module's pattern covers everything in the module: `encoder.layer.1` covers `encoder.layer.1.output.dense.weight`,
/// but not `encoder.layer.10`. `*` matches any one component and `**` any number of them, also none:
/// `encoder.layer.*.attention` covers the attention of every layer, `**.query` weight and bias of every `query`.
public struct NamePattern: Hashable, Sendable, CustomStringConvertible {
  private enum Component: Hashable {
    case literal(String)
    case one
    case anyNumber
  }

  /// The pattern as it is written.
  public let text: String
  private let components: [Component]

  /// Makes a pattern; any text is valid.
  public init(_ text: String) {
    self.text = text
    components = Self.split(text).map { $0 == "*" ? .one : $0 == "**" ? .anyNumber : .literal($0) }
  }

  /// The pattern as it is written.
  public var description: String { text }

  /// True if a component is `*` or `**`.
  public var hasWildcards: Bool { literals.count < components.count }

  /// The components that are neither `*` nor `**`.
  public var literals: [String] {
    components.compactMap { if case .literal(let name) = $0 { name } else { nil } }
  }

  /// True if the pattern matches the leading components of a name.
  public func covers(_ name: String) -> Bool { specificity(for: name) != nil }

  /// The rank of a pattern among those that cover a name; the most specific one applies.
  ///
  /// The more of a name a pattern needs, the more specific it is. Compared are the fewest leading components that the
  /// whole pattern matches, then its literals, then its `**`, of which fewer are more specific. So `encoder.layer.1`
  /// precedes `encoder`, `**.query` precedes `encoder.layer.1` for a name in a `query`, and both
  /// `encoder.layer.1.attention` and `encoder.layer.*.attention` precede `**.attention`, in this order.
  public struct Specificity: Comparable, Sendable {
    let depth: Int
    let literals: Int
    let anyNumbers: Int

    /// True if the first is less specific.
    public static func < (first: Self, second: Self) -> Bool {
      (first.depth, first.literals, second.anyNumbers) < (second.depth, second.literals, first.anyNumbers)
    }
  }

  /// The specificity of the pattern for a name; nil if it does not cover the name.
  public func specificity(for name: String) -> Specificity? {
    depth(in: Self.split(name)).map {
      Specificity(
        depth: $0, literals: literals.count, anyNumbers: components.count { $0 == .anyNumber })
    }
  }

  /// The fewest leading components of a name that the whole pattern matches.
  private func depth(in names: [String]) -> Int? {
    // The possible numbers of pattern components consumed so far.
    var states = afterAnyNumbers([0])
    for depth in 0...names.count {
      if states.contains(components.count) { return depth }
      if depth == names.count { break }
      var next: Set<Int> = []
      for state in states {
        switch components[state] {
        case .literal(let literal): if literal == names[depth] { next.insert(state + 1) }
        case .one: next.insert(state + 1)
        case .anyNumber: next.insert(state)
        }
      }
      states = afterAnyNumbers(next)
    }
    return nil
  }

  /// Adds the states in which `**` matches nothing.
  private func afterAnyNumbers(_ states: Set<Int>) -> Set<Int> {
    var result = states
    for state in components.indices where result.contains(state) && components[state] == .anyNumber {
      result.insert(state + 1)
    }
    return result
  }

  private static func split(_ text: String) -> [String] {
    text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }
}
