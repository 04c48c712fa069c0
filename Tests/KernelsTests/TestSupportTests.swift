import Kernels
import TestSupport
import Testing

/// The helpers of the tests, where a mistake in them would hide one in the engine.
@Suite struct TestSupportTests {
  private struct Wrong: Error, CustomStringConvertible { let description = "wrong" }

  private func message(of body: () throws -> Void) -> String? {
    // Without the place of the check.
    TestSupport.message(body).map { String($0.split(separator: " (KernelsTests")[0]) }
  }

  @Test func failuresNameTheWholeCombination() {
    var seen: [[Int]] = []
    let found = message {
      try withEvery("rows", in: 1...3) { rows in
        try withEvery("columns", in: [5, 6]) { columns in
          seen.append([rows, columns])
          if rows == 2 && columns == 6 { throw Wrong() }
        }
      }
    }
    #expect(found == "wrong [with rows 2, columns 6]")
    #expect(seen == [[1, 5], [1, 6], [2, 5], [2, 6]])
    #expect(message { try withEvery("rows", in: 1...3) { _ in } } == nil)
  }

  @Test func closenessIsRelativeToTheLargest() {
    #expect(message { try expectClose([100, 1.0004], [100, 1], tolerance: 1e-5) } == nil)
    #expect(
      message { try expectClose([100, 1.25], [100, 1], tolerance: 1e-5, "y") }
        == "y: element 1 is 1.25, expected 1.0: off by 0.25, allowed 0.001")
    #expect(message { try expectClose([1.25, 1], [1, 1], tolerance: 1e-2, floor: 50) } == nil)
    #expect(message { try expectClose([0, 1e-30], [0, 0]) } != nil)
    #expect(message { try expectClose([1], [1, 2]) } == "values: 1 elements, expected 2")
  }

  @Test func closenessKnowsWhatIsNotFinite() {
    #expect(message { try expectClose([.nan, .infinity, -.infinity], [.nan, .infinity, -.infinity]) } == nil)
    for (found, expected) in [
      (.nan, 1), (1, .nan), (.infinity, 1), (1, .infinity), (.infinity, -.infinity), (.nan, .infinity),
      (.infinity, .nan),
    ] as [(Float, Double)] {
      #expect(
        message { try expectClose([found, 1], [expected, 1], tolerance: 10) } != nil, "\(found) for \(expected)")
    }
  }

  @Test func bitsAreComparedAsBits() {
    #expect(message { try expectSameBits([0, .nan], [0, .nan]) } == nil)
    #expect(
      message { try expectSameBits([0, -0.0], [0, 0], "y") } == "y: element 1 is -0.0, expected the bits of 0.0")
    #expect(message { try expectSameBits([], [1]) } == "values: 0 elements, expected 1")
    #expect(message { try expect(1 > 2, "no") } == "no")
  }

  /// The first numbers of the published algorithm for seed 0.
  @Test func generatorIsSplitMix64() {
    var generator = SeededGenerator(seed: 0)
    #expect(generator.next() == 0xE220_A839_7B1D_CDAF)
    #expect(generator.next() == 0x6E78_9E6A_A1B9_65F4)
  }

  @Test func generatorKeepsItsRanges() {
    var generator = SeededGenerator(seed: 1)
    let even = generator.floats(10_000, in: -2...3)
    #expect(even.allSatisfy { (-2...3).contains($0) } && (even.min() ?? 0) < -1.9 && (even.max() ?? 0) > 2.9)
    let spaced = generator.spacedFloats(101, spacing: 0.25).sorted()
    #expect(zip(spaced, spaced.dropFirst()).allSatisfy { $1 - $0 >= 0.25 } && spaced.allSatisfy { abs($0) >= 0.125 })
    #expect(Set(generator.integers(1000, in: 3..<6)) == [3, 4, 5])
  }

  @Test func referencesEqualHandComputation() throws {
    let x = DoubleTensor([1, 2, 3, 4, 5, 6] as [Double], shape: [2, 3])
    #expect(x.matmul(x.transposed).elements == [14, 32, 32, 77])
    #expect(x.linear(weight: x, bias: DoubleTensor([1, 2] as [Double], shape: [2])).elements == [15, 34, 33, 79])
    #expect(x.sum(axis: 0).elements == [5, 7, 9] && x.sum(axis: 1).elements == [6, 15])
    #expect((x + DoubleTensor([10, 20] as [Double], shape: [2, 1])).elements == [11, 12, 13, 24, 25, 26])
    #expect((DoubleTensor([10, 20, 30] as [Double], shape: [3]) - x).elements == [9, 18, 27, 6, 15, 24])
    #expect(x.slice(1..<3, axis: 1).elements == [2, 3, 5, 6])
    #expect(DoubleTensor.concatenated([x, x.slice(0..<1, axis: 1)], axis: 1).elements == [1, 2, 3, 1, 4, 5, 6, 4])
    #expect(x.gatherRows([1, 1]).elements == [4, 5, 6, 4, 5, 6])
    #expect(x.segmentSum(offsets: [0, 2]).elements == [5, 7, 9])
    #expect(x.segmentMaximum(offsets: [0, 1, 2]).elements == x.elements)
    let rows = DoubleTensor([0, 0, 3, 4] as [Double], shape: [2, 2])
    #expect(rows.normalizedRows().elements == [0, 0, 0.6, 0.8])
    #expect(rows.standardizedRows(epsilon: 0.75).row(1) == [-0.5, 0.5])
    try expectClose([0.5, 0.5, 0.26894143, 0.7310586], rows.softmax().elements, tolerance: 1e-7)
    try expectClose([0.6931472, 4.3132617], rows.logSumExp().elements, tolerance: 1e-7)
    // One head: the second token's scores are 0 and ½ · 2, from queries 0 and 1, keys 0 and 1 and values 5 and 7.
    let projections = DoubleTensor([0, 0, 5, 1, 1, 7] as [Double], shape: [2, 3])
    try expectClose([6, 6.4621172], projections.selfAttention(offsets: [0, 2], heads: 1).elements, tolerance: 1e-7)
  }

  /// Values of PyTorch's `gelu` at 1 and −2, exact and by tanh.
  @Test func activationsEqualKnownValues() throws {
    try expectClose([0.8413447, -0.04550026], [Activation.gelu.value(1), Activation.gelu.value(-2)], tolerance: 1e-7)
    try expectClose(
      [0.841192, -0.045402], [Activation.geluTanh.value(1), Activation.geluTanh.value(-2)], tolerance: 1e-6)
    for activation in Activation.allCases {
      for x in [-3.0, -0.5, 0.25, 2] {
        let slope = (activation.value(x + 1e-6) - activation.value(x - 1e-6)) / 2e-6
        #expect(abs(slope - activation.derivative(x)) < 1e-8)
      }
    }
  }

  @Test func centralDifferencesAreDerivatives() throws {
    let x = DoubleTensor([1, -2] as [Double], shape: [2])
    let y = DoubleTensor([3] as [Double], shape: [1])
    let found = centralDifferences(
      of: { inputs in
        let (x, y) = (inputs[0].elements, inputs[1].elements[0])
        return x[0] * x[0] * x[0] + x[1] * y
      }, at: [x, y])
    #expect(zip(found.flatMap { $0 }, [3, 3, -2]).allSatisfy { abs($0 - $1) < 1e-8 })
  }

  @Test func theRepositoryIsFound() {
    #expect(#filePath.hasSuffix("/Tests/KernelsTests/TestSupportTests.swift"))
    #expect(Locations.repositoryRoot.hasPrefix("/") && !Locations.repositoryRoot.hasSuffix("/"))
  }

  /// Dropout read back for attention: rows of a part are as long as whole lanes.
  @Test func attentionFactorsFollowTheParts() {
    let mask = DropoutMask(key: 3, rate: 0.5)
    let factors = mask.attentionFactors(offsets: [0, 2, 19], heads: 2)
    let part = mask.part(3).factors(count: 17 * 32)
    #expect((0..<17).allSatisfy { row in (0..<17).allSatisfy { factors(1, 1, row, $0) == part[row * 32 + $0] } })
  }
}
