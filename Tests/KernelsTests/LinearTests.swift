import Kernels
import TestSupport
import Testing

@Suite struct LinearTests {
  /// Up to 32 rows of whole lanes take the path for few rows; every path meets every rest.
  @Test(arguments: [0, 1, 2, 3, 4, 31, 32, 33, 65, 257, 600])
  func equalsPlainLoops(rows: Int) throws {
    var generator = SeededGenerator(seed: 1)
    let outputs = rows > 100 ? [1, 17, 384] : [0, 1, 3, 15, 16, 95, 97, 257]
    try withEvery("inputs", in: [0, 1, 7, 16, 17, 64, 100, 256]) { inputs in
      try withEvery("outputs", in: outputs) { outputs in
        let (x, xElements) = generator.embeddedMatrix(rows: rows, columns: inputs)
        let (weight, weightElements) = generator.embeddedMatrix(rows: outputs, columns: inputs)
        let product = DoubleTensor(xElements, shape: [rows, inputs])
          .matmul(DoubleTensor(weightElements, shape: [outputs, inputs]).transposed)
        try withEvery("bias", in: [false, true]) { hasBias in
          let bias = generator.floats(outputs)
          let (y, buffer) = embeddedTarget(rows: rows, columns: outputs)
          linear(x, weight: weight, bias: hasBias ? FloatBuffer(bias) : nil, into: y)
          let (inside, outside) = split(buffer, rows: rows, columns: outputs)
          let expected = hasBias ? product + DoubleTensor(bias, shape: [outputs]) : product
          try expectClose(inside, expected.elements, floor: max(1, Double(inputs).squareRoot()))
          try expectSameBits(outside, [Float](repeating: untouched, count: outside.count), "elements around")
        }
      }
    }
  }
}
