/// The wanted numbers of queries on each side of a split, by the number of all.
///
/// | queries | train | dev | test |
/// |---|---|---|---|
/// | 60 | 30 | 10 | 20 |
/// | 200 | 117 | 33 | 50 |
/// | 1,000 | 700 | 100 | 200 |
/// | 5,000 | 3,500 | 500 | 1,000 |
/// | 100,000 | 98,500 | 500 | 1,000 |
struct SplitSizes: Equatable {
  let train: Int
  let dev: Int
  let test: Int

  /// The fewest queries of which a project is made: fewer are too few to learn from, or to tell if search got better.
  static let fewestQueries = 20

  /// The rule in words.
  static let rule =
    "test: a fifth of the queries, but a third up to 50 and at most 1,000; dev: a tenth, but a sixth up to 50 and at most 500"

  init(queries: Int) {
    test = min(1000, max(queries / 5, min(50, queries / 3)))
    dev = min(500, max(queries / 10, min(50, queries / 6)))
    train = queries - test - dev
  }
}
