import Files
import Kernels
import Layers
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Encoders

/// A text gets the same bits whatever else is encoded with it.
@Suite struct FixedBatchesTests {
  /// Encodings of random lengths and tokens.
  private func encodings(_ count: Int, lengths: ClosedRange<Int>, seed: UInt64 = 1) -> [Encoding] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let ids = (0..<Int.random(in: lengths, using: &generator)).map { _ in Int32.random(in: 5..<98, using: &generator)
      }
      return Encoding(ids: ids, typeIDs: ids.map { _ in 0 })
    }
  }

  @Test(arguments: [(0, 3...60), (1, 3...3), (1, 7656...7656), (2000, 3...60), (400, 3...500), (30, 7000...7700)])
  func everyTextHasItsPlaceOnce(_ count: Int, _ lengths: ClosedRange<Int>) {
    let encodings = encodings(count, lengths: lengths)
    let plan = FixedBatches(encodings)
    #expect((plan.batches.flatMap { $0.texts.map(\.index) } + plan.alone).sorted() == Array(0..<count))
    for batch in plan.batches {
      var row = 0
      for (index, start) in batch.texts {
        #expect(start >= row && start % FixedBatches.period == FixedBatches.place(of: encodings[index]))
        row = start + encodings[index].ids.count
      }
      #expect(row <= FixedBatches.rows && !batch.texts.isEmpty)
    }
    for index in plan.alone { #expect(encodings[index].ids.count > FixedBatches.rows - FixedBatches.period) }
  }

  @Test func hardlyARowIsLost() {
    let encodings = encodings(4000, lengths: 10...120)
    let tokens = encodings.reduce(0) { $0 + $1.ids.count }
    let plan = FixedBatches(encodings)
    // All but the last batch are filled to a few per cent.
    #expect(Double((plan.batches.count - 1) * FixedBatches.rows) < 1.03 * Double(tokens))
  }

  /// The vectors of `texts`, alone and in company, as they are encoded and in fixed batches.
  private func check(_ model: BiEncoder, _ texts: [String]) throws {
    try check(model, texts) { try model.encodeIndependently($0, as: .document) }
    try check(model, texts) {
      try model.encodeInFixedBatches(
        model.tokenize($0, as: .document), excludedTokens: model.excludedTokens(as: .document), progress: { _ in })
    }
  }

  private func check(_ model: BiEncoder, _ texts: [String], _ encode: ([String]) throws -> Tensor) throws {
    let width = model.dimensions
    let all = try encode(texts).elements
    func expectSame(_ indices: [Int]) throws {
      let some = try encode(indices.map { texts[$0] }).elements
      for (row, index) in indices.enumerated() {
        let (found, expected) = (some[row * width..<(row + 1) * width], all[index * width..<(index + 1) * width])
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "text \(index) of \(indices.count)")
      }
    }
    try expectSame(texts.indices.reversed())
    try expectSame(texts.indices.filter { $0 % 3 == 1 })
    try expectSame([texts.count / 2])
    try expectSame([0, 1, 2])
    let plain = try model.encode(texts, as: .document).elements
    let worst = zip(all, plain).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= 1e-5, "differs from plain encoding by \(worst)")
  }

  private func texts(_ count: Int) -> [String] {
    let words = ["search", "query", "text", "word", "find", "fast", "file", "image", "sound", "game", "chess", "board"]
    var generator = SeededGenerator(seed: 7)
    return (0..<count).map { _ in
      (0..<Int.random(in: 1...40, using: &generator))
        .map { _ in words[Int.random(in: 0..<words.count, using: &generator)] }.joined(separator: " ")
    }
  }

  @Test(arguments: Pooling.single) func bitsDoNotDependOnTheCompany(_ pooling: Pooling) throws {
    var model = try BiEncoder(folder: goldenFolder)
    model.pooling = pooling
    try check(model, texts(700))
  }

  /// A head of 24 outputs needs fixed batches, one of 16 does not.
  @Test(arguments: [Pooling.mean, .cls, .last], [24, 16])
  func norWithADenseHeadAndAPromptThatIsNotPooled(_ pooling: Pooling, _ outputs: Int) throws {
    let model = try BiEncoder(folder: goldenFolder)
    var generator = SeededGenerator(seed: 3)
    let weight = generator.floats(outputs * 32, in: -0.2...0.2)
    let dense = DenseHead(
      linear: Linear(weight: Tensor(weight, shape: [outputs, 32]), bias: Tensor(repeating: 0.1, shape: [outputs])),
      activation: .tanh)
    var settings = model.settings
    settings.prompts["document"] = "text of "
    let headed = BiEncoder(
      transformer: model.transformer, pooling: pooling, heads: [.dense(dense), .normalize], tokenizer: model.tokenizer,
      maximumLength: 40, settings: settings, poolsPrompt: false,
      folder: model.folder)
    try check(headed, texts(300))
  }

  @Test(.needsCheckpoint) func theRealModelToo() throws {
    try check(BiEncoder(folder: Locations.checkpoint), texts(150))
  }

  /// Widths of whole panels only, on a processor with registers for them.
  @Test func oddWidthsNeedFixedBatches() throws {
    let model = try BiEncoder(folder: goldenFolder)
    let hasPanels = Processor.compiledInstructionSets.contains("AVX2 FMA")
    #expect(model.hasIndependentRows == hasPanels)
    #expect(model.appendingNewDense(dimensions: 16, seed: 1).hasIndependentRows == hasPanels)
    #expect(!model.appendingNewDense(dimensions: 24, seed: 1).hasIndependentRows)
  }

  @Test func noTextsGiveNoVectors() throws {
    let model = try BiEncoder(folder: goldenFolder)
    #expect(try model.encodeIndependently([], as: .query).shape == [0, 32])
  }

  @Test func whatProgressThrowsEndsTheWork() throws {
    struct Enough: Error {}
    let model = try BiEncoder(folder: goldenFolder)
    #expect(throws: Enough.self) { try model.encodeIndependently(["text"], as: .query) { _ in throw Enough() } }
  }
}
