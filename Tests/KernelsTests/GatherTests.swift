import Kernels
import TestSupport
import Testing

/// Looking up rows, and moving elements: exact, but for the sums of a scatter.
@Suite struct GatherTests {
  private static let widths = [1, 2, 15, 16, 17, 33, 100, 257]

  @Test(arguments: [0, 1, 2, 17, 65, 600]) func embeddingSumEqualsPlainLoops(rows: Int) throws {
    var generator = SeededGenerator(seed: 1)
    try withEvery("width", in: Self.widths) { width in
      try withEvery("tables", in: [1, 2, 3]) { count in
        let tables = (0..<count).map { generator.floats((7 + $0) * width) }
        let indices = (0..<count).map { generator.integers(rows, in: 0..<7 + $0).map { Int32($0) } }
        let found = embeddingSum(zip(tables, indices).map { (FloatBuffer($0), $1) }, width: width)
        let expected = (0..<rows * width).map { place in
          (0..<count).reduce(into: Float(0)) { total, table in
            let element = tables[table][Int(indices[table][place / width]) * width + place % width]
            total = table == 0 ? element : total + element
          }
        }
        try expectSameBits(found.elements, expected)
        try expectSameBits(
          gatherRows(FloatBuffer(tables[0]), indices: indices[0], width: width).elements,
          indices[0].flatMap { tables[0][Int($0) * width..<(Int($0) + 1) * width] }, "gather")
      }
    }
  }

  @Test(arguments: [0, 1, 3, 100, 600]) func scatterEqualsPlainLoops(count: Int) throws {
    var generator = SeededGenerator(seed: 2)
    try withEvery("width", in: Self.widths) { width in
      try withEvery("rows", in: [1, 5, 33]) { rows in
        let x = generator.floats(count * width)
        let indices = generator.integers(count, in: 0..<rows)
        var expected = [Double](repeating: 0, count: rows * width)
        for (place, element) in x.enumerated() {
          expected[indices[place / width] * width + place % width] += Double(element)
        }
        let found = scatterAddRows(FloatBuffer(x), indices: indices.map { Int32($0) }, rows: rows, width: width)
        try expectClose(found.elements, expected, floor: 1)
        let skipping = scatterAddRows(
          FloatBuffer(x), indices: indices.map { Int32($0) }, rows: rows, width: width, skipping: Int32(rows - 1))
        let kept = (rows - 1) * width
        try expectSameBits(
          skipping.elements, found.elements.prefix(kept) + [Float](repeating: 0, count: width), "without the last row")
      }
    }
  }

  @Test func elementsAreGathered() throws {
    let x = FloatBuffer([10, 11, 12, 13])
    try expectSameBits(gatherElements(x, indices: [3, 0, 3]).elements, [13, 10, 13])
  }

  @Test func transposeMovesEveryElement() throws {
    var generator = SeededGenerator(seed: 3)
    let sizes = [0, 1, 2, 3, 7, 15, 16, 17, 31, 33, 65, 100, 257]
    try withEvery("rows", in: sizes) { rows in
      try withEvery("columns", in: sizes) { columns in
        let x = generator.floats(rows * columns)
        let y = transpose(FloatBuffer(x), rows: rows, columns: columns).elements
        try expectSameBits(y, (0..<rows * columns).map { x[$0 % rows * columns + $0 / rows] })
      }
    }
  }

  @Test func blocksAreCopiedAndNothingElse() throws {
    try withEvery("blocks", in: [0, 1, 2, 5]) { blocks in
      try withEvery("size", in: [0, 1, 3, 16, 17]) { size in
        let (sourceStride, targetStride) = (size + 2, size + 5)
        let source = (0..<blocks * sourceStride + 4).map { Float($0) }
        let target = FloatBuffer(repeating: untouched, count: blocks * targetStride + 3)
        copyBlocks(
          FloatBuffer(source), offset: 1, stride: sourceStride, to: target, offset: 3, stride: targetStride,
          blocks: blocks,
          size: size)
        let expected = (0..<target.count).map { place -> Float in
          let (block, column) = ((place - 3) / targetStride, (place - 3) % targetStride)
          return place >= 3 && column < size ? source[1 + block * sourceStride + column] : untouched
        }
        try expectSameBits(target.elements, expected)
      }
    }
  }

  @Test func segmentsEqualPlainLoops() throws {
    var generator = SeededGenerator(seed: 4)
    let batches = [[0], [0, 1], [0, 3, 3, 4], [0, 17, 49], [0, 0, 0], [0, 100, 101, 357]]
    try withEvery("offsets", in: batches) { offsets in
      try withEvery("width", in: Self.widths) { width in
        let tokens = offsets.last ?? 0
        let x = generator.floats(tokens * width)
        let exact = DoubleTensor(x, shape: [tokens, width])
        let sums = segmentSum(FloatBuffer(x), offsets: offsets, width: width)
        try expectClose(sums.elements, exact.segmentSum(offsets: offsets).elements, floor: 1, "sums")
        let spread = segmentRepeat(sums, offsets: offsets, width: width).elements
        let expected = (0..<tokens).flatMap { row in
          let segment = offsets.dropFirst().firstIndex { row < $0 } ?? 0
          return sums.elements(in: (segment - 1) * width..<segment * width)
        }
        try expectSameBits(spread, expected, "repeated")
        if zip(offsets, offsets.dropFirst()).allSatisfy(<) {
          let (largest, rows) = segmentMaximum(FloatBuffer(x), offsets: offsets, width: width)
          try expectClose(largest.elements, exact.segmentMaximum(offsets: offsets).elements, tolerance: 0, "largest")
          try expectSameBits(
            rows.enumerated().map { x[Int($0.element) * width + $0.offset % width] }, largest.elements,
            "elements at the rows")
        }
      }
    }
  }

  @Test func firstOfEqualsIsTheLargestOfASegment() {
    let (values, rows) = segmentMaximum(FloatBuffer([1, 7, 2, 7, 2, 7]), offsets: [0, 3], width: 2)
    #expect(values.elements == [2, 7])
    #expect(rows == [1, 0])
    let (none, _) = segmentMaximum(FloatBuffer([1, .nan, 2]), offsets: [0, 3], width: 1)
    #expect(none[0].isNaN)
  }
}
