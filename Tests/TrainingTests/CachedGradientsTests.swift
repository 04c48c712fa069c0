import Kernels
import Layers
import OrderedCollections
import Synchronization
import Tensors
import TestSupport
import Testing
import Training

@Suite struct CachedGradientsTests {
  private static let queries = 12
  /// Rounding: another order of the texts in one batch changes the gradient by 7 · 10⁻⁷.
  private static let tolerance = 1e-6
  private let model = MeanEncoder(vocabulary: 500, width: 24, seed: 1)
  private let texts: [[Int32]]
  private let targets: Targets
  private let loss = TrainingLoss(
    InfoNCE(temperature: 0.05, maskKnownPositives: true, symmetric: true),
    matryoshka: Matryoshka(dimensions: [24, 8], weights: nil))

  init() {
    var random = SeededGenerator(seed: 2)
    texts = random.texts(40, longest: 10, vocabulary: 500)
    targets = Targets(
      positives: Array(0..<Self.queries),
      negatives: (0..<Self.queries).map { $0 < 8 ? [12 + 2 * $0, 13 + 2 * $0] : [] })
  }

  private func value(of embeddings: Tensor) -> Tensor {
    loss(
      queries: embeddings.slice(0..<Self.queries), documents: embeddings.slice(Self.queries..<texts.count),
      targets: targets)
  }

  @Test(arguments: [1, 17, 40, 60, 100, 150, 200, 100_000])
  func equalPlainGradients(budget: Int) throws {
    let plain = valueAndGradients(of: model) { value(of: $0.encode(texts)) }
    let plan = ChunkPlan(lengths: texts.map(\.count), budget: budget)
    var encodings: [Int: Int] = [:]
    let cached = plan.gradients(of: model) { model, chunk, rows in
      encodings[chunk, default: 0] += 1
      return model.encode(rows.map { texts[$0] })
    } loss: {
      value(of: $0)
    }
    #expect(difference(cached.loss, plain.value) < 1e-6)
    #expect(Array(cached.gradients.keys) == Array(plain.gradients.keys))
    #expect(difference(cached.gradients, plain.gradients) < Self.tolerance)
    if plan.chunks.count == 1 {
      for (key, gradient) in plain.gradients { #expect(sameBits(cached.gradients[key], gradient), "\(key)") }
    }
    // Only what does not fit is encoded twice.
    let counts = plan.chunks.indices.map { encodings[$0] ?? 0 }
    #expect(counts == Array(repeating: 2, count: counts.count - 1) + [1])
  }

  @Test(arguments: 0...4)
  func anyNumberOfChunksMayBeKept(kept: Int) {
    let plain = valueAndGradients(of: model) { value(of: $0.encode(texts)) }
    let chunks = [0..<7, 7..<20, 20..<21, 21..<40].map { Array(texts[$0]) }
    var order: [Int] = []
    let cached = cachedGradients(of: model, chunks: chunks, keeping: kept) { model, index, chunk in
      order.append(index)
      return model.encode(chunk)
    } loss: {
      value(of: $0)
    }
    #expect(order == Array(0..<4) + Array(0..<4 - kept))
    #expect(difference(cached.gradients, plain.gradients) < Self.tolerance)
  }

  /// With dropout keyed by the chunk the gradient is that of one computation with the same masks.
  @Test func dropoutIsTheSameBothTimes() {
    let plan = ChunkPlan(lengths: texts.map(\.count), budget: 80)
    #expect(plan.chunks.count > 2)
    func encode(_ model: MeanEncoder, _ chunk: Int, _ rows: [Int]) -> Tensor {
      model.encode(rows.map { texts[$0] }, dropout: DropoutSource(seed: 3, step: 5, chunk: chunk))
    }
    let plain = valueAndGradients(of: model) { model in
      value(of: .concatenated(plan.chunks.indices.map { encode(model, $0, plan.chunks[$0]) }).gatherRows(plan.places))
    }
    let cached = plan.gradients(of: model, encode: encode) { value(of: $0) }
    #expect(sameBits(cached.loss, plain.value))
    #expect(difference(cached.gradients, plain.gradients) < Self.tolerance)
    let without = valueAndGradients(of: model) { value(of: $0.encode(texts)) }
    #expect(difference(without.value, plain.value) > 1e-3)
  }

  @Test func dropoutThatChangesIsABug() async {
    await #expect(processExitsWith: .failure) {
      let model = MeanEncoder(vocabulary: 5, width: 16, seed: 1)
      let step = Mutex(0)
      _ = cachedGradients(of: model, chunks: [[[1, 2, 3] as [Int32]], [[4]]], keeping: 1) { model, _, chunk in
        let step = step.withLock { step in
          step += 1
          return step
        }
        return model.encode(chunk, dropout: DropoutSource(seed: 1, step: step))
      } loss: {
        $0.sum()
      }
    }
  }

  @Test func frozenParametersGetNoGradient() {
    let plan = ChunkPlan(lengths: texts.map(\.count), budget: 100)
    let cached = plan.gradients(of: model, where: { $0 != "words.weight" }) { model, _, rows in
      model.encode(rows.map { texts[$0] })
    } loss: {
      value(of: $0)
    }
    #expect(Array(cached.gradients.keys) == ["dense.weight", "dense.bias", "LayerNorm.weight", "LayerNorm.bias"])
  }

  /// A loss that is not finite is found by the optimizer, not by a trap on the way.
  @Test func brokenWeightsGiveABrokenLoss() throws {
    var broken = model
    broken.dense.weight = Tensor(repeating: .nan, shape: broken.dense.weight.shape)
    let plan = ChunkPlan(lengths: texts.map(\.count), budget: 100)
    let result = plan.gradients(of: broken) { model, _, rows in
      model.encode(rows.map { texts[$0] })
    } loss: {
      value(of: $0)
    }
    var optimizer = try AdamW(AdamW.Settings(rate: 1, decay: 0, clip: 1), for: broken)
    let error = #expect(throws: NonFiniteError.self) {
      try optimizer.step(&broken, gradients: result.gradients, loss: result.loss.scalar, rate: 1)
    }
    #expect(error?.loss.isFinite == false)
  }
}

/// Each test runs in a process of its own, since it looks at the memory of the whole process.
@Suite struct MemoryTests {
  /// The peak follows the budget, not the batch.
  @Test func memoryFollowsTheBudget() async {
    await #expect(processExitsWith: .success) {
      var random = SeededGenerator(seed: 8)
      let model = MeanEncoder(vocabulary: 100, width: 128, seed: 8)
      let texts = random.texts(2000, longest: 30, vocabulary: 100)
      let tokens = texts.reduce(0) { $0 + $1.count }

      /// The bytes a step needs on top of what lives before it.
      func need(_ budget: Int) -> Int {
        EngineMemory.releaseUnused()
        let before = EngineMemory.liveBytes
        let plan = ChunkPlan(lengths: texts.map(\.count), budget: budget)
        let result = plan.gradients(of: model) { model, _, rows in
          model.encode(rows.map { texts[$0] })
        } loss: {
          ($0 * $0).mean()
        }
        #expect(result.loss.isFinite)
        return EngineMemory.peakBytes - before
      }

      let (whole, half, tenth) = (need(tokens), need(tokens / 2), need(tokens / 10))
      let tokenBytes = 128 * 4
      #expect(whole > 3 * tokens * tokenBytes)
      #expect(half < whole * 6 / 10)
      // What stays at any budget: embeddings and gradients, a few times 2,000 and 500 rows.
      #expect(tenth < whole / 10 + 8 * 2500 * tokenBytes)
    }
  }

  /// Parameters and moments are changed in place: after the first step nothing is added but small change.
  @Test func stepsChangeInPlace() async {
    await #expect(processExitsWith: .success) {
      var random = SeededGenerator(seed: 9)
      var model = MeanEncoder(vocabulary: 5000, width: 128, seed: 9)
      let parameterBytes = model.parameterCount * 4
      var optimizer = try AdamW(AdamW.Settings(rate: 0.01, decay: 0.01, clip: 1), for: model)
      let gradients = model.parameters.mapValues { random.tensor($0.shape) }
      try optimizer.step(&model, gradients: gradients, loss: 1, rate: 0.01)
      EngineMemory.releaseUnused()
      let live = EngineMemory.liveBytes
      for _ in 0..<5 { try optimizer.step(&model, gradients: gradients, loss: 1, rate: 0.01) }
      #expect(EngineMemory.liveBytes == live)
      #expect(EngineMemory.peakBytes - live < parameterBytes / 100)
    }
  }
}
