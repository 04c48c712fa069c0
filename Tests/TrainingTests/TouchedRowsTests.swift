import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing

@testable import Training

/// AdamW with moments for touched rows only, against AdamW with moments for the whole table.
@Suite struct TouchedRowsTests {
  private static let (rows, width) = (40, 20)

  private func settings(
    _ rows: AdamW.Rows?, decay: Double = 0, clip: Double? = nil, freeze: [String]? = nil
  ) -> AdamW.Settings {
    AdamW.Settings(rate: 0.1, decay: decay, clip: clip, freeze: freeze, rows: rows)
  }

  /// Some rows of every step; those from 30 on are never looked up, and row 29 at the last step only.
  private func texts(step: Int, of steps: Int) -> [[Int32]] {
    var random = SeededGenerator(seed: UInt64(step) + 1)
    let texts = (0..<5).map { _ in (0..<4).map { _ in Int32.random(in: 0..<29, using: &random) } }
    return texts + (step == steps - 1 ? [[29, 3]] : [])
  }

  private func train(
    _ settings: AdamW.Settings, steps: Int = 8, budget: Int = 1000, from state: AdamW.State? = nil,
    model start: MeanEncoder? = nil, after first: Int = 0, everyRowAtFirst: Bool = false
  ) throws -> (model: MeanEncoder, optimizer: AdamW, norms: [Double]) {
    var model = start ?? MeanEncoder(vocabulary: Self.rows, width: Self.width, seed: 2)
    var optimizer = try AdamW(settings, for: model)
    if let state { try optimizer.restore(state) }
    var norms: [Double] = []
    for step in first..<steps {
      var texts = texts(step: step, of: 8)
      if everyRowAtFirst && step == 0 { texts.append((0..<Int32(Self.rows)).reversed()) }
      let plan = ChunkPlan(lengths: texts.map(\.count), budget: budget)
      let (loss, gradients) = plan.gradients(
        of: model, where: optimizer.isTrained, takesRows: optimizer.keepsTouchedRows
      ) { model, chunk, rows in
        model.encode(rows.map { texts[$0] })
      } loss: { embeddings in
        (embeddings * embeddings).sum() + embeddings.exponential().sum()
      }
      norms.append(try optimizer.step(&model, gradients: gradients, loss: loss.scalar, rate: 0.1 / Double(step + 1)))
    }
    return (model, optimizer, norms)
  }

  private func expectSame(_ first: MeanEncoder, _ second: MeanEncoder) {
    for (key, parameter) in first.parameters { #expect(sameBits(parameter, second.parameters[key]), "\(key)") }
  }

  /// Without decay every bit is the same: a row moves by its moments in the steps in which it has no gradient, too.
  @Test func withoutDecayItIsTheSame() throws {
    let (all, touched) = (try train(settings(.all)), try train(settings(.touched)))
    expectSame(touched.model, all.model)
    let start = MeanEncoder(vocabulary: Self.rows, width: Self.width, seed: 2)
    #expect(touched.model.words.weight.row(0) != start.words.weight.row(0))
    #expect(touched.norms == all.norms && touched.norms.count == 8)
  }

  /// Where every row has a gradient in the first step, decay and clipping leave no difference either, nor do chunks.
  @Test(arguments: [1000, 5]) func whereEveryRowIsTouchedAtFirstItIsTheSame(budget: Int) throws {
    let (all, touched) = (
      try train(settings(.all, decay: 0.5, clip: 0.5), budget: budget, everyRowAtFirst: true),
      try train(settings(.touched, decay: 0.5, clip: 0.5), budget: budget, everyRowAtFirst: true)
    )
    expectSame(touched.model, all.model)
    #expect(touched.norms == all.norms && touched.norms.allSatisfy { $0 > 0.5 })
    #expect(touched.optimizer.momentCount == all.optimizer.momentCount)
  }

  @Test func onlyTouchedRowsHaveMoments() throws {
    let optimizer = try train(settings(.touched), steps: 1).optimizer
    let distinct = Set(texts(step: 0, of: 8).joined()).count
    let rest = try train(settings(.all), steps: 1).optimizer.momentCount - 2 * Self.rows * Self.width
    #expect(optimizer.momentCount - rest == 2 * distinct * Self.width)
    #expect(try train(settings(.touched)).optimizer.momentCount - rest == 2 * 30 * Self.width)
  }

  /// Rows without a gradient so far do not decay; from the first gradient on a row is that of the whole table's AdamW.
  @Test func aRowDecaysFromItsFirstGradientOn() throws {
    let decay = 0.5
    let (all, touched) = (try train(settings(.all, decay: decay)), try train(settings(.touched, decay: decay)))
    let start = MeanEncoder(vocabulary: Self.rows, width: Self.width, seed: 2)
    let first = Set(texts(step: 0, of: 8).joined().map { Int($0) })
    #expect(first.count > 10)
    for row in 30..<40 { #expect(touched.model.words.weight.row(row) == start.words.weight.row(row)) }
    #expect(all.model.words.weight.row(35) != start.words.weight.row(35))
    // The other parameters see other rows of the table, so compare a table alone.
    func alone(_ rows: AdamW.Rows) throws -> Tensor {
      var model = MeanEncoder(vocabulary: Self.rows, width: Self.width, seed: 2)
      var optimizer = try AdamW(settings(rows, decay: decay, freeze: ["dense", "LayerNorm"]), for: model)
      for step in 0..<8 {
        let ids = texts(step: step, of: 8).flatMap { $0 }
        let pullback = ModelPullback(of: model, where: optimizer.isTrained, takesRows: optimizer.keepsTouchedRows) {
          [Tensor.embeddingSum([($0.words.weight, ids)])]
        }
        let shape = pullback.outputs[0].shape
        var random = SeededGenerator(seed: UInt64(step))
        try optimizer.step(&model, gradients: pullback([random.tensor(shape)]), loss: 1, rate: 0.1)
      }
      return model.words.weight
    }
    let (exact, found) = (try alone(.all), try alone(.touched))
    for row in first { #expect(found.row(row) == exact.row(row), "row \(row)") }
    // Row 29 has one gradient, in the last of eight steps: seven decays less.
    let keep = (0..<7).reduce(1.0) { result, _ in result * (1 - 0.1 * decay) }
    for (index, value) in found.row(29).enumerated() {
      let before = Double(start.words.weight.row(29)[index])
      let difference = Double(value) - Double(exact.row(29)[index])
      #expect(abs(difference - before * (1 - keep) * (1 - 0.1 * decay)) < 1e-5)
    }
  }

  /// The gradients of chunks have different rows; clipping scales by the norm of all.
  @Test func chunksAndClippingAreTheSame() throws {
    for budget in [5, 9, 1000] {
      let touched = try train(settings(.touched, clip: 0.5), budget: budget)
      let all = try train(settings(.all, clip: 0.5), budget: budget)
      expectSame(touched.model, all.model)
      #expect(touched.norms == all.norms && touched.norms.allSatisfy { $0 > 0.5 })
    }
  }

  /// Gradients and moments need what the touched rows need, whatever the table has.
  ///
  /// It has a process of its own, since all memory of the engine counts.
  @Test func memoryGrowsWithTheTouchedRows() async {
    await #expect(processExitsWith: .success) {
      let tableBytes = 80_000 * 64 * MemoryLayout<Float>.size
      let touched = try bytesOfTraining(.touched, tableRows: 80_000, width: 64)
      let all = try bytesOfTraining(.all, tableRows: 80_000, width: 64)
      #expect(touched < tableBytes / 10, "\(touched) of \(tableBytes) bytes")
      #expect(all >= 3 * tableBytes, "\(all) of \(tableBytes) bytes")
    }
  }

  @Test func largeTablesKeepTouchedRowsByDefault() throws {
    func keeps(_ rows: Int, _ setting: AdamW.Rows?) throws -> Bool {
      let model = MeanEncoder(vocabulary: rows, width: 1, seed: 1)
      let optimizer = try AdamW(settings(setting), for: model)
      #expect(!optimizer.keepsTouchedRows("dense.weight"))
      return optimizer.keepsTouchedRows("words.weight")
    }
    #expect(try !keeps(65_536, nil) && keeps(65_537, nil))
    #expect(try keeps(3, .touched) && !keeps(70_000, .all))
    let frozen = try AdamW(settings(.touched, freeze: ["words"]), for: MeanEncoder(vocabulary: 3, width: 1, seed: 1))
    #expect(!frozen.keepsTouchedRows("words.weight") && !frozen.isTrained("words.weight"))
  }

  // MARK: - State

  @Test func aSavedStateGoesOnWithTheSameBits() throws {
    let whole = try train(settings(.touched, decay: 0.1))
    for steps in [0, 3] {
      let part = try train(settings(.touched, decay: 0.1), steps: steps)
      let state = part.optimizer.state
      #expect(state.moments["rows.words.weight"]?.shape.rank == (steps == 0 ? nil : 1))
      let rest = try train(settings(.touched, decay: 0.1), from: state, model: part.model, after: steps)
      expectSame(rest.model, whole.model)
      #expect(rest.optimizer.state.moments.mapValues(\.elements) == whole.optimizer.state.moments.mapValues(\.elements))
      #expect(rest.optimizer.isFinite)
    }
  }

  @Test func aStateThatCannotHaveBeenIsRefused() throws {
    let (model, optimizer, _) = try train(settings(.touched), steps: 2)
    let rows = try #require(optimizer.state.moments["rows.words.weight"]?.elements)
    let changes: [[Float]] = [
      [-1] + rows.dropFirst(), [40] + rows.dropFirst(), [0.5] + rows.dropFirst(), [.nan] + rows.dropFirst(),
      [rows[1]] + rows.dropFirst(), Array(rows.dropFirst()), rows + [39], [.infinity] + rows.dropFirst(),
    ]
    for change in changes {
      var state = optimizer.state
      state.moments["rows.words.weight"] = Tensor(change, shape: [change.count])
      var other = try AdamW(settings(.touched), for: model)
      let error = #expect(throws: OptimizerStateError.self) { try other.restore(state) }
      #expect(
        error?.description.hasSuffix("\n  the moments of words.weight are not those of some of its rows") == true,
        "\(change)")
    }
    var state = optimizer.state
    state.moments["rows.words.weight"] = nil
    var other = try AdamW(settings(.touched), for: model)
    let error = #expect(throws: OptimizerStateError.self) { try other.restore(state) }
    #expect(error?.description.hasSuffix("\n  rows.words.weight is missing") == true)
    var whole = try AdamW(settings(.all), for: model)
    #expect(throws: OptimizerStateError.self) { try whole.restore(optimizer.state) }
  }
}

/// The most bytes that three steps over 30 other rows each need beside the model.
private func bytesOfTraining(_ rows: AdamW.Rows, tableRows: Int, width: Int) throws -> Int {
  var model = MeanEncoder(vocabulary: tableRows, width: width, seed: 1)
  var optimizer = try AdamW(AdamW.Settings(rate: 0.1, decay: 0, clip: nil, rows: rows), for: model)
  EngineMemory.releaseUnused()
  let before = EngineMemory.liveBytes
  for step in 0..<3 {
    let texts = (0..<10).map { text in (0..<3).map { Int32(step * 40 + text * 3 + $0) } }
    let plan = ChunkPlan(lengths: texts.map(\.count), budget: 12)
    let (loss, gradients) = plan.gradients(
      of: model, where: optimizer.isTrained, takesRows: optimizer.keepsTouchedRows
    ) { model, _, rows in
      model.encode(rows.map { texts[$0] })
    } loss: {
      ($0 * $0).sum()
    }
    try optimizer.step(&model, gradients: gradients, loss: loss.scalar, rate: 0.1)
  }
  return EngineMemory.peakBytes - before
}
