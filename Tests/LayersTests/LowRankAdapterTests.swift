import Kernels
import OrderedCollections
import Tensors
import TestSupport
import Testing

@testable import Layers

@Suite struct LowRankAdapterTests {
  private let settings = LowRankAdapter.Settings(rank: 2, alpha: 3)
  private let x = Tensor((0..<12).map { Float($0) / 7 - 0.6 }, shape: [4, 3])

  /// A tower with an adapter on some layers, whose B is not 0.
  private func adapted(
    _ names: [String] = ["layer.0.dense", "head"], dropout: Float = 0, trained: Bool = true
  ) -> Tower {
    var tower = Tower(depth: 2, hasHead: true)
    tower.addAdapters(
      to: names, LowRankAdapter.Settings(rank: 2, alpha: 3, dropout: dropout), seed: 17)
    var generator = SeededGenerator(seed: 5)
    if trained {
      tower.updateParameters { key, parameter in
        if key.hasSuffix("lora_B.weight") {
          parameter = Tensor(generator.floats(parameter.shape.count), shape: parameter.shape)
        }
      }
    }
    return tower
  }

  @Test func anAdapterIsAModuleUnderPEFTsNames() throws {
    let tower = adapted()
    try checkModule(tower)
    #expect(
      Array(tower.parameters.keys) == [
        "embeddings.input.weight", "embeddings.input.bias", "layer.0.dense.weight", "layer.0.dense.bias",
        "layer.0.dense.lora_A.weight", "layer.0.dense.lora_B.weight", "layer.0.LayerNorm.weight",
        "layer.0.LayerNorm.bias", "layer.1.dense.weight", "layer.1.dense.bias", "layer.1.LayerNorm.weight",
        "layer.1.LayerNorm.bias", "head.weight", "head.lora_A.weight", "head.lora_B.weight", "scale",
      ])
    #expect(Array(tower.adapters.keys) == ["layer.0.dense", "head"])
    #expect(tower.linearLayers["head"] == [2, 4] && tower.linearLayers.count == 4)
    #expect(Tower(depth: 2, hasHead: true).adapters.isEmpty)
  }

  @Test func aNewAdapterChangesNothing() throws {
    let (plain, adapted) = (Tower(depth: 2, hasHead: true), adapted(trained: false))
    try expectSameBits(adapted(x).elements, plain(x).elements)
    let merged = adapted.mergingAdapters()
    #expect(merged.adapters.isEmpty)
    #expect(merged.parameters.keys == plain.parameters.keys)
    for (key, parameter) in merged.parameters {
      #expect(parameter.buffer === adapted.parameters[key]?.buffer, "\(key)")
    }
  }

  /// y = x Wᵀ + b + α/r · x Aᵀ Bᵀ, against plain loops; merged it is the same.
  @Test(arguments: [false, true]) func outputsAreThoseOfTheFormula(isRankStabilized: Bool) throws {
    var generator = SeededGenerator(seed: 9)
    func numbers(_ shape: Shape) -> Tensor { Tensor(generator.floats(shape.count), shape: shape) }
    let (weight, bias, down, up) = (numbers([5, 3]), numbers([5]), numbers([4, 3]), numbers([5, 4]))
    var linear = Linear(weight: weight, bias: bias)
    linear.adapter = LowRankAdapter(
      down: down, up: up,
      settings: LowRankAdapter.Settings(rank: 4, alpha: 6, isRankStabilized: isRankStabilized))
    let exact = DoubleTensor(x)
    let update = exact.linear(weight: DoubleTensor(down), bias: nil).linear(weight: DoubleTensor(up), bias: nil)
    let expected =
      exact.linear(weight: DoubleTensor(weight), bias: DoubleTensor(bias))
      + update.mapped { $0 * (isRankStabilized ? 3 : 1.5) }
    try expectClose(linear(x).elements, expected.elements, floor: 1)
    try expectClose(linear.mergingAdapters()(x).elements, expected.elements, floor: 1)
    #expect(linear.mergingAdapters().bias?.buffer === bias.buffer)
  }

  /// Uniform on ±1/√in: the bounds are kept and nearly reached, and the variance is in⁻¹/3.
  @Test func theFirstFactorIsDrawnByTheNameOfItsLayer() throws {
    func down(_ name: String, seed: UInt64 = 17) -> [Float] {
      var layer = Named(name: name, linear: Linear(inputs: 100, outputs: 3))
      layer.addAdapters(to: [name], LowRankAdapter.Settings(rank: 50, alpha: 1), seed: seed)
      return layer.adapters[name]?.down.elements ?? []
    }
    let numbers = down("query")
    #expect(numbers.count == 5000 && Set(numbers).count > 4990)
    let (least, most) = (try #require(numbers.min()), try #require(numbers.max()))
    #expect(least >= -0.1 && least < -0.099 && most <= 0.1 && most > 0.099)
    let mean = numbers.reduce(0, +) / 5000
    let variance = numbers.reduce(0) { $0 + $1 * $1 } / 5000
    #expect(abs(mean) < 0.003 && abs(variance * 300 - 1) < 0.05)
    #expect(down("query") == numbers)
    #expect(down("key") != numbers && down("query", seed: 18) != numbers)
  }

  @Test func gradientsReachTheFactors() throws {
    let tower = adapted()
    let keys = ["layer.0.dense.lora_A.weight", "layer.0.dense.lora_B.weight", "head.lora_A.weight"]
    let pullback = ModelPullback(of: tower, where: keys.contains) { [$0(x).sum()] }
    let gradients = pullback([Tensor(1)])
    #expect(Array(gradients.keys) == keys)
    for (key, gradient) in gradients {
      let (parameter, step) = (tower.parameters[key], Float(1e-2))
      let elements = try #require(parameter?.elements)
      for index in elements.indices {
        func value(_ shift: Float) -> Double {
          var moved = tower
          moved.updateParameters { other, parameter in
            if other == key { parameter.withUniqueBuffer { $0[index] += shift } }
          }
          return moved(x).elements.reduce(0) { $0 + Double($1) }
        }
        let slope = (value(step) - value(-step)) / Double(2 * step)
        #expect(abs(slope - Double(gradient.elements[index])) < 2e-3 * max(1, abs(slope)), "\(key) \(index)")
      }
    }
  }

  // MARK: - Dropout

  @Test func dropoutIsThereInTrainingOnly() throws {
    let (tower, source) = (adapted(dropout: 0.5), DropoutSource(seed: 1, step: 2))
    try expectSameBits(tower(x).elements, adapted()(x).elements)
    let masked = tower.maskingAdapters(from: source)
    #expect(masked(x).elements != tower(x).elements)
    try expectSameBits(masked(x).elements, tower.maskingAdapters(from: source)(x).elements)
    #expect(masked(x).elements != tower.maskingAdapters(from: DropoutSource(seed: 1, step: 3))(x).elements)
    try expectSameBits(masked.mergingAdapters()(x).elements, tower.mergingAdapters()(x).elements)
    let plain = adapted()
    try expectSameBits(plain.maskingAdapters(from: source)(x).elements, plain(x).elements)
  }

  @Test func eachLayerHasAMaskOfItsOwn() {
    let source = DropoutSource(seed: 1, step: 2)
    var context = ForwardContext(dropout: source)
    let numbered = (0..<100).compactMap { _ in context.dropout(rate: 0.5)?.key }
    let named = ["query", "key", "layer.1.query", "layer.10.query"].compactMap { source.mask(of: $0, rate: 0.5)?.key }
    #expect(Set(numbered + named).count == 104)
    #expect(source.mask(of: "query", rate: 0) == nil)
    #expect(
      source.mask(of: "query", rate: 0.5) != DropoutSource(seed: 1, step: 2, chunk: 1).mask(of: "query", rate: 0.5))
  }
}

/// A linear layer under a name.
private struct Named: Module {
  let name: String
  var linear: Linear

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit(name, &linear) }
}
