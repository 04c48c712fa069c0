import Kernels
import Tensors
import TestSupport
import Testing

/// The gradient of a table, of the rows that were looked up only, is the whole one without its zeros.
@Suite struct RowGradientTests {
  private let table = Tensor((0..<40).map { Float($0) / 7 }, shape: [8, 5])
  private let other = Tensor((0..<15).map { Float($0) / 3 }, shape: [3, 5])
  private let lookups: [Int32] = [6, 1, 6, 3, 1, 6]

  private func gradients(
    takesRows: [Bool], _ body: @escaping ([Tensor]) -> Tensor
  ) -> [Tensor] {
    let pullback = Pullback(of: [table, other], takesRows: takesRows) { [body($0)] }
    var generator = SeededGenerator(seed: 3)
    let shape = pullback.outputs[0].shape
    return pullback([Tensor(generator.floats(shape.count), shape: shape)]).compactMap { $0 }
  }

  private func whole(_ gradient: Tensor) -> Tensor {
    var result = Tensor(repeating: 0, shape: gradient.wholeShape)
    result.accumulate(gradient)
    return result
  }

  private func sum(_ tables: [Tensor]) -> Tensor {
    .embeddingSum([(tables[0], lookups), (tables[1], [0, 2, 0, 0, 0, 2])])
  }

  @Test func itHasTheRowsThatWereLookedUp() throws {
    let exact = gradients(takesRows: [false, false], sum)
    #expect(exact.allSatisfy { $0.selection == nil } && exact.map(\.shape) == [[8, 5], [3, 5]])
    let found = gradients(takesRows: [true, true], sum)
    #expect(found.map { $0.selection?.rows } == [[1, 3, 6], [0, 2]])
    #expect(found.map { $0.selection?.tableRows } == [8, 3])
    #expect(found.map(\.shape) == [[3, 5], [2, 5]])
    for (found, exact) in zip(found, exact) {
      #expect(found.wholeShape == exact.shape)
      try expectSameBits(whole(found).elements, exact.elements)
      #expect(found.squaredNorm == exact.squaredNorm && exact.squaredNorm > 0)
    }
    let mixed = gradients(takesRows: [true, false], sum)
    #expect(mixed.map { $0.selection == nil } == [false, true])
  }

  /// Looked up twice it has the rows of both; where another operation reads the table, it is whole.
  @Test func gradientsOfSeveralUsesAreAdded() throws {
    let uses: [(isWhole: Bool, body: ([Tensor]) -> Tensor)] = [
      (false, { sum($0) * .embeddingSum([($0[0], [0, 1, 7, 2, 1, 6])]) }),
      (false, { sum($0) + .embeddingSum([($0[0], lookups)]) }),
      (true, { sum($0) * $0[0].sum() }),
      (true, { $0[0].sum() * sum($0) }),
    ]
    for (isWhole, body) in uses {
      let (exact, found) = (gradients(takesRows: [false, false], body), gradients(takesRows: [true, true], body))
      #expect((found[0].selection == nil) == isWhole)
      for (found, exact) in zip(found, exact) {
        try expectClose(whole(found).elements, exact.elements.map(Double.init), floor: 1)
      }
    }
  }

  /// The row of padding is looked up, and has no gradient.
  @Test func theRowOfPaddingIsNotAmongThem() throws {
    let padded = { (tables: [Tensor]) in
      Tensor.embeddingSum(
        [(tables[0], lookups), (tables[1], [0, 2, 0, 0, 0, 2])], paddingRows: [6, 1])
    }
    let exact = gradients(takesRows: [false, false], padded)
    let found = gradients(takesRows: [true, true], padded)
    #expect(found.map { $0.selection?.rows } == [[1, 3], [0, 2]])
    #expect(exact[0].row(6).allSatisfy { $0 == 0 } && exact[0].row(3).contains { $0 != 0 })
    for (found, exact) in zip(found, exact) { try expectSameBits(whole(found).elements, exact.elements) }
    let nothing = gradients(takesRows: [true, true]) {
      .embeddingSum([($0[0], [3]), ($0[1], [0])], paddingRows: [3, 0])
    }
    #expect(nothing.map(\.shape) == [[0, 5], [0, 5]])
  }

  @Test func noLookupGivesNoRow() throws {
    let found = gradients(takesRows: [true, true]) { .embeddingSum([($0[0], []), ($0[1], [])]) }
    #expect(found.map(\.shape) == [[0, 5], [0, 5]])
    #expect(whole(found[0]).elements.allSatisfy { $0 == 0 })
  }
}
