/// Chooses parameters and modules by name.
///
/// A pattern is a list of components with dots between them. It covers each name whose first components it fits, so that a
/// module's pattern covers all that is in the module: `encoder.layer.1` covers `encoder.layer.1.output.dense.weight`, but not
/// `encoder.layer.10`. `*` fits any one component and `**` any number of them, also none: `encoder.layer.*.attention`
/// covers the attention of every layer, `**.query` weight and bias of every `query`.
public struct NamePattern: Hashable, Sendable, CustomStringConvertible {
  private enum Component: Hashable {
    case literal(String)
    case one
    case anyNumber
  }

  /// The pattern as it is written.
  public let text: String
  private let components: [Component]

  /// Makes a pattern; every text is one.
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

  /// True if the pattern fits the first components of a name.
  public func covers(_ name: String) -> Bool { specificity(for: name) != nil }

  /// The rank of a pattern among those that cover a name; the most specific one decides about it.
  ///
  /// More specific is the pattern that needs more of the name: compared are the fewest components at its beginning that the
  /// pattern fits, then the literals of the pattern, then its `**`, of which fewer are more specific. So `encoder.layer.1` comes
  /// before `encoder`, `**.query` before `encoder.layer.1` for what is in a `query`, and both `encoder.layer.1.attention` and
  /// `encoder.layer.*.attention` before `**.attention`, in this order.
  public struct Specificity: Comparable, Sendable {
    let depth: Int
    let literals: Int
    let anyNumbers: Int

    /// True if the first is less specific.
    public static func < (first: Self, second: Self) -> Bool {
      (first.depth, first.literals, second.anyNumbers) < (second.depth, second.literals, first.anyNumbers)
    }
  }

  /// How specific the pattern is for a name; nothing where it does not cover the name.
  public func specificity(for name: String) -> Specificity? {
    depth(in: Self.split(name)).map {
      Specificity(
        depth: $0, literals: literals.count, anyNumbers: components.count { $0 == .anyNumber })
    }
  }

  /// The fewest components at the beginning of a name that the whole pattern fits.
  private func depth(in names: [String]) -> Int? {
    // The numbers of components of the pattern that may be used up.
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

  /// Adds the states in which components that fit nothing are used up.
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
