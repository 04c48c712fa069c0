import Foundation
import JSONText
import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing
import Training

@Suite struct AdamWTests {
  private static func settings(rate: Double = 0.01, decay: Double = 0, clip: Double? = nil) -> AdamW.Settings {
    AdamW.Settings(rate: rate, decay: decay, clip: clip)
  }

  // MARK: - The step

  @Test(arguments: [0.0, 0.1])
  func trajectoryEqualsPyTorch(decay: Double) throws {
    let goldens = try LossGoldens()
    let settings = goldens.index["adamW"]
    #expect(try settings["beta1"].double() == 0.9 && settings["beta2"].double() == 0.999)
    #expect(try settings["epsilon"].double() == 1e-8)
    let rate = try settings["rate"].double()
    let gradients = try goldens.tensor("adamW.gradients")
    let expected = try goldens.tensor("adamW.parameters.decay\(decay)")
    var model = Bag([("weight", try goldens.tensor("adamW.initial"))])
    var optimizer = try AdamW(Self.settings(rate: rate, decay: decay), for: model)
    for step in 0..<10 {
      let gradient = Tensor(gradients.row(step), shape: [8])
      try optimizer.step(&model, gradients: ["weight": gradient], loss: 1, rate: rate)
      #expect(difference(model["weight"], Tensor(expected.row(step), shape: [8])) < 1e-6, "step \(step)")
    }
    #expect(optimizer.steps == 10)
  }

  /// Several parameters with clipping against a second implementation in Float64.
  @Test(arguments: [nil, 0.5, 1e9])
  func clipsByTheGlobalNorm(clip: Double?) throws {
    var random = SeededGenerator(seed: 1)
    var model = Bag([
      ("a", random.tensor([3, 5])), ("b.bias", random.tensor([7])), ("c.weight", random.tensor([70_000])),
    ])
    var optimizer = try AdamW(Self.settings(decay: 0.1, clip: clip), for: model)
    var reference = model.parameters.mapValues { $0.elements.map { ReferenceParameter(value: Double($0)) } }
    for step in 1...5 {
      let gradients = model.parameters.mapValues { random.tensor($0.shape) }
      let norm = try optimizer.step(&model, gradients: gradients, loss: 0.5, rate: 0.02)
      let exact = gradients.values.reduce(0.0) { $0 + $1.elements.reduce(0.0) { $0 + Double($1) * Double($1) } }
      #expect(abs(norm - exact.squareRoot()) < 1e-5 * norm)
      let scale = clip.map { min(1, $0 / (exact.squareRoot() + 1e-6)) } ?? 1
      for (key, gradient) in gradients {
        for (index, g) in gradient.elements.enumerated() {
          reference[key]?[index].step(
            gradient: Double(g) * scale, rate: 0.02, decay: key == "b.bias" ? 0 : 0.1, step: step)
        }
      }
      for (key, values) in reference {
        let expected = Tensor(values.map { Float($0.value) }, shape: model[key].shape)
        #expect(difference(model[key], expected) < 2e-6, "\(key), step \(step)")
      }
    }
  }

  /// The 10⁻⁶ in the denominator, seen where the norm is as small: half the gradient reaches the first moment.
  @Test func clippingOfTinyGradientsIsThatOfPyTorch() throws {
    var model = Bag([("a", Tensor([1], shape: [1]))])
    var optimizer = try AdamW(Self.settings(clip: 1e-6), for: model)
    try optimizer.step(&model, gradients: ["a": Tensor([1e-6], shape: [1])], loss: 1, rate: 0.1)
    let moment = try #require(optimizer.state.moments["firstMoment.a"])
    #expect(abs(moment.scalar / 0.5e-7 - 1) < 1e-5)
  }

  private struct ReferenceParameter {
    var value: Double
    private var (first, second) = (0.0, 0.0)

    init(value: Double) { self.value = value }

    mutating func step(gradient: Double, rate: Double, decay: Double, step: Int) {
      value *= 1 - rate * decay
      first = 0.9 * first + 0.1 * gradient
      second = 0.999 * second + 0.001 * gradient * gradient
      let (firstMean, secondMean) = (first / (1 - pow(0.9, Double(step))), second / (1 - pow(0.999, Double(step))))
      value -= rate * firstMean / (secondMean.squareRoot() + 1e-8)
    }
  }

  /// One step with the gradient 0 shrinks exactly the parameters that decay.
  @Test(arguments: [false, true])
  func decayLeavesOutBiasesAndNorms(decayBiasesAndNorms: Bool) throws {
    let excluded = [
      "encoder.layer.0.attention.self.query.bias", "embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias",
      "layers.1.attn_norm.weight", "final_norm", "norm.weight", "model.norm.weight", "layers.0.RMSNorm.weight", "bias",
      "encoder.layers.0.norm1.weight", "emb_ln.weight", "encoder.layer.0.attn_ln.weight",
    ]
    let included = [
      "encoder.layer.0.attention.self.query.weight", "normalizer.weight", "normal", "dense.weight", "ln_f",
    ]
    var model = Bag((excluded + included).map { ($0, Tensor([2, -4], shape: [2])) })
    let zeros = model.parameters.mapValues { Tensor(repeating: 0, shape: $0.shape) }
    var optimizer = try AdamW(
      AdamW.Settings(rate: 1, decay: 0.5, clip: nil, decayBiasesAndNorms: decayBiasesAndNorms), for: model)
    try optimizer.step(&model, gradients: zeros, loss: 0, rate: 1)
    for name in included { #expect(model[name].elements == [1, -2], "\(name)") }
    for name in excluded {
      #expect(model[name].elements == (decayBiasesAndNorms == true ? [1, -2] : [2, -4]), "\(name)")
    }
  }

  // MARK: - Rates and freezing

  @Test func longestPrefixDecides() throws {
    let names = [
      "embeddings.words.weight", "embeddings.LayerNorm.weight", "encoder.layer.1.dense.weight",
      "encoder.layer.10.dense.weight", "encoder.layer.2.dense.weight", "encoder.layer.2.dense.scale", "head.weight",
    ]
    var model = Bag(names.map { ($0, Tensor([1], shape: [1])) })
    let before = model
    var optimizer = try AdamW(
      AdamW.Settings(
        rate: 0.1, decay: 0, clip: nil,
        rates: [
          "encoder": 0.5, "encoder.layer.1": 2, "encoder.layer.2.dense.scale": 3, "embeddings.LayerNorm.weight": 4,
          "head": 0,
        ],
        freeze: ["embeddings", "encoder.layer.2"]),
      for: model)
    let trained = names.filter(optimizer.isTrained)
    #expect(trained == [names[1], names[2], names[3], names[5]])
    // The gradients of frozen parameters are neither needed nor looked at.
    let ones: ParameterDictionary = .init(
      uniqueKeysWithValues: names.map {
        ($0, trained.contains($0) ? Tensor([1], shape: [1]) : Tensor([.nan], shape: [1]))
      })
    #expect(try optimizer.step(&model, gradients: ones, loss: 0, rate: 0.1) == 2)
    // The first step moves a parameter by its rate.
    let moves = names.map { before[$0].elements[0] - model[$0].elements[0] }
    let expected: [Float] = [0, 0.4, 0.2, 0.05, 0, 0.3, 0]
    #expect(zip(moves, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(moves[0] == 0 && moves[4] == 0 && moves[6] == 0)
    #expect(optimizer.state.moments.count == 2 * trained.count)
  }

  @Test func mostSpecificPatternDecides() throws {
    let names = [
      "embeddings.words.weight", "encoder.layer.0.self.query.weight", "encoder.layer.0.self.query.bias",
      "encoder.layer.0.self.key.weight", "encoder.layer.1.self.query.weight", "encoder.layer.1.output.weight",
      "head.weight",
    ]
    func rates(_ settings: AdamW.Settings) throws -> [Double] {
      var model = Bag(names.map { ($0, Tensor([0], shape: [1])) })
      var optimizer = try AdamW(settings, for: model)
      let trained = names.filter(optimizer.isTrained)
      let ones = ParameterDictionary(uniqueKeysWithValues: trained.map { ($0, Tensor([1], shape: [1])) })
      try optimizer.step(&model, gradients: ones, loss: 0, rate: 1)
      // The first step moves a parameter by its rate.
      return names.map { (Double(-model[$0].elements[0]) * 1000).rounded() / 1000 }
    }
    // All but the queries is frozen, in the second layer at another rate.
    #expect(
      try rates(
        AdamW.Settings(
          rate: 1, decay: 0, clip: nil, rates: ["**.query": 1, "encoder.*.1.**.query": 3], freeze: ["**"]))
        == [0, 1, 1, 0, 3, 0, 0])
    // Frozen beats a factor on the same pattern; of equally specific patterns the smaller factor decides.
    #expect(
      try rates(
        AdamW.Settings(
          rate: 1, decay: 0, clip: nil,
          rates: ["**.query": 2, "encoder.*.1": 5, "encoder.layer.*": 4, "*.*.0": 6, "embeddings": 0.5],
          freeze: ["**.query"]))
        == [0.5, 0, 0, 4, 0, 4, 1])
  }

  @Test func unknownPatternsNameTheNearestComponent() {
    let model = Bag(["encoder.layer.0.query.weight", "encoder.layer.1.key.weight"].map { ($0, Tensor(0)) })
    let settings = AdamW.Settings(
      rate: 1, decay: 0, clip: nil, rates: ["**.Queries": 2, "**.query": 1], freeze: ["query.**", "*.zzz"])
    let error = #expect(throws: UnknownPatternError.self) { try AdamW(settings, for: model) }
    #expect(
      error?.description == """
        no parameter's name fits '**.Queries'; the component nearest to 'Queries' is 'query'
        no parameter's name fits '*.zzz'; the model has 'encoder'
        no parameter's name fits 'query.**'; the model has 'encoder'
        """)
  }

  @Test func frozenParametersNeedNoGradient() throws {
    var model = MeanEncoder(vocabulary: 10, width: 8, seed: 2)
    let before = model.parameters
    var optimizer = try AdamW(AdamW.Settings(rate: 0.1, decay: 0.1, clip: 1, freeze: ["words"]), for: model)
    let pullback = ModelPullback(of: model, where: optimizer.isTrained) { [$0.encode([[1, 2], [3]]).sum()] }
    try optimizer.step(&model, gradients: pullback([Tensor(1)]), loss: 1, rate: 0.1)
    for (key, parameter) in model.parameters {
      #expect(sameBits(parameter, before[key]) == (key == "words.weight"), "\(key)")
    }
  }

  @Test func unknownPrefixesAreReportedTogether() {
    let model = Bag(
      ["embeddings.words.weight", "encoder.layer.0.dense.weight", "encoder.layer.10.dense.weight"].map {
        ($0, Tensor(0))
      })
    let settings = AdamW.Settings(
      rate: 1, decay: 0, clip: nil, rates: ["Encoder.layers.1": 2, "encoder.layer.1": 0.5],
      freeze: ["pooler", "embeddings"])
    let error = #expect(throws: UnknownPatternError.self) { try AdamW(settings, for: model) }
    #expect(error?.patterns.map(\.text) == ["Encoder.layers.1", "encoder.layer.1", "pooler"])
    #expect(
      error?.description == """
        no parameter's name begins with the components 'Encoder.layers.1'; the nearest is 'encoder.layer.0.dense.weight'
        no parameter's name begins with the components 'encoder.layer.1'; the nearest is 'encoder.layer.10.dense.weight'
        no parameter's name begins with the components 'pooler'; the model has 'embeddings', 'encoder'
        """)
  }

  /// As in PyTorch: not even decay touches a parameter that the loss does not depend on.
  @Test func parametersWithoutAGradientStayAsTheyAre() throws {
    var model = Bag([("used", Tensor([1, 2], shape: [2])), ("unused", Tensor([3], shape: [1]))])
    var optimizer = try AdamW(Self.settings(decay: 0.5), for: model)
    #expect(optimizer.isTrained("unused"))
    let (value, gradients) = valueAndGradients(of: model) { $0["used"].sum() }
    #expect(Array(gradients.keys) == ["used"])
    try optimizer.step(&model, gradients: gradients, loss: value.scalar, rate: 0.1)
    #expect(model["unused"].elements == [3] && model["used"].elements != [1, 2])

    // A checkpoint is complete all the same.
    let state = optimizer.state
    #expect(state.moments["secondMoment.unused"]?.elements == [0])
    var resumed = try AdamW(Self.settings(decay: 0.5), for: model)
    try resumed.restore(state)
    var other = model
    let both: ParameterDictionary = ["used": Tensor([1, 1], shape: [2]), "unused": Tensor([1], shape: [1])]
    try optimizer.step(&model, gradients: both, loss: 1, rate: 0.1)
    try resumed.step(&other, gradients: both, loss: 1, rate: 0.1)
    for (key, parameter) in model.parameters { #expect(sameBits(parameter, other.parameters[key]), "\(key)") }
  }

  // MARK: - What must not reach the weights

  @Test(arguments: [Float.nan, .infinity, -.infinity], ["loss", "a.weight", "b.weight", "c.bias"])
  func nonFiniteValuesLeaveEverythingAsItWas(value: Float, place: String) throws {
    var random = SeededGenerator(seed: 4)
    var model = Bag([
      ("a.weight", random.tensor([40])), ("b.weight", random.tensor([3, 3])), ("c.bias", random.tensor([1])),
    ])
    var optimizer = try AdamW(Self.settings(decay: 0.1, clip: 1), for: model)
    let first = model.parameters.mapValues { random.tensor($0.shape) }
    try optimizer.step(&model, gradients: first, loss: 1, rate: 0.1)

    let (weights, state) = (model.parameters, optimizer.state)
    var gradients = first
    if place != "loss", let gradient = gradients[place] {
      var elements = gradient.elements
      elements[elements.count / 2] = value
      gradients[place] = Tensor(elements, shape: gradient.shape)
    }
    let loss = place == "loss" ? value : 0.25
    let error = #expect(throws: NonFiniteError.self) {
      try optimizer.step(&model, gradients: gradients, loss: loss, rate: 0.1)
    }
    #expect(error?.step == 2 && error?.firstNonFiniteGradient == (place == "loss" ? nil : place))
    #expect(error?.gradientNorm.isFinite == (place == "loss") && error?.loss.bitPattern == loss.bitPattern)
    for (key, parameter) in model.parameters { #expect(sameBits(parameter, weights[key])) }
    #expect(optimizer.steps == 1)
    #expect(optimizer.state.moments.count == 6)
    for (key, moment) in optimizer.state.moments { #expect(sameBits(moment, state.moments[key])) }

    // The run can go on with sound gradients.
    try optimizer.step(&model, gradients: first, loss: 1, rate: 0.1)
    #expect(optimizer.steps == 2)
  }

  @Test func nonFiniteErrorSaysWhatToDo() throws {
    var model = Bag([("a", Tensor([1], shape: [1])), ("b", Tensor([1], shape: [1]))])
    var optimizer = try AdamW(Self.settings(), for: model)
    let gradients: ParameterDictionary = ["a": Tensor([3], shape: [1]), "b": Tensor([.infinity], shape: [1])]
    let broken = #expect(throws: NonFiniteError.self) {
      try optimizer.step(&model, gradients: gradients, loss: 2.5, rate: 1)
    }
    #expect(
      broken?.description
        == "step 1: the loss is 2.5 and the gradient norm inf, first in the gradient of b; the weights were not changed; "
        + "lower the learning rate, or look for a broken row among those of the step")
    let sound: ParameterDictionary = ["a": Tensor([3], shape: [1]), "b": Tensor([4], shape: [1])]
    let lost = #expect(throws: NonFiniteError.self) {
      try optimizer.step(&model, gradients: sound, loss: .nan, rate: 1)
    }
    #expect(
      lost?.description
        == "step 1: the loss is nan and the gradient norm 5.0, while every gradient is finite; the weights were not "
        + "changed; lower the learning rate, or look for a broken row among those of the step")
  }

  // MARK: - Values and memory

  @Test func aCopyOfTheModelIsASnapshot() throws {
    var random = SeededGenerator(seed: 6)
    var model = MeanEncoder(vocabulary: 20, width: 16, seed: 6)
    let (snapshot, elements) = (model, model.parameters.mapValues(\.elements))
    var optimizer = try AdamW(Self.settings(), for: model)
    for _ in 0..<3 {
      let gradients = model.parameters.mapValues { random.tensor($0.shape) }
      try optimizer.step(&model, gradients: gradients, loss: 1, rate: 0.1)
    }
    for (key, parameter) in snapshot.parameters { #expect(parameter.elements == elements[key]) }
    for (key, parameter) in model.parameters { #expect(parameter.elements != elements[key]) }
  }

  // MARK: - State

  @Test func aRestoredRunHasTheSameBits() throws {
    var random = SeededGenerator(seed: 7)
    var model = MeanEncoder(vocabulary: 20, width: 16, seed: 7)
    let settings = AdamW.Settings(rate: 0.1, decay: 0.1, clip: 1, freeze: ["LayerNorm"])
    var optimizer = try AdamW(settings, for: model)
    let gradients = (0..<6).map { _ in model.parameters.mapValues { random.tensor($0.shape) } }
    for gradient in gradients[..<3] { try optimizer.step(&model, gradients: gradient, loss: 1, rate: 0.1) }
    let (saved, state) = (model, optimizer.state)
    #expect(state.steps == 3)
    #expect(
      Array(state.moments.keys.prefix(3)) == [
        "firstMoment.words.weight", "secondMoment.words.weight", "firstMoment.dense.weight",
      ])
    for gradient in gradients[3...] { try optimizer.step(&model, gradients: gradient, loss: 1, rate: 0.1) }

    var resumed = saved
    var second = try AdamW(settings, for: resumed)
    try second.restore(state)
    for gradient in gradients[3...] { try second.step(&resumed, gradients: gradient, loss: 1, rate: 0.1) }
    #expect(second.steps == 6)
    for (key, parameter) in resumed.parameters { #expect(sameBits(parameter, model.parameters[key]), "\(key)") }

    // Without the state the same steps lead elsewhere.
    var third = try AdamW(settings, for: saved)
    var other = saved
    for gradient in gradients[3...] { try third.step(&other, gradients: gradient, loss: 1, rate: 0.1) }
    #expect(!sameBits(other.parameters["dense.weight"], model.parameters["dense.weight"]))
  }

  @Test func theStateBeforeTheFirstStepIsEmpty() throws {
    let model = Bag([("a", Tensor(1))])
    var optimizer = try AdamW(Self.settings(), for: model)
    #expect(optimizer.state.steps == 0 && optimizer.state.moments.isEmpty)
    try optimizer.restore(optimizer.state)
    #expect(optimizer.steps == 0)
  }

  @Test func aStateOfAnotherModelIsRefusedWhole() throws {
    var model = Bag([("a", Tensor([1, 2], shape: [2])), ("b", Tensor([3], shape: [1]))])
    var optimizer = try AdamW(Self.settings(), for: model)
    let gradients = model.parameters.mapValues { Tensor(repeating: 1, shape: $0.shape) }
    try optimizer.step(&model, gradients: gradients, loss: 1, rate: 0.1)
    let before = optimizer.state
    let state = AdamW.State(
      steps: 5,
      moments: [
        "firstMoment.a": Tensor([1, 2, 3], shape: [3]), "secondMoment.a": Tensor([1, 2], shape: [2]),
        "secondMoment.b": Tensor([1], shape: [1]), "firstMoment.c": Tensor(0),
      ])
    let error = #expect(throws: OptimizerStateError.self) { try optimizer.restore(state) }
    #expect(
      error?.description == """
        the saved optimizer state does not fit this model and its optimizer settings; resume with the model and the \
        recipe it was saved with:
          firstMoment.b is missing
          firstMoment.a is [3], expected [2]
          firstMoment.c is not expected
        """)
    #expect(optimizer.steps == 1)
    #expect(optimizer.state.moments.count == 4)
    for (key, moment) in optimizer.state.moments { #expect(sameBits(moment, before.moments[key])) }
    let negative = #expect(throws: OptimizerStateError.self) { try optimizer.restore(.init(steps: -1, moments: [:])) }
    #expect(negative?.description.hasSuffix(":\n  the number of steps is -1") == true)
  }

  @Test func settingsAreTheKeysOfARecipe() throws {
    let brief = try JSONDecoder().decode(AdamW.Settings.self, from: Data(#"{"rate":2e-5,"decay":0.01,"clip":1}"#.utf8))
    #expect(brief == AdamW.Settings(rate: 2e-5, decay: 0.01, clip: 1))
    let full = AdamW.Settings(
      rate: 1, decay: 0, clip: nil, decayBiasesAndNorms: true, rates: ["a": 0.5], freeze: ["b"])
    #expect(try JSONDecoder().decode(AdamW.Settings.self, from: try JSONEncoder().encode(full)) == full)
  }
}
