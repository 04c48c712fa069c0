/// How far numbers of the engine may lie from a computation in double precision.
public enum Tolerance {
  /// Gradients: what 32-bit arithmetic leaves after the few hundred operations behind one number.
  public static let gradient = 1e-5
  /// Values of kernels, whose sums have up to some thousand terms of one size.
  ///
  /// With AVX-512 all of them stay below 2·10⁻⁶; other instruction sets add in another order.
  public static let kernel = 5e-6
}

/// Checks that numbers lie close to a reference: |found − expected| ≤ tolerance · scale.
///
/// - Parameters:
///   - floor: what the tolerance is relative to where no expected magnitude is larger: the size of the terms of a sum, say.
///   - subject: what is compared, for the message.
/// - Throws: `Mismatch`, which names the worst element.
public func expectClose(
  _ found: [Float], _ expected: [Double], tolerance: Double = Tolerance.kernel, floor: Double = 0,
  _ subject: @autoclosure () -> String = "values", file: StaticString = #fileID, line: UInt = #line
) throws {
  guard found.count == expected.count else {
    throw Mismatch("\(subject()): \(found.count) elements, expected \(expected.count)", file, line)
  }
  let scale = max(floor, expected.largestMagnitude)
  var worst: (index: Int, error: Double)?
  for (index, (found, expected)) in zip(found, expected).enumerated() {
    let error = distance(Double(found), expected)
    if error > worst?.error ?? 0 { worst = (index, error) }
  }
  if let worst, worst.error > tolerance * scale {
    throw Mismatch(
      "\(subject()): element \(worst.index) is \(found[worst.index]), expected \(expected[worst.index]): "
        + "off by \(worst.error), allowed \(tolerance * scale)", file, line)
  }
}

/// Checks that two lists of floats are the same bit by bit.
///
/// - Throws: `Mismatch`, which names the first element that differs.
public func expectSameBits(
  _ found: [Float], _ expected: [Float], _ subject: @autoclosure () -> String = "values",
  file: StaticString = #fileID, line: UInt = #line
) throws {
  guard found.count == expected.count else {
    throw Mismatch("\(subject()): \(found.count) elements, expected \(expected.count)", file, line)
  }
  for index in found.indices where found[index].bitPattern != expected[index].bitPattern {
    throw Mismatch(
      "\(subject()): element \(index) is \(found[index]), expected the bits of \(expected[index])", file, line)
  }
}

/// Checks a condition inside `withEvery`.
///
/// - Throws: `Mismatch` where it does not hold.
public func expect(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws {
  if !condition { throw Mismatch(message(), file, line) }
}

/// What was found and what was expected.
public struct Mismatch: Error, CustomStringConvertible {
  /// The whole message, with the place of the check.
  public let description: String

  init(_ message: String, _ file: StaticString, _ line: UInt) { description = "\(message) (\(file):\(line))" }
}

/// |a − b|, 0 for two that are not numbers or the same infinity, infinite where only one is finite.
private func distance(_ a: Double, _ b: Double) -> Double {
  if a == b || (a.isNaN && b.isNaN) { return 0 }
  let distance = abs(a - b)
  return distance.isNaN ? .infinity : distance
}

extension [Double] {
  /// The largest finite |x|; 0 for none.
  public var largestMagnitude: Double { reduce(0) { $1.isFinite ? Swift.max($0, abs($1)) : $0 } }
}

extension [Float] {
  /// The same numbers in double precision.
  public var doubles: [Double] { map { Double($0) } }

  /// Whether none of them is a number.
  public var areAllNaN: Bool { allSatisfy { $0.isNaN } }

  /// Whether all of them are finite.
  public var areAllFinite: Bool { allSatisfy { $0.isFinite } }
}
