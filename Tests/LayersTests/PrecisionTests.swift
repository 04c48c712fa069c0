import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing

/// Layers whose products are below 32 bits.
@Suite struct PrecisionTests {
  /// Two layers, one of whose widths fill whole panels.
  private struct Pair: Module {
    var wide = Linear(inputs: 24, outputs: 32)
    var narrow = Linear(inputs: 32, outputs: 5)

    init() {
      var generator = SeededGenerator(seed: 5)
      updateParameters { _, parameter in
        parameter = Tensor(generator.floats(parameter.shape.count), shape: parameter.shape)
      }
    }

    mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
      visitor.visit("wide", &wide)
      visitor.visit("narrow", &narrow)
    }
  }

  private let x: Tensor = {
    var generator = SeededGenerator(seed: 6)
    return Tensor(generator.floats(40 * 24), shape: [40, 24])
  }()

  @Test(arguments: [Precision.bfloat16, .int8]) func productsAreAtThePrecision(precision: Precision) throws {
    let exact = Pair()
    var model = exact
    model.packLinearLayers(for: precision)
    let (expected, found) = (exact.wide(x).elements, model.wide(x).elements)
    #expect(found != expected)
    try expectClose(found, expected.doubles, tolerance: precision == .bfloat16 ? 5e-3 : 2e-2)
    // No whole panel of outputs.
    try expectSameBits(model.narrow(model.wide(x)).elements, exact.narrow(Tensor(found, shape: [40, 32])).elements)
    for (key, parameter) in model.parameters {
      try expectSameBits(parameter.elements, try #require(exact.parameters[key]).elements, key)
    }
    model.packLinearLayers(for: .float32)
    try expectSameBits(model.wide(x).elements, expected)
  }

  @Test func aWeightThatChangesIsNotUsedAsItWas() throws {
    var model = Pair()
    model.packLinearLayers(for: .bfloat16)
    model.updateParameters { _, parameter in parameter = parameter * 2 }
    var exact = Pair()
    exact.updateParameters { _, parameter in parameter = parameter * 2 }
    try expectSameBits(model.wide(x).elements, exact.wide(x).elements)
    // In place, as an optimizer changes it.
    var other = Pair()
    other.packLinearLayers(for: .bfloat16)
    other.updateParameters { key, parameter in
      if key == "wide.weight" { parameter.accumulate(Tensor(repeating: 1, shape: parameter.shape)) }
    }
    var plain = Pair()
    plain.wide.weight = plain.wide.weight + Tensor(repeating: 1, shape: plain.wide.weight.shape)
    try expectSameBits(other.wide(x).elements, plain.wide(x).elements)
  }

  /// A layer whose widths fill whole panels has its gradients in bfloat16, if it is packed for them.
  @Test func gradientsAreAtThePrecision() throws {
    let exact = Square()
    var (forward, both) = (exact, exact)
    forward.packLinearLayers(for: .bfloat16)
    both.packLinearLayers(for: .bfloat16, withGradients: true)
    let x = Tensor(Array(self.x.elements.prefix(40 * 16)), shape: [40, 16])
    func gradients(_ model: Square) -> ParameterDictionary {
      valueAndGradients(of: model) { model in (model.map(x) * model.map(x)).sum() }.gradients
    }
    let (expected, ofForward, found) = (gradients(exact), gradients(forward), gradients(both))
    for key in ["map.weight", "map.bias"] {
      let gradient = try #require(found[key]).elements
      #expect(gradient != expected[key]?.elements && (key == "map.bias" || gradient != ofForward[key]?.elements))
      try expectClose(gradient, try #require(expected[key]).elements.doubles, tolerance: 1e-2)
    }
  }

  /// Steps of an optimizer that packs once more before each have the bits of those on models that are made anew, and a
  /// step without packing has those in 32 bits: no panel is ever of an earlier weight.
  @Test func noPanelOutlivesItsWeight() throws {
    let x = Tensor(Array(self.x.elements.prefix(40 * 16)), shape: [40, 16])
    func gradients(_ model: Square) -> ParameterDictionary {
      valueAndGradients(of: model) { model in (model.map(x) * model.map(x)).sum() }.gradients
    }
    func step(_ model: inout Square, _ gradients: ParameterDictionary) {
      model.updateParameters { key, parameter in
        if let gradient = gradients[key] { parameter.accumulate(gradient * -0.01) }
      }
    }
    /// A model with the same numbers in other memory.
    func renewed(_ model: Square) -> Square {
      var copy = model
      copy.updateParameters { _, parameter in parameter = Tensor(parameter.elements, shape: parameter.shape) }
      copy.packLinearLayers(for: .bfloat16, withGradients: true)
      return copy
    }
    var model = Square()
    for number in 0..<3 {
      // Packed in place, and the optimizer changes the weights while their panels are there.
      model.packLinearLayers(for: .bfloat16, withGradients: true)
      let (found, expected) = (gradients(model), gradients(renewed(model)))
      for (key, gradient) in found {
        try expectSameBits(gradient.elements, try #require(expected[key]).elements, "step \(number), \(key)")
      }
      step(&model, found)
      var plain = model
      plain.packLinearLayers(for: .float32)
      for (key, gradient) in gradients(model) {
        try expectSameBits(gradient.elements, try #require(gradients(plain)[key]).elements, "after step \(number)")
      }
    }
  }

  /// A layer whose inputs and outputs fill whole panels.
  private struct Square: Module {
    var map = Linear(inputs: 16, outputs: 32)

    init() {
      var generator = SeededGenerator(seed: 7)
      updateParameters { _, parameter in
        parameter = Tensor(generator.floats(parameter.shape.count), shape: parameter.shape)
      }
    }

    mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("map", &map) }
  }
}
