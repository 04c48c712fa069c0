import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing

@Suite struct ModuleTests {
  private let x = Tensor([0.5, -1, 2, 1, 0.25, -0.5], shape: [2, 3])

  @Test func keysFollowThePath() {
    #expect(
      Array(Tower(depth: 2, hasHead: true).parameters.keys) == [
        "embeddings.input.weight", "embeddings.input.bias",
        "layer.0.dense.weight", "layer.0.dense.bias", "layer.0.LayerNorm.weight", "layer.0.LayerNorm.bias",
        "layer.1.dense.weight", "layer.1.dense.bias", "layer.1.LayerNorm.weight", "layer.1.LayerNorm.bias",
        "head.weight", "scale",
      ])
    #expect(
      Array(Tower(depth: 0, hasHead: false).parameters.keys) == [
        "embeddings.input.weight", "embeddings.input.bias", "scale",
      ])
  }

  @Test func visitorsSeeLinearLayersAsAWhole() throws {
    var tower = Tower(depth: 2, hasHead: true)
    var list = LinearList()
    tower.visitParameters(&list)
    // Inside modules, in an array, and where a layer may be absent.
    #expect(list.layers == ["embeddings.input 4 × 3", "layer.0.dense 4 × 4", "layer.1.dense 4 × 4", "head 2 × 4"])
    #expect(Array(list.others) == ["layer.0.LayerNorm", "layer.1.LayerNorm", "scale"])
    // What a visitor changes in a layer stays, and the layer still shows its parameters to others.
    #expect(tower.input.bias?.elements == [1, 1, 1, 1] && tower.blocks[1].dense.bias?.elements == [1, 1, 1, 1])
    #expect(tower.head?.bias?.elements == [1, 1])
    #expect(tower.parameters.keys.contains("head.bias"))
    var alone = Linear(inputs: 2, outputs: 3)
    list = LinearList()
    alone.visitParameters(&list)
    #expect(list.layers == [" 3 × 2"])
  }

  @Test func parametersAreCounted() {
    #expect(Tower(depth: 2, hasHead: true).parameterCount == 12 + 4 + 2 * (16 + 4 + 4 + 4) + 8 + 1)
  }

  @Test func updatingReachesEveryParameter() {
    var tower = Tower(depth: 2, hasHead: true)
    let keys = Array(tower.parameters.keys)
    var seen: [String] = []
    tower.updateParameters { key, parameter in
      seen.append(key)
      parameter = Tensor(repeating: Float(seen.count), shape: parameter.shape)
    }
    #expect(seen == keys)
    for (index, parameter) in tower.parameters.values.enumerated() {
      #expect(parameter.elements.allSatisfy { $0 == Float(index + 1) })
    }
    #expect(tower.blocks[1].norm.bias?.elements == [10, 10, 10, 10])
    #expect(tower.head?.weight.elements.first == 11)
  }

  @Test func snapshotsStayAsTheyWere() {
    var tower = Tower(depth: 1, hasHead: true)
    let model = tower
    let parameters = tower.parameters
    let before = parameters.values.map(\.elements)
    tower.updateParameters { _, parameter in parameter.accumulate(parameter) }
    #expect(parameters.values.map(\.elements) == before)
    #expect(model.parameters.values.map(\.elements) == before)
    #expect(tower.parameters.values.map(\.elements) == before.map { $0.map { $0 * 2 } })
  }

  /// An optimizer's step copies nothing: a parameter that nobody else holds keeps its memory.
  @Test func parametersAreChangedInPlace() {
    var tower = Tower(depth: 2, hasHead: true)
    let before = tower.parameters.mapValues { ObjectIdentifier($0.buffer) }
    tower.updateParameters { _, parameter in parameter.withUniqueBuffer { $0[0] += 1 } }
    for (key, parameter) in tower.parameters {
      #expect(ObjectIdentifier(parameter.buffer) == before[key], "\(key) was copied")
    }
  }

  @Test func gradientsComeByKey() throws {
    let tower = Tower(depth: 2, hasHead: true)
    let (value, gradients) = valueAndGradients(of: tower) { $0(x).sum() }
    #expect(value.scalar == tower(x).sum().scalar)
    #expect(gradients.keys == tower.parameters.keys)
    // The tower is linear in its scale.
    let scale = tower.scale.scalar
    #expect(abs((gradients["scale"]?.scalar ?? 0) - value.scalar / scale) <= 1e-5 * abs(value.scalar / scale))
    // One step of a difference quotient for one element of each parameter.
    for (key, gradient) in gradients {
      let step: Float = 1e-2
      func moved(_ step: Float) -> Double {
        var copy = tower
        copy.updateParameters { other, parameter in
          if other == key { parameter.withUniqueBuffer { $0[0] += step } }
        }
        return copy(x).elements.doubles.reduce(0, +)
      }
      let quotient = (moved(step) - moved(-step)) / Double(2 * step)
      #expect(abs(quotient - Double(gradient.elements[0])) <= 5e-3 * max(1, abs(quotient)), "\(key)")
    }
  }

  @Test func frozenParametersAreConstants() throws {
    let tower = Tower(depth: 2, hasHead: true)
    let all = ModelPullback(of: tower) { [$0(x)] }
    let some = ModelPullback(of: tower, where: { $0.hasPrefix("layer.1.") || $0 == "scale" }) { [$0(x)] }
    #expect(all.outputs[0].elements == some.outputs[0].elements)
    #expect(some.outputs[0].elements == tower(x).elements)
    let seed = Tensor([1, -2, 3, 0.5], shape: [2, 2])
    let (full, part) = (all([seed]), some([seed]))
    #expect(
      Array(part.keys) == [
        "layer.1.dense.weight", "layer.1.dense.bias", "layer.1.LayerNorm.weight", "layer.1.LayerNorm.bias", "scale",
      ])
    for (key, gradient) in part {
      try expectSameBits(gradient.elements, full[key]?.elements ?? [], key)
    }
    let none = ModelPullback(of: tower, where: { _ in false }) { [$0(x)] }
    #expect(none([seed]).isEmpty)
  }

  @Test func errorsOfTheComputationComeThrough() {
    struct Stop: Error {}
    #expect(throws: Stop.self) { try ModelPullback(of: Tower(depth: 1, hasHead: true)) { _ in throw Stop() } }
  }

  @Test func gradientsAccumulateByKey() {
    var sum: ParameterDictionary = [:]
    let first: ParameterDictionary = ["a": Tensor([1, 2], shape: [2]), "b": Tensor(3)]
    sum.accumulate(first)
    sum.accumulate(["b": Tensor(10), "c": Tensor([5], shape: [1])])
    sum.accumulate([:])
    #expect(Array(sum.keys) == ["a", "b", "c"])
    #expect(sum.values.map(\.elements) == [[1, 2], [13], [5]])
    #expect(first.values.map(\.elements) == [[1, 2], [3]])
  }

  /// Half batches added up are the whole batch.
  @Test func accumulatedGradientsEqualThoseOfTheWhole() throws {
    let tower = Tower(depth: 2, hasHead: true)
    let whole = valueAndGradients(of: tower) { $0(x).sum() }.gradients
    var sum = valueAndGradients(of: tower) { $0(x.slice(0..<1)).sum() }.gradients
    sum.accumulate(valueAndGradients(of: tower) { $0(x.slice(1..<2)).sum() }.gradients)
    #expect(whole.keys == tower.parameters.keys)
    for (key, gradient) in whole {
      try expectClose(sum[key]?.elements ?? [], gradient.elements.doubles, floor: 1, key)
    }
  }

  @Test(arguments: mistakes.map(\.sentence)) func stops(sentence: String) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [sentence] in
      mistakes.make(sentence)
    }
    #expect(fatalSentence(of: result) == sentence)
  }
}

private let mistakes = [
  Mistake("two parameters are named weight") { _ = Twins().parameters },
  Mistake("valueAndGradients: the value has shape [2, 2]") {
    _ = valueAndGradients(of: Tower(depth: 0, hasHead: true)) { $0(Tensor(repeating: 1, shape: [2, 3])) }
  },
]

/// Lists the linear layers with their shapes, and the modules of all other parameters; gives each layer a bias of ones.
private struct LinearList: ParameterVisitor {
  var path: [String] = []
  var layers: [String] = []
  var others: OrderedSet<String> = []

  mutating func visit(linear: inout Linear) {
    let (outputs, inputs) = (linear.weight.shape[0], linear.weight.shape[1])
    layers.append("\(path.joined(separator: ".")) \(outputs) × \(inputs)")
    linear.bias = Tensor(repeating: 1, shape: [outputs])
  }

  mutating func visit(key: String, _ parameter: inout Tensor) {
    others.append(path.isEmpty ? key : path.joined(separator: "."))
  }
}

/// Shows two parameters under one name.
private struct Twins: Module {
  var a = Tensor(1)
  var b = Tensor(2)

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("weight", &a)
    visitor.visit("weight", &b)
  }
}
