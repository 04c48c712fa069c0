/// Runs `body` for every value; a failure names the value, so that a nest of these names the whole combination.
///
/// Stops at the first failing combination: put small sizes first and it is the smallest.
///
/// - Throws: `CombinationFailure` around what `body` threw.
public func withEvery<Value>(
  _ name: String, in values: some Sequence<Value>, _ body: (Value) throws -> Void
) throws {
  for value in values {
    do {
      try body(value)
    } catch let failure as CombinationFailure {
      throw CombinationFailure(combination: ["\(name) \(value)"] + failure.combination, reason: failure.reason)
    } catch {
      throw CombinationFailure(combination: ["\(name) \(value)"], reason: error)
    }
  }
}

/// What went wrong, and for which combination of values.
public struct CombinationFailure: Error, CustomStringConvertible {
  /// Names and values, outermost first.
  public let combination: [String]
  /// What the innermost body threw.
  public let reason: any Error

  /// The whole message.
  public var description: String { "\(reason) [with \(combination.joined(separator: ", "))]" }
}
