import Kernels
import Synchronization

/// The record of one differentiated computation: a flat list, walked backwards once.
///
/// Slots number the values; an entry says which slots a value was computed from and how its gradient goes back to them.
final class Tape: Sendable {
  /// How the gradient of one value becomes gradients of its inputs; an entry of the result is nothing where none is
  /// wanted.
  typealias Pullback = @Sendable (_ gradient: Tensor, _ needed: [Bool]) -> [Tensor?]

  private struct Entry: Sendable {
    let operation: Operation
    let output: Int
    /// The slot of each input, nothing for a constant.
    let inputs: [Int?]
    let inputShapes: [Shape]
    let pullback: Pullback
  }

  private struct State {
    var entries: [Entry] = []
    var slots = 0
    var isOpen = true
  }

  private let state = Mutex(State())

  /// Gives a value a place of its own, as for a parameter.
  func track(_ tensor: Tensor) -> Tensor {
    var tracked = tensor.detached
    tracked.place = Tensor.Place(tape: self, slot: newSlot())
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
            guard let place = input.place else { return nil }
            require(place.tape === self, "\(operation.rawValue): the inputs are on two tapes")
            return place.slot
          },
          inputShapes: inputs.map(\.shape), pullback: pullback))
      return slot
    }
    result.place = Tensor.Place(tape: self, slot: slot)
    return result
  }

  /// Walks back from the outputs with their gradients; gives the gradient of each wanted slot where there is one.
  ///
  /// Entries are freed on the way, so memory falls while gradients appear. Where an input was repeated by broadcasting, its
  /// gradient is summed back to its shape here, for every operation.
  func walkBack(from outputs: [(place: Tensor.Place, gradient: Tensor)], wanted: [Int]) -> [Tensor?] {
    var entries: [Entry] = []
    let slots = state.withLock { state in
      require(state.isOpen, "gradients: the tape was already walked back")
      state.isOpen = false
      swap(&entries, &state.entries)
      return state.slots
    }
    var gradients = [Tensor?](repeating: nil, count: slots)
    for (place, gradient) in outputs { Self.add(gradient.detached, to: &gradients[place.slot]) }
    while let entry = entries.popLast() {
      guard let gradient = gradients[entry.output] else { continue }
      gradients[entry.output] = nil
      let results = entry.pullback(gradient, entry.inputs.map { $0 != nil })
      require(
        results.count == entry.inputs.count,
        "\(entry.operation.rawValue): \(results.count) gradients for \(entry.inputs.count) inputs")
      for ((slot, shape), result) in zip(zip(entry.inputs, entry.inputShapes), results) {
        guard let slot else { continue }
        guard let result else { fatalError("\(entry.operation.rawValue): a gradient that is needed is missing") }
        Self.add(result.summed(to: shape), to: &gradients[slot])
      }
    }
    return wanted.map { gradients[$0] }
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
  /// Undoes broadcasting: sums the dimensions along which a shape was repeated.
  func summed(to target: Shape) -> Tensor {
    if shape == target { return self }
    var result = self
    while result.shape.rank > target.rank { result = result.sum(axis: 0, keepingDimension: false) }
    for axis in 0..<target.rank where target[axis] == 1 && result.shape[axis] != 1 {
      result = result.sum(axis: axis, keepingDimension: true)
    }
    require(result.shape == target, "gradient of shape \(shape) for an input of shape \(target)")
    return result
  }
}
