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
}
