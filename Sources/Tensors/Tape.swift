import Kernels
import Synchronization

/// The tape of one differentiated computation: a flat list, traversed backwards once.
///
/// Slots number the values; an entry holds the slots that a value was computed from and the pullback of its gradient to
/// them.
final class Tape: Sendable {
  /// Turns the gradient of one value into gradients of its inputs; the result is nil for an input that needs none, or on
  /// which a recomputed value does not depend.
  typealias Pullback = @Sendable (_ gradient: Tensor, _ needed: [Bool]) -> [Tensor?]

  private struct Entry: Sendable {
    let operation: Operation
    let output: Int
    /// The slot of each input; nil for a constant.
    let inputs: [Int?]
    let inputShapes: [Shape]
    let pullback: Pullback
  }

  private struct State {
    var entries: [Entry] = []
    var slots = 0
    var isOpen = true
  }

  private let state = Lock(State())

  /// Gives a value a slot of its own, as for a parameter.
  ///
  /// - Parameter takesRows: true if its gradient may be one of some rows.
  func track(_ tensor: Tensor, takesRows: Bool = false) -> Tensor {
    var tracked = tensor.detached
    tracked.node = Tensor.Node(tape: self, slot: newSlot(), takesRows: takesRows)
    return tracked
  }

  /// Appends a value that was computed from inputs, at least one of them on this tape.
  func append(_ operation: Operation, _ value: Tensor, from inputs: [Tensor], _ pullback: @escaping Pullback) -> Tensor
  {
    var result = value
    let slot = state.withLock { state in
      require(state.isOpen, "\(operation.rawValue): the tape of this tensor was already walked back")
      let slot = state.slots
      state.slots += 1
      state.entries.append(
        Entry(
          operation: operation, output: slot,
          inputs: inputs.map { input in
            guard let node = input.node else { return nil }
            require(node.tape === self, "\(operation.rawValue): the inputs are on two tapes")
            return node.slot
          },
          inputShapes: inputs.map(\.shape), pullback: pullback))
      return slot
    }
    result.node = Tensor.Node(tape: self, slot: slot)
    return result
  }

  /// Propagates the gradients of the outputs backwards; returns the gradient of each target slot, nil if it has
  /// none.
  ///
  /// Entries are freed on the way, so memory falls while gradients appear. The gradient of an input that was broadcast
  /// is summed back to its shape here, for every operation.
  func backpropagate(from outputs: [(node: Tensor.Node, gradient: Tensor)], to targets: [Int]) -> [Tensor?] {
    var entries: [Entry] = []
    let slots = state.withLock { state in
      require(state.isOpen, "gradients: the tape was already walked back")
      state.isOpen = false
      swap(&entries, &state.entries)
      return state.slots
    }
    var gradients = [Tensor?](repeating: nil, count: slots)
    for (node, gradient) in outputs { Self.add(gradient.detached, to: &gradients[node.slot]) }
    while let entry = entries.popLast() {
      guard let gradient = gradients[entry.output] else { continue }
      gradients[entry.output] = nil
      let results = entry.pullback(gradient, entry.inputs.map { $0 != nil })
      require(
        results.count == entry.inputs.count,
        "\(entry.operation.rawValue): \(results.count) gradients for \(entry.inputs.count) inputs")
      for ((slot, shape), result) in zip(zip(entry.inputs, entry.inputShapes), results) {
        guard let slot else { continue }
        guard let result else {
          require(
            entry.operation == .recomputed, "\(entry.operation.rawValue): a gradient that is needed is missing")
          continue
        }
        Self.add(result.summed(to: shape), to: &gradients[slot])
      }
    }
    return targets.map { gradients[$0] }
  }

  private static func add(_ gradient: Tensor, to total: inout Tensor?) {
    guard var sum = total else {
      total = gradient
      return
    }
    total = nil
    sum.accumulate(gradient)
    total = sum
  }

  private func newSlot() -> Int {
    state.withLock { state in
      state.slots += 1
      return state.slots - 1
    }
  }
}

extension Tensor {
  /// Undoes broadcasting: sums over the dimensions along which a shape was broadcast.
  func summed(to target: Shape) -> Tensor {
    if wholeShape == target { return self }
    var result = self
    while result.shape.rank > target.rank { result = result.sum(axis: 0, keepingDimension: false) }
    for axis in 0..<target.rank where target[axis] == 1 && result.shape[axis] != 1 {
      result = result.sum(axis: axis, keepingDimension: true)
    }
    require(result.shape == target, "gradient of shape \(shape) for an input of shape \(target)")
    return result
  }
}
