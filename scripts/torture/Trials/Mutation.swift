import Kernels

/// A small change of one file of a task.
package struct Mutation: Sendable {
  /// What the change does to the meaning, and so what the run may do.
  package enum Effect: Sendable {
    /// None: the run must end well, with the same result.
    case none
    /// None that is certain: the run may refuse the file; where it ends well, the result is the same.
    case unclear
    /// Any: the run may end well or refuse.
    case any
  }

  package let name: String
  package let kinds: [Task.Kind]
  package let effect: Effect
  /// The changed bytes; nil where the file has no place for the change.
  let edit: @Sendable ([UInt8], inout RandomNumbers) -> [UInt8]?

  init(
    _ name: String, of kinds: [Task.Kind], _ effect: Effect,
    _ edit: @escaping @Sendable ([UInt8], inout RandomNumbers) -> [UInt8]?
  ) {
    self.name = name
    self.kinds = kinds
    self.effect = effect
    self.edit = edit
  }

  /// All mutations, in a fixed order.
  package static let all = onText + onLines + onJudgments + onTables + onRecipes + onJSON + onWeights + onBytes
}

/// The random numbers of a trial (SplitMix64; Steele, Lea & Flood 2014).
package struct RandomNumbers: RandomNumberGenerator, Sendable {
  private let seed: UInt64
  private var count: UInt64 = 0

  package init(seed: UInt64) { self.seed = seed &* 0xD134_2543_DE82_EF95 &+ 1 }

  package mutating func next() -> UInt64 {
    defer { count += 1 }
    return mixed(seed, count)
  }

  /// A number from 0 to below `count`.
  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

  /// One of some values; nil where there are none.
  mutating func pick<Values: RandomAccessCollection>(_ values: Values) -> Values.Element? {
    values.randomElement(using: &self)
  }
}
