import Kernels
import TestSupport
import Testing

@Suite struct DropoutTests {
  private func factors(_ mask: DropoutMask, count: Int) -> [Float] {
    applyDropout(FloatBuffer(repeating: 1, count: count), mask: mask).elements
  }

  /// Keys as training makes them: of one seed, consecutive steps and places.
  private func trainingKeys(steps: Int, places: Int) -> [UInt64] {
    (0..<steps).flatMap { step in
      (1...places).map { place in mixed(mixed(mixed(17, UInt64(step)), 0), UInt64(place)) }
    }
  }

  @Test func elementsAreZeroOrScaledUp() throws {
    try withEvery("rate", in: [0.1, 0.25, 0.5, 0.9] as [Float]) { rate in
      let scale = 1 / (1 - rate)
      let found = Set(factors(DropoutMask(key: 5, rate: rate), count: 1000))
      try expect(found == [0, scale], "factors \(found.sorted()), expected 0 and \(scale)")
    }
  }

  @Test func rateZeroKeepsEverything() throws {
    try expectSameBits(factors(DropoutMask(key: 5, rate: 0), count: 1000), [Float](repeating: 1, count: 1000))
  }

  @Test func elementsAreMultipliedByTheirFactor() throws {
    var generator = SeededGenerator(seed: 1)
    let mask = DropoutMask(key: 5, rate: 0.3)
    try withEvery("count", in: [0, 1, 15, 16, 17, 33, 257, 70_001]) { count in
      let x = generator.floats(count)
      try expectSameBits(applyDropout(FloatBuffer(x), mask: mask).elements, zip(x, factors(mask, count: count)).map(*))
    }
  }

  /// The mask of an element depends on its place only, not on how many come after it or who computes it.
  @Test func sameKeyGivesTheSameMask() throws {
    let long = factors(DropoutMask(key: 5, rate: 0.3), count: 70_001)
    try withEvery("count", in: [1, 15, 16, 17, 600, 40_003]) { count in
      try expectSameBits(factors(DropoutMask(key: 5, rate: 0.3), count: count), Array(long[..<count]))
    }
    #expect(DropoutMask(key: 5, rate: 0.3) == DropoutMask(key: 5, rate: 0.3))
    #expect(DropoutMask(key: 5, rate: 0.3) != DropoutMask(key: 6, rate: 0.3))
  }

  @Test func keptShareIsTheRatesOwn() throws {
    let count = 1 << 20
    try withEvery("rate", in: [0.001, 0.05, 0.1, 0.3, 0.5, 0.9, 0.999] as [Float]) { rate in
      try withEvery("key", in: trainingKeys(steps: 2, places: 4)) { key in
        let kept = factors(DropoutMask(key: key, rate: rate), count: count).count { $0 > 0 }
        let sigma = (Double(count) * Double(rate) * Double(1 - rate)).squareRoot()
        let deviation = (Double(kept) - Double(count) * Double(1 - rate)) / sigma
        try expect(abs(deviation) < 5, "\(kept) of \(count) kept, \(deviation) standard deviations off")
      }
    }
  }

  /// Over many pairs the correlations must be as small as those of independent masks, one by one and in the mean square.
  @Test func masksOfDifferentKeysAreIndependent() throws {
    let keys = trainingKeys(steps: 12, places: 6)
    try checkIndependence(keys.map { DropoutMask(key: $0, rate: 0.5) })
  }

  /// Both words of a key matter: masks whose keys share the lower one are as good as any others.
  @Test func masksOfKeysThatShareAWordAreIndependent() throws {
    var generator = SeededGenerator(seed: 3)
    let words = (0..<72).map { _ in generator.next() << 32 }
    try checkIndependence(words.map { DropoutMask(key: $0 | 0x1234_5678, rate: 0.5) })
  }

  @Test func partsOfAMaskAreIndependent() throws {
    let mask = DropoutMask(key: 99, rate: 0.5)
    try checkIndependence([mask] + (0..<72).map(mask.part))
  }

  private func checkIndependence(_ masks: [DropoutMask]) throws {
    let count = 1 << 14
    let signs = masks.map { mask in factors(mask, count: count).map { $0 > 0 ? Float(1) : -1 } }
    var squares = 0.0
    var pairs = 0
    for first in signs.indices {
      for second in 0..<first {
        let product = zip(signs[first], signs[second]).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        let deviation = Double(product) / Double(count).squareRoot()
        try expect(
          abs(deviation) < 5.5, "masks \(second) and \(first): correlation of \(deviation) standard deviations")
        squares += deviation * deviation
        pairs += 1
      }
    }
    let excess = (squares / Double(pairs) - 1) / (2 / Double(pairs)).squareRoot()
    try expect(
      abs(excess) < 5, "\(pairs) pairs: mean square \(squares / Double(pairs)) is \(excess) standard deviations off 1")
  }

  /// Neighbours, and elements that stand one below the other in matrices of usual widths.
  @Test func placesOfAMaskAreIndependent() throws {
    let count = 1 << 18
    for key in trainingKeys(steps: 4, places: 2) {
      let signs = factors(DropoutMask(key: key, rate: 0.5), count: count).map { $0 > 0 ? Float(1) : -1 }
      try withEvery("distance", in: [1, 2, 3, 4, 8, 15, 16, 17, 32, 64, 128, 256, 384, 768, 1024, 1536, 4096, 65_536]) {
        distance in
        let product = (distance..<count).reduce(Float(0)) { $0 + signs[$1] * signs[$1 - distance] }
        let deviation = Double(product) / Double(count - distance).squareRoot()
        try expect(abs(deviation) < 5, "correlation of \(deviation) standard deviations")
      }
    }
  }

  /// Eight neighbours kept or dropped make a byte; all 256 must be equally frequent (χ² with 255 degrees of freedom).
  @Test func patternsOfNeighboursAreEquallyFrequent() throws {
    let bytes = 1 << 16
    for key in trainingKeys(steps: 4, places: 2) {
      let kept = factors(DropoutMask(key: key, rate: 0.5), count: bytes * 8).map { $0 > 0 ? 1 : 0 }
      var counts = [Int](repeating: 0, count: 256)
      for byte in 0..<bytes { counts[(0..<8).reduce(0) { $0 * 2 + kept[byte * 8 + $1] }] += 1 }
      let expected = Double(bytes) / 256
      let square = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
      #expect(abs(square - 255) < 5 * (2 * 255.0).squareRoot(), "χ² is \(square)")
    }
  }

  @Test func keysAreMixedWell() {
    // Every bit of either word changes about half of the bits of the result.
    for bit in 0..<64 {
      for base: UInt64 in [0, 1, 17, .max] {
        let changed = (mixed(base, 3) ^ mixed(base ^ (1 << UInt64(bit)), 3)).nonzeroBitCount
        let alsoChanged = (mixed(3, base) ^ mixed(3, base ^ (1 << UInt64(bit)))).nonzeroBitCount
        #expect((8...56).contains(changed) && (8...56).contains(alsoChanged), "bit \(bit) of \(base)")
      }
    }
    #expect(mixed(1, 2) != mixed(2, 1))
  }
}
