import Tensors
import TestSupport
import Testing

/// The gradient check must be able to fail.
@Suite struct GradientCheckTests {
  private let x = Tensor([1, 2, -3], shape: [3])

  @Test func rightGradientsPass() throws {
    try checkGradients(of: { $0[0] * $0[0] * $0[1] }, reference: { $0[0] * $0[0] * $0[1] }, at: [x, x])
  }

  @Test func wrongGradientsFail() {
    #expect(throws: Mismatch.self) {
      try checkGradients(of: { $0[0] * $0[0].detached }, reference: { $0[0] * $0[0] }, at: [x])
    }
    #expect(throws: Mismatch.self) {
      try checkGradients(of: { $0[0] * 2 - $0[0].detached }, reference: { $0[0] }, at: [x])
    }
    // A twenty-thousandth too large.
    #expect(throws: Mismatch.self) {
      try checkGradients(of: { $0[0] * 1.00005 - $0[0].detached * 0.00005 }, reference: { $0[0] }, at: [x])
    }
  }

  @Test func wrongValuesAndShapesFail() {
    #expect(throws: Mismatch.self) { try checkGradients(of: { $0[0] + 0.001 }, reference: { $0[0] }, at: [x]) }
    #expect(throws: Mismatch.self) {
      try checkGradients(of: { $0[0].reshaped(to: [1, 3]) }, reference: { $0[0] }, at: [x])
    }
  }
}
