import Tensors
import Testing

/// The row of a table that stands for padding is read like any other and gets no gradient.
@Suite struct PaddingRowTests {
  private let tables = [
    Tensor((0..<8).map(Float.init), shape: [4, 2]), Tensor((0..<6).map { -Float($0) }, shape: [3, 2]),
  ]
  private let indices: [[Int32]] = [[1, 3, 1, 0], [0, 1, 1, 2]]

  private func sumAndGradients(_ paddingRows: [Int32?]?) -> (sum: [Float], gradients: [[Float]]) {
    let pullback = Pullback(of: tables) { tables in
      [Tensor.embeddingSum(zip(tables, indices).map { ($0, $1) }, paddingRows: paddingRows)]
    }
    let gradients = pullback([Tensor((1...8).map(Float.init), shape: [4, 2])])
    return (pullback.outputs[0].elements, gradients.map { $0?.elements ?? [] })
  }

  @Test func onlyTheGradientOfTheRowIsZero() {
    let (sum, gradients) = sumAndGradients(nil)
    #expect(gradients == [[7, 8, 6, 8, 0, 0, 3, 4], [1, 2, 8, 10, 7, 8]])
    let (sameSum, padded) = sumAndGradients([1, nil])
    #expect(sameSum == sum)
    #expect(padded == [[7, 8, 0, 0, 0, 0, 3, 4], gradients[1]])
    #expect(sumAndGradients([nil, 2]).gradients == [gradients[0], [1, 2, 8, 10, 0, 0]])
  }
}
