/// Things that are joined in pairs, as the sets that hang together (union and find).
package struct DisjointSets: Sendable {
  private var parents: [Int]

  /// Starts with each of `count` things in a set of its own.
  package init(count: Int = 0) { parents = Array(0..<count) }

  /// Adds a thing in a set of its own.
  ///
  /// - Returns: Its number.
  package mutating func add() -> Int {
    parents.append(parents.count)
    return parents.count - 1
  }

  /// The least member of a thing's set, which is equal for two things exactly if they are in one set.
  package mutating func root(of thing: Int) -> Int {
    var thing = thing
    while parents[thing] != thing {
      parents[thing] = parents[parents[thing]]
      thing = parents[thing]
    }
    return thing
  }

  /// Joins the sets of two things.
  package mutating func join(_ first: Int, _ second: Int) {
    let (a, b) = (root(of: first), root(of: second))
    parents[max(a, b)] = min(a, b)
  }
}
