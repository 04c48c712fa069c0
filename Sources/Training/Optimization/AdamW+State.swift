public import Layers
public import OrderedCollections
import Tensors

extension AdamW {
  /// The state that a checkpoint must hold so that the next step has the same bits: the number of steps and the
  /// moments.
  public struct State: Sendable {
    /// The steps taken so far.
    public var steps: Int
    /// `firstMoment.KEY` and `secondMoment.KEY` of every trained parameter, zero for one that never had a gradient;
    /// empty before the first step.
    ///
    /// Of a table with moments for some rows, `rows.KEY` has the rows.
    public var moments: ParameterDictionary

    /// Makes the state from what was saved.
    public init(steps: Int, moments: ParameterDictionary) {
      self.steps = steps
      self.moments = moments
    }
  }

  private static let firstPrefix = "firstMoment."
  private static let secondPrefix = "secondMoment."
  private static let rowsPrefix = "rows."

  /// The state to save.
  public var state: State {
    var result: ParameterDictionary = [:]
    for (key, parameter) in trained where steps > 0 {
      if parameter.keepsTouchedRows {
        let saved = (rowMoments[key] ?? RowMoments(of: parameter.shape)).saved
        result[Self.rowsPrefix + key] = saved.rows
        result[Self.firstPrefix + key] = saved.first
        result[Self.secondPrefix + key] = saved.second
        continue
      }
      let moments = moments[key] ?? Moments(zerosOf: parameter.shape)
      result[Self.firstPrefix + key] = moments.first
      result[Self.secondPrefix + key] = moments.second
    }
    return State(steps: steps, moments: result)
  }

  /// True if the next step can go on from every moment.
  public var isFinite: Bool {
    moments.values.allSatisfy(\.isFinite) && rowMoments.values.allSatisfy(\.isFinite)
  }

  /// Continues from a saved state, all or nothing.
  ///
  /// Fails with every moment that is missing, unexpected or of another shape.
  public mutating func restore(_ state: State) throws(OptimizerStateError) {
    var error = OptimizerStateError(steps: state.steps)
    var restored: OrderedDictionary<String, Moments> = [:]
    var restoredRows: OrderedDictionary<String, RowMoments> = [:]
    var expected: Set<String> = []
    for (key, parameter) in trained where state.steps > 0 {
      if parameter.keepsTouchedRows {
        let names = [Self.rowsPrefix, Self.firstPrefix, Self.secondPrefix].map { $0 + key }
        expected.formUnion(names)
        let found = names.compactMap { state.moments[$0] }
        error.missing += names.filter { state.moments[$0] == nil }
        if found.count < 3 { continue }
        if let rows = RowMoments(of: parameter.shape, rows: found[0], first: found[1], second: found[2]) {
          restoredRows[key] = rows
        } else {
          error.wrongRows.append(key)
        }
        continue
      }
      let found = [Self.firstPrefix + key, Self.secondPrefix + key].compactMap { name in
        expected.insert(name)
        guard let moment = state.moments[name] else {
          error.missing.append(name)
          return nil as Tensor?
        }
        if moment.shape == parameter.shape { return moment }
        error.misshapen.append((name, moment.shape, parameter.shape))
        return nil
      }
      if found.count == 2 { restored[key] = Moments(first: found[0], second: found[1]) }
    }
    error.unexpected = state.moments.keys.filter { !expected.contains($0) }
    if !error.isEmpty { throw error }
    steps = state.steps
    moments = restored
    rowMoments = restoredRows
  }
}

/// A saved optimizer state that does not belong to the model and settings at hand.
public struct OptimizerStateError: Error, CustomStringConvertible {
  let steps: Int
  var missing: [String] = []
  var unexpected: [String] = []
  var misshapen: [(name: String, found: Shape, expected: Shape)] = []
  /// The tables whose moments are not those of some of their rows.
  var wrongRows: [String] = []

  var isEmpty: Bool {
    steps >= 0 && missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty && wrongRows.isEmpty
  }

  /// Everything that does not fit, and the remedy.
  public var description: String {
    var lines: [String] = []
    if steps < 0 { lines.append("the number of steps is \(steps)") }
    lines += missing.map { "\($0) is missing" }
    lines += misshapen.map { "\($0.name) is \($0.found), expected \($0.expected)" }
    lines += wrongRows.map { "the moments of \($0) are not those of some of its rows" }
    lines += unexpected.map { "\($0) is not expected" }
    let list = lines.map { "  " + $0 }.joined(separator: "\n")
    return "the saved optimizer state does not fit this model and its optimizer settings; "
      + "resume with the model and the recipe it was saved with:\n" + list
  }
}
