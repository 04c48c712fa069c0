import Kernels
import Tensors
import TestSupport
import Testing

/// Feed-forward blocks that compute their pre-activation once more for the gradients, instead of keeping it.
@Suite struct PreActivationTests {
  enum Block: String, CaseIterable {
    case plain, gated, gatedSeparately

    /// The block, from x, the weights and biases of its input, and those of its output.
    func callAsFunction(_ inputs: [Tensor], keepsPreActivation: Bool) -> Tensor {
      let maps = (0..<(inputs.count - 1) / 2).map { AffineMap(weight: inputs[1 + 2 * $0], bias: inputs[2 + 2 * $0]) }
      let input: GatedInput
      switch self {
      case .plain:
        return inputs[0].feedForward(
          input: maps[0], output: maps[1], activation: .gelu, keepsPreActivation: keepsPreActivation)
      case .gated: input = .gateThenUp(maps[0])
      case .gatedSeparately: input = .separate(gate: maps[0], up: maps[1])
      }
      return inputs[0].gatedFeedForward(
        input: input, output: maps[maps.count - 1], activation: .gelu, dropout: DropoutMask(key: 5, rate: 0.25),
        keepsPreActivation: keepsPreActivation)
    }

    /// Random inputs.
    func inputs(rows: Int, width: Int, inner: Int) -> [Tensor] {
      let outputs = [Block.plain: [inner], .gated: [2 * inner], .gatedSeparately: [inner, inner]][self] ?? []
      let shapes = outputs.flatMap { [[$0, width], [$0]] } + [[width, inner], [width]]
      var generator = SeededGenerator(seed: 3)
      return ([[rows, width]] + shapes).map { Tensor(generator.floats($0.reduce(1, *)), shape: Shape($0)) }
    }
  }

  /// Few rows, one band, many bands, and widths with and without packed products.
  @Test(arguments: Block.allCases, [(3, 16, 48), (60, 16, 48), (2500, 16, 48), (2500, 10, 21)])
  func bitsAreThoseOfAKeptOne(_ block: Block, _ size: (rows: Int, width: Int, inner: Int)) throws {
    let inputs = block.inputs(rows: size.rows, width: size.width, inner: size.inner)
    var generator = SeededGenerator(seed: 4)
    let seed = Tensor(generator.floats(inputs[0].shape.count), shape: inputs[0].shape)
    let results = [true, false].map { keeps in
      let pullback = Pullback(of: inputs) { [block($0, keepsPreActivation: keeps)] }
      return [pullback.outputs[0]] + pullback([seed]).compactMap(\.self)
    }
    #expect(results[0].count == 1 + inputs.count && results[1].count == results[0].count)
    for (index, (kept, again)) in zip(results[0], results[1]).enumerated() {
      try expectSameBits(again.elements, kept.elements, "\(block.rawValue) \(size), \(index)")
    }
  }

  /// 512 rows of 512 numbers inside are a megabyte, and twice that in a gated block.
  @Test func itsMemoryIsThatOfTheOutputAlone() async {
    await #expect(processExitsWith: .success) {
      for block in Block.allCases {
        let inputs = block.inputs(rows: 512, width: 16, inner: 512)
        let kept = [true, false].map { keeps in
          let before = EngineMemory.liveBytes
          let pullback = Pullback(of: inputs) { [block($0, keepsPreActivation: keeps)] }
          return withExtendedLifetime(pullback) { EngineMemory.liveBytes - before }
        }
        let preActivation = (block == .plain ? 1 : 2) * 1 << 20
        #expect(kept[0] - kept[1] == preActivation && kept[1] < 1 << 17, "\(block.rawValue): \(kept)")
      }
    }
  }
}
