import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct TensorTests {
  @Test func holdsItsElements() throws {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(x.elements == [1, 2, 3, 4, 5, 6])
    #expect(x.row(1) == [4, 5, 6])
    #expect(Tensor(repeating: 2, shape: [2, 2]).elements == [2, 2, 2, 2])
    #expect(Tensor(7).shape == [] && Tensor(7).scalar == 7)
    #expect(Tensor([7], shape: [1, 1]).scalar == 7)
    #expect(Tensor([], shape: [0, 3]).elements.isEmpty)
    #expect(Tensor(littleEndianBytes: [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0], shape: [2]).elements == [1, -2])
  }

  @Test func isFiniteWhereEveryElementIs() {
    #expect(Tensor([], shape: [0]).isFinite)
    #expect(Tensor([1, -2, 0], shape: [3]).isFinite)
    #expect(Tensor([1e20, -.greatestFiniteMagnitude], shape: [2]).isFinite)
    #expect(!Tensor([1, .infinity], shape: [2]).isFinite)
    #expect(!Tensor([-.infinity, 1], shape: [2]).isFinite)
    #expect(!Tensor([.nan, 1e20], shape: [2]).isFinite)
  }

  @Test func squaredNormIsTheSumOfSquares() {
    #expect(Tensor([3, -4], shape: [2]).squaredNorm == 25)
    #expect(Tensor([], shape: [0]).squaredNorm == 0)
  }

  @Test func copiesAreSnapshots() {
    let original = Tensor([1, 2], shape: [2])
    var copy = original
    copy.accumulate(Tensor([10, 20], shape: [2]))
    #expect(original.elements == [1, 2])
    #expect(copy.elements == [11, 22])
    // The same buffer on both sides.
    var twice = copy
    twice.accumulate(twice)
    #expect(twice.elements == [22, 44] && copy.elements == [11, 22])
  }

  @Test func changesInPlaceWhereNobodyElseLooks() {
    var x = Tensor([1, 2], shape: [2])
    let before = ObjectIdentifier(x.buffer)
    x.accumulate(Tensor([1, 1], shape: [2]))
    #expect(ObjectIdentifier(x.buffer) == before)
    let snapshot = x
    x.withUniqueBuffer { $0[0] = 9 }
    #expect(ObjectIdentifier(x.buffer) != ObjectIdentifier(snapshot.buffer))
    #expect(snapshot.elements == [2, 3] && x.elements == [9, 3])
  }

  @Test func reshapingSharesTheElementsAndKeepsTheValue() {
    let x = Tensor([1, 2, 3, 4], shape: [4])
    var y = x.reshaped(to: [2, 2])
    y.accumulate(Tensor(repeating: 1, shape: [2, 2]))
    #expect(x.elements == [1, 2, 3, 4] && y.elements == [2, 3, 4, 5])
  }

  @Test func shapesDescribeThemselves() {
    let shape: Shape = [2, 3, 4]
    #expect(shape.description == "[2, 3, 4]" && Shape([]).description == "[]")
    #expect(shape.rank == 3 && shape.count == 24 && shape.width == 4 && shape.rows == 6)
    #expect(shape[0] == 2 && shape[-1] == 4 && shape[-3] == 2)
    let scalar: Shape = []
    #expect(scalar.rank == 0 && scalar.count == 1 && scalar.width == 1 && scalar.rows == 1)
    let empty: Shape = [3, 0]
    #expect(empty.count == 0 && empty.rows == 3 && empty.width == 0)
    #expect(shape == [2, 3, 4] && shape != [4, 3, 2])
  }

  /// Losses use them as masks: an element counts fully or not at all.
  @Test func kinksHaveTheGradientThatIsDocumented() {
    func gradient(_ x: [Float], _ function: (Tensor) -> Tensor) -> [Float] {
      valueAndGradients(of: [Tensor(x, shape: [x.count])]) { function($0[0]).sum() }.gradients[0].elements
    }
    #expect(gradient([-1, 0, 1]) { $0.relu() } == [0, 0, 1])
    #expect(gradient([-1, 0, 1]) { $0.absolute() } == [-1, 0, 1])
    #expect(gradient([2, 5, 5]) { $0.largest() } == [0, 1, 0])
    #expect(gradient([5, 2, 5]) { $0.reshaped(to: [3, 1]).segmentMaximum(offsets: [0, 3]) } == [1, 0, 0])
    let equal = valueAndGradients(of: [Tensor(1), Tensor(1)]) { .maximum($0[0], $0[1]) }.gradients
    #expect(equal.map(\.scalar) == [1, 0])
  }
}
