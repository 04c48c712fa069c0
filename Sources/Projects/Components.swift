/// Things that are joined in pairs, as the groups that hang together (union and find).
struct Components {
  private var parents: [Int]

  /// Starts with each of `count` things by itself.
  init(count: Int) { parents = Array(0..<count) }

  /// The least member of a thing's group, which is equal for two things exactly if they are in one group.
  mutating func root(of thing: Int) -> Int {
    var thing = thing
    while parents[thing] != thing {
      parents[thing] = parents[parents[thing]]
      thing = parents[thing]
    }
    return thing
  }

  /// Joins the groups of two things.
  mutating func join(_ first: Int, _ second: Int) {
    let (a, b) = (root(of: first), root(of: second))
    parents[max(a, b)] = min(a, b)
  }
}
