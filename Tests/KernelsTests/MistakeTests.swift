import Kernels
import TestSupport
import Testing

/// What a caller must not do stops the program with a sentence, in release builds too.
@Suite struct MistakeTests {
  @Test(arguments: mistakes.map(\.sentence)) func stops(sentence: String) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [sentence] in
      mistakes.make(sentence)
    }
    #expect(fatalSentence(of: result) == sentence)
  }
}

private let mistakes = [
  Mistake("multiply: 2 × 3ᵀ by 4 × 5 does not give 3 × 5") {
    multiply(zeros(2, 3), zeros(4, 5), transposeFirst: true, into: zeros(3, 5))
  },
  Mistake("multiply: 2 × 3 by 4 × 3ᵀ does not give 2 × 3") {
    multiply(zeros(2, 3), zeros(4, 3), transposeSecond: true, into: zeros(2, 3))
  },
  Mistake("Matrix: 3 × 4 with stride 4 at 0 leaves a buffer of 11 floats") {
    _ = Matrix(FloatBuffer(repeating: 0, count: 11), rows: 3, columns: 4)
  },
  Mistake("Matrix: 3 × 4 with stride 5 at 1 leaves a buffer of 14 floats") {
    _ = Matrix(FloatBuffer(repeating: 0, count: 14), offset: 1, rows: 3, columns: 4, stride: 5)
  },
  Mistake("linear: x 2 × 3, weight 4 × 5, y 2 × 4") {
    linear(zeros(2, 3), weight: zeros(4, 5), bias: nil, into: zeros(2, 4))
  },
  Mistake("feed-forward: weights 4 × 3 and 3 × 5") {
    _ = FeedForwardKernel(
      inputWeight: zeros(4, 3), inputBias: FloatBuffer([0, 0, 0, 0]), outputWeight: zeros(3, 5),
      outputBias: FloatBuffer([0, 0, 0]), activation: .gelu)
  },
  Mistake("feed-forward: x has 4 columns, the weight 3") {
    let kernel = FeedForwardKernel(
      inputWeight: zeros(2, 3), inputBias: FloatBuffer([0, 0]), outputWeight: zeros(3, 2),
      outputBias: FloatBuffer([0, 0, 0]), activation: .gelu)
    _ = kernel.forward(zeros(40, 4), keepingPreActivation: false)
  },
  Mistake("attention: offsets [0, 3, 2]") {
    _ = AttentionKernel(offsets: [0, 3, 2], heads: 1, headWidth: 1, mask: nil)
  },
  Mistake("attention: offsets [1, 3]") { _ = AttentionKernel(offsets: [1, 3], heads: 1, headWidth: 1, mask: nil) },
  Mistake("layer norm: γ has 2 elements, β 1") {
    _ = LayerNormKernel(rows: 1, gamma: FloatBuffer([1, 1]), beta: FloatBuffer([1]), epsilon: 0)
  },
  Mistake("SymmetricEigen: 5 numbers are not 2 × 2") { _ = try? SymmetricEigen(of: [1, 2, 3, 4, 5], size: 2) },
  Mistake("OrthogonalTriangular: 2 rows are fewer than 3 columns") { _ = try? OrthogonalTriangular(of: zeros(2, 3)) },
  Mistake("columnMeans: there are no rows") { _ = columnMeans(zeros(0, 3)) },
  Mistake("covariance: 1 × 3 with 3 means") { _ = covariance(zeros(1, 3), means: [0, 0, 0]) },
  Mistake("dropout: rate 1.0 is not in [0, 1)") { _ = DropoutMask(key: 1, rate: 1) },
  Mistake("dropout: rate -0.1 is not in [0, 1)") { _ = DropoutMask(key: 1, rate: -0.1) },
  Mistake("dropout: rate nan is not in [0, 1)") { _ = DropoutMask(key: 1, rate: .nan) },
  Mistake("gather: index 3 of 3 rows") { _ = gatherRows(FloatBuffer([0, 1, 2]), indices: [2, 3], width: 1) },
  Mistake("gather: index -1 of 3 rows") {
    _ = scatterAddRows(FloatBuffer([0]), indices: [-1], rows: 3, width: 1)
  },
  Mistake("gather: 1 indices for 2 rows") {
    _ = embeddingSum([(FloatBuffer([0]), [0, 0]), (FloatBuffer([0]), [0])], width: 1)
  },
  Mistake("combine: 2 and 3 elements") { _ = combine(.add, FloatBuffer([0, 0]), FloatBuffer([0, 0, 0])) },
  Mistake("addInPlace: 2 and 3 elements") { addInPlace(FloatBuffer([0, 0]), FloatBuffer([0, 0, 0])) },
  Mistake("rows: 5 elements are not 2 × 3") { _ = logSumExpRows(FloatBuffer([0, 0, 0, 0, 0]), rows: 2, width: 3) },
  Mistake("largestOfRows: rows are empty") { _ = largestOfRows(FloatBuffer([]), rows: 2, width: 0) },
  Mistake("segmentMaximum: sequence 1 is empty") {
    _ = segmentMaximum(FloatBuffer([1]), offsets: [0, 1, 1], width: 1)
  },
  Mistake("copyBlocks: out of range") {
    copyBlocks(
      FloatBuffer([0, 0, 0]), offset: 0, stride: 2, to: FloatBuffer([0, 0, 0, 0]), offset: 0, stride: 2, blocks: 2,
      size: 2)
  },
  Mistake("AdamW: parameter of 2, gradient of 1, moments of 2 and 2") {
    let two = FloatBuffer([0, 0])
    _ = AdamWTensor(
      parameter: two, gradient: FloatBuffer([0]), firstMoment: two, secondMoment: two, rate: 1, decay: 0)
  },
  Mistake("queries of 2 columns, documents of 3") {
    _ = largestProducts(queries: zeros(1, 2), documents: zeros(1, 3), count: 1, tieBreakers: [0])
  },
  Mistake("1 tie breakers, 2 documents") {
    _ = largestProducts(queries: zeros(1, 2), documents: zeros(2, 2), count: 1, tieBreakers: [0])
  },
  Mistake("FloatBuffer: 7 bytes are not a whole number of floats") {
    _ = FloatBuffer(littleEndianBytes: [0, 0, 0, 0, 0, 0, 0])
  },
  Mistake("FloatBuffer: index 2 of 2 elements") { _ = FloatBuffer([0, 0])[2] },
  Mistake("FloatBuffer: range 1..<3 of 2 elements") { _ = FloatBuffer([0, 0]).elements(in: 1..<3) },
]

private func zeros(_ rows: Int, _ columns: Int) -> Matrix {
  Matrix(FloatBuffer(repeating: 0, count: rows * columns), rows, columns)
}
