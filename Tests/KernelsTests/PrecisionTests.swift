import Testing

@testable import Kernels

/// The choice among the arithmetics of a precision.
@Suite struct PrecisionTests {
  @Test(arguments: Arithmetic.allCases) func theFastestArithmeticIsTaken(fast: Arithmetic) {
    let chosen = Arithmetic.fastest(of: Arithmetic.allCases) { arithmetic in
      {
        if arithmetic == fast { return }
        let start = ContinuousClock.now
        while start.duration(to: .now) < .microseconds(100) {}
      }
    }
    #expect(chosen == fast)
  }

  @Test func everyMachineHasAnArithmetic() {
    #expect(Arithmetic.allOfBytes.contains(.ofBytes) && Arithmetic.allOfBytes.contains(.emulated))
    #expect(Arithmetic.allOfPairs.contains(.ofPairs) && Arithmetic.allOfPairs.contains(.emulated))
    #expect(Arithmetic.allOfBytes.contains(.tiles) == MatrixTiles.areAvailable)
    #expect(Arithmetic.allOfPairs.contains(.tiles) == MatrixTiles.areAvailable)
  }

  @Test(arguments: Precision.allCases) func theNoteSaysHowAProductIsComputed(precision: Precision) {
    let note = precision.note
    #expect((note == nil) == (precision == .float32))
    #expect(note?.contains("emulated") ?? false == !precision.isNative)
  }
}
