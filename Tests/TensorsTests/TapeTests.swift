import Tensors
import TestSupport
import Testing

@Suite struct TapeTests {
  private let x = Tensor([1, 2, -3], shape: [3])
  private let w = Tensor([4, 5, 6], shape: [3])

  @Test func aValueUsedSeveralTimesAddsItsGradients() {
    let (value, gradients) = valueAndGradients(of: [x]) { inputs in
      let x = inputs[0]
      return (x * x + x * x * x + (x + x)).sum()
    }
    #expect(value.scalar == -4)
    // 2x + 3x² + 2
    #expect(gradients[0].elements == [7, 18, 23])
  }

  @Test func whatTheValueDoesNotDependOnGetsZeros() {
    let gradients = valueAndGradients(of: [x, w, Tensor(repeating: 1, shape: [2, 2])]) { $0[0].sum() }.gradients
    #expect(gradients[0].elements == [1, 1, 1])
    #expect(gradients[1].elements == [0, 0, 0])
    #expect(gradients[2].elements == [0, 0, 0, 0] && gradients[2].shape == [2, 2])
  }

  @Test func whatNoOutputDependsOnGetsNothing() {
    let pullback = Pullback(of: [x, w]) { [$0[0] * 2, $0[0] + x] }
    let gradients = pullback([w, w])
    #expect(gradients[0]?.elements == [12, 15, 18])
    #expect(gradients[1] == nil)
  }

  @Test func constantOutputsGiveNothing() {
    let pullback = Pullback(of: [x]) { _ in [w, x] }
    #expect(pullback.outputs[0].elements == w.elements)
    #expect(pullback([w, w])[0] == nil)
  }

  @Test func detachedValuesAreConstants() {
    let gradient = valueAndGradients(of: [x]) { ($0[0] * $0[0].detached).sum() }.gradients[0]
    #expect(gradient.elements == x.elements)
  }

  @Test func outputsMayBeInputsOrRepeated() {
    let pullback = Pullback(of: [x, w]) { inputs in
      let product = inputs[0] * inputs[1]
      return [inputs[0], product, product, inputs[1]]
    }
    #expect(pullback.outputs.map(\.elements) == [[1, 2, -3], [4, 10, -18], [4, 10, -18], [4, 5, 6]])
    let one = Tensor(repeating: 1, shape: [3])
    let gradients = pullback([one, one, one * 10, one * 100])
    #expect(gradients[0]?.elements == [45, 56, 67])
    #expect(gradients[1]?.elements == [111, 122, 67])
  }

  @Test func theSameTensorTwiceIsTwoInputs() {
    let gradients = valueAndGradients(of: [x, x]) { ($0[0] * $0[1] + $0[1]).sum() }.gradients
    #expect(gradients[0].elements == [1, 2, -3])
    #expect(gradients[1].elements == [2, 3, -2])
  }

  /// A gradient that goes unchanged to several inputs is shared until somebody changes it.
  @Test func gradientsDoNotShareChanges() {
    let weights = Tensor([1, 2, 3], shape: [3])
    let pullback = Pullback(of: [x, w]) { [$0[0] + $0[1]] }
    var gradients = pullback([weights])
    gradients[0]?.accumulate(Tensor(repeating: 100, shape: [3]))
    #expect(gradients[0]?.elements == [101, 102, 103])
    #expect(gradients[1]?.elements == [1, 2, 3])
    #expect(weights.elements == [1, 2, 3])
  }

  @Test func gradientsAreLinearInTheirSeed() throws {
    var generator = SeededGenerator(seed: 1)
    let (a, b) = (Tensor(generator.floats(12), shape: [3, 4]), Tensor(generator.floats(20), shape: [4, 5]))
    let seed = Tensor(generator.floats(15), shape: [3, 5])
    let one = Pullback(of: [a, b]) { [$0[0].matmul($0[1]).softmax()] }
    let four = Pullback(of: [a, b]) { [$0[0].matmul($0[1]).softmax()] }
    let gradients = (one([seed]), four([seed * 4]))
    #expect(gradients.0.count == 2 && gradients.1.count == 2)
    for (once, fourfold) in zip(gradients.0, gradients.1) {
      try expectSameBits(fourfold?.elements ?? [], once?.elements.map { $0 * 4 } ?? [0])
    }
  }

  /// The inner gradient is a constant for the outer one.
  @Test func computationsMayBeNested() {
    let gradient = valueAndGradients(of: [x]) { outer in
      let inner = valueAndGradients(of: [outer[0]]) { ($0[0] * $0[0]).sum() }
      #expect(inner.gradients[0].elements == [2, 4, -6])
      return (outer[0] * inner.gradients[0]).sum()
    }.gradients[0]
    #expect(gradient.elements == [2, 4, -6])
  }

  @Test func errorsOfTheComputationComeThrough() {
    struct Stop: Error {}
    #expect(throws: Stop.self) { try valueAndGradients(of: [x]) { _ in throw Stop() } }
  }

  /// The tape is a flat list: neither the way back nor freeing it may use the stack.
  @Test(arguments: [true, false]) func tenThousandOperationsInAChain(isWalkedBack: Bool) {
    let pullback = Pullback(of: [Tensor(1)]) { inputs in
      var y = inputs[0]
      for index in 0..<10_000 { y = index % 2 == 0 ? y * 1.5 : y / 1.5 + inputs[0] * 0.5 }
      return [y]
    }
    // Each pair of steps adds x/2.
    #expect(abs(pullback.outputs[0].scalar - 2501) < 0.1)
    if isWalkedBack { #expect(abs((pullback([Tensor(1)])[0]?.scalar ?? 0) - 2501) < 0.1) }
  }

  @Test func tapesOfSeveralTasksAreIndependent() async {
    await withTaskGroup(of: Bool.self) { group in
      for task in 1...4 {
        group.addTask {
          let factor = Float(task)
          return (0..<200).allSatisfy { _ in
            let x = Tensor([1, 2, -3], shape: [3])
            let gradients = valueAndGradients(of: [x]) { ($0[0] * $0[0] * factor).sum() }.gradients
            return gradients[0].elements == [2 * factor, 4 * factor, -6 * factor]
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
