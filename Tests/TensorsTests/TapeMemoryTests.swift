import Kernels
import Tensors
import TestSupport
import Testing

/// What a tape keeps, and for how long.
///
/// Each test has a process of its own, since all memory of the engine counts.
@Suite struct TapeMemoryTests {
  @Test func constantsRecordNothing() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor(1)
      let constant = Tensor(repeating: 0.5, shape: [megabyte])
      let before = EngineMemory.liveBytes
      let pullback = Pullback(of: [x]) { inputs in
        // Recorded, each product would keep its factors.
        for _ in 0..<10 { _ = (constant * constant).softmax() * constant }
        return [inputs[0] * 2]
      }
      #expect(EngineMemory.liveBytes - before < 4 * megabyte)
      #expect(pullback([Tensor(1)])[0]?.scalar == 2)
    }
  }

  @Test func onlyNeededGradientsAreComputed() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor(repeating: 0.5, shape: [1, 1024])
      let w = Tensor(repeating: 0.5, shape: [1024, 1024])
      let seed = Tensor(repeating: 1, shape: [1, 1024])
      for name in ["matmul", "multiply", "linear"] {
        let pullback = Pullback(of: [x]) { inputs in
          switch name {
          case "matmul": [inputs[0].matmul(w)]
          case "multiply": [(inputs[0] * w).sum(axis: 0, keepingDimension: true)]
          default: [inputs[0].linear(AffineMap(weight: w))]
          }
        }
        EngineMemory.releaseUnused()
        let before = EngineMemory.liveBytes
        _ = pullback([seed])
        // The gradient of w would be another 4 megabytes; that of `sum` inside `multiply` is as large and is needed.
        let allowed = name == "multiply" ? 12 : 1
        #expect(EngineMemory.peakBytes - before < allowed * 4 * megabyte / 4, "\(name)")
      }
    }
  }

  @Test func everythingIsFreedAfterwards() async {
    await #expect(processExitsWith: .success) {
      var generator = SeededGenerator(seed: 1)
      let inputs = [
        Tensor(generator.floats(10_000), shape: [100, 100]), Tensor(generator.floats(10_000), shape: [100, 100]),
      ]
      let before = EngineMemory.liveBytes
      for isWalkedBack in [true, false] {
        do {
          let pullback = Pullback(of: inputs) { inputs in
            [(inputs[0].matmul(inputs[1]).softmax() * inputs[0]).logSumExp().sum()]
          }
          if isWalkedBack { #expect(pullback([Tensor(1)]).count == 2) }
        }
        #expect(EngineMemory.liveBytes == before, "walked back: \(isWalkedBack)")
      }
    }
  }

  /// Twenty steps keep a megabyte each and have a gradient of a megabyte each: while gradients appear, what they needed goes.
  @Test func memoryFallsOnTheWayBack() async {
    await #expect(processExitsWith: .success) {
      let inputs = (0..<20).map { Tensor(repeating: 1 + Float($0), shape: [megabyte / 4]) }
      let pullback = Pullback(of: inputs) { inputs in
        [inputs.reduce(Tensor(repeating: 1, shape: inputs[0].shape)) { ($0 * $1).tanh() }]
      }
      let seed = Tensor(repeating: 1, shape: inputs[0].shape)
      EngineMemory.releaseUnused()
      let before = EngineMemory.liveBytes
      #expect(before > 40 * megabyte, "\(before) bytes for inputs and tape")
      let gradients = pullback([seed])
      #expect(gradients.count == 20)
      #expect(
        EngineMemory.peakBytes - before < 8 * megabyte,
        "the way back took \(EngineMemory.peakBytes - before) bytes more")
    }
  }
}

private let megabyte = 1 << 20
