import Files
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Tensors

/// Tables against those of transformers, in `Goldens/positions.json` (made by `Tests/Goldens/make/make_positions.py`).
@Suite struct AttentionPatternTests {
  private struct Golden: Decodable {
    struct Buckets: Decodable {
      let relative: [Int]
      let buckets: [Int]
    }
    struct Rotary: Decodable {
      let width: Int
      let base: Double
      let divisor: Double
      let cosines: [[Double]]
      let sines: [[Double]]
    }
    let t5: Buckets
    let positions: [Int]
    let rotary: [Rotary]
  }

  private let golden: Golden

  init() throws {
    let path = Locations.repositoryRoot + "/Tests/TensorsTests/Goldens/positions.json"
    golden = try JSONDecoder().decode(Golden.self, from: Data(try Files.read(path)))
  }

  @Test func bucketsEqualThoseOfMPNet() {
    let buckets = RelativeBuckets.t5(count: 32, maximumDistance: 128)
    #expect(golden.t5.relative.count > 600)
    for (relative, expected) in zip(golden.t5.relative, golden.t5.buckets) {
      let row = relative > 0 ? buckets.after : buckets.before
      #expect(Int(row[min(abs(relative), row.count - 1)]) == expected, "a key \(relative) tokens after the query")
    }
  }

  /// Angles of equal bits: an error of one unit in the last place of a frequency would grow with the position.
  @Test func rotaryTablesEqualThoseOfModernBERT() throws {
    #expect(golden.rotary.count == 5 && golden.positions.last == 8191)
    for table in golden.rotary {
      let width = table.width
      let found = RotaryTable(width: width, base: table.base, divisor: Float(table.divisor), positions: 8192)
      for (index, position) in golden.positions.enumerated() {
        let row = found.rotation.table.elements(in: position * width..<(position + 1) * width)
        try expectClose(
          row, table.cosines[index] + table.sines[index], tolerance: 1.2e-7,
          "base \(table.base), position \(position)")
      }
    }
  }

  @Test func linearBiasesHaveTheSlopesOfALiBi() {
    func slopes(_ heads: Int) -> [Float] {
      RelativeBias.linear(heads: heads, positions: 3).table.elements[heads..<2 * heads].map { -$0 }
    }
    #expect(slopes(8) == (1...8).map { 1 / Float(1 << $0) })
    // Four of the eight slopes above four: every second one.
    #expect(slopes(6) == [0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125])
    #expect(RelativeBias.linear(heads: 1, positions: 3).table.elements == [0, -1 / 256, -2 / 256])
  }

  /// Attention with linear biases: a key three tokens away has e^(−3 slope) of the weight of the query's own.
  @Test func linearBiasesWeighByDistance() throws {
    let projections = Tensor((0..<4).flatMap { [0, 0, $0 == 3 ? 1 : 0] as [Float] }, shape: [4, 3])
    let output = projections.selfAttention(
      offsets: [0, 4], pattern: AttentionPattern(heads: 1), bias: .linear(heads: 1, positions: 4))
    let slope = 1.0 / 256
    func power(_ distance: Int) -> Double {
      DoubleTensor([-slope * Double(distance), 0], shape: [1, 2]).softmax()[0, 0]
    }
    // e^x = softmax(x, 0) / (1 − softmax(x, 0))
    let powers = (0..<4).map { power($0) / (1 - power($0)) }
    let expected = powers[3] / powers.reduce(0, +)
    try expectClose([output.elements[0]], [expected], tolerance: 1e-6)
  }
}
