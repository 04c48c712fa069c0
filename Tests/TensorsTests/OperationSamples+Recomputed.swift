import Tensors
import TestSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension SampleMaker {
  /// The last input is not used; the state tells the first run from a second one that would not start anew.
  mutating func addRecomputed() {
    for (rows, width) in [(1, 1), (3, 4), (0, 2)] {
      add(
        "\(rows) × \(width)", [even([rows, width]), even([width, width]), even([width])],
        { inputs in
          var runs: Float = 0
          return .recomputed(inputs, state: &runs) { inputs, runs in
            runs += 1
            return (inputs[0].matmul(inputs[1]) * inputs[0]).tanh() * runs + inputs[0]
          }
        },
        { inputs in (inputs[0].matmul(inputs[1]) * inputs[0]).mapped { tanh($0) } + inputs[0] })
    }
  }
}
