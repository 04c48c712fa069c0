import Files
import JSONText
import Kernels
import Retrieval
import TestSupport
import Testing

@Suite struct PrincipalComponentsTests {
  /// What `Tests/Goldens/make/make_components.py` found with NumPy's singular value decomposition.
  private struct Golden {
    let object: JSONObject
    let vectors: Vectors
    let dimensions: Int

    init() throws {
      let path = Files.join(Locations.repositoryRoot, "Tests", "Goldens", "components", "golden.json")
      object = try #require(try JSONReader.parse(Files.read(path)).objectValue)
      dimensions = try #require(object["dimensions"]?.integerValue)
      let numbers = try Self.numbers(object["vectors"]).map { Float($0) }
      vectors = try Vectors(
        numbers, count: try #require(object["count"]?.integerValue), width: try #require(object["width"]?.integerValue))
    }

    func numbers(_ names: String...) throws -> [Double] {
      var value: JSONValue? = .object(object)
      for name in names { value = value?.objectValue?[name] }
      return try Self.numbers(value)
    }

    private static func numbers(_ value: JSONValue?) throws -> [Double] {
      try #require(value?.arrayValue).compactMap(\.doubleValue)
    }
  }

  @Test func componentsEqualNumPy() throws {
    let golden = try Golden()
    let components = try PrincipalComponents(of: golden.vectors)
    #expect(components.count == 60 && components.width == 12 && components.rank == 12)
    for (found, name) in [(components.mean, "mean"), (components.variances, "variances")] {
      let expected = try golden.numbers(name)
      #expect(found.count == expected.count)
      // The smallest variance is four million times below the largest: relative errors show that too is right.
      for (found, expected) in zip(found, expected) {
        #expect(abs(found - expected) < 1e-9 * abs(expected), "\(name): \(found), \(expected)")
      }
    }
    let explained = try golden.numbers("explained")
    #expect(!explained.isEmpty)
    for (index, share) in explained.enumerated() {
      #expect(abs(components.explainedShare(of: index + 1) - share) < 1e-12)
    }
    #expect(components.explainedShare(of: 12) == 1)
  }

  @Test(arguments: [("plain", false), ("whitened", true)])
  func projectionsEqualNumPy(_ name: String, _ whiten: Bool) throws {
    let golden = try Golden()
    let components = try PrincipalComponents(of: golden.vectors)
    let (weight, bias) = try components.projection(dimensions: golden.dimensions, whiten: whiten)
    try expectClose(weight, golden.numbers(name, "weight"), tolerance: 1e-7)
    try expectClose(bias, golden.numbers(name, "bias"), tolerance: 1e-7)
    let shown = try golden.numbers(name, "reduced").count / golden.dimensions
    let reduced = (0..<shown).flatMap { row in
      let y = coordinates(of: row, golden.vectors, weight, bias)
      let length = y.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return y.map { Float($0 / length) }
    }
    try expectClose(reduced, golden.numbers(name, "reduced"), tolerance: 1e-6)
  }

  /// Mean 0 in every coordinate, no covariance between two, and the variances that were promised; 1 where whitened.
  @Test(arguments: [false, true]) func coordinatesAreUncorrelated(whiten: Bool) throws {
    var generator = SeededGenerator(seed: 41)
    let (count, width, dimensions) = (300, 20, 7)
    let numbers = generator.floats(count * width).enumerated().map { $1 * Float($0 % width + 1) + 3 }
    let vectors = try Vectors(numbers, count: count, width: width)
    let components = try PrincipalComponents(of: vectors)
    let (weight, bias) = try components.projection(dimensions: dimensions, whiten: whiten)
    let rows = (0..<count).map { coordinates(of: $0, vectors, weight, bias) }
    for first in 0..<dimensions {
      #expect(abs(rows.reduce(0) { $0 + $1[first] } / Double(count)) < 1e-4)
      for second in 0...first {
        let product = rows.reduce(0) { $0 + $1[first] * $1[second] } / Double(count - 1)
        let expected = first == second ? whiten ? 1 : components.variances[first] : 0
        #expect(abs(product - expected) < 1e-3 * max(1, expected), "\(first), \(second)")
      }
    }
  }

  @Test func fewerDirectionsThanNumbersHaveALowRank() throws {
    // Multiples of two directions, whatever the 32-bit floats make of them.
    var generator = SeededGenerator(seed: 42)
    let directions = (generator.floats(16), generator.floats(16))
    let numbers = (0..<50).flatMap { _ in
      let (a, b) = (Float.random(in: -1...1, using: &generator), Float.random(in: -1...1, using: &generator))
      return zip(directions.0, directions.1).map { a * $0 + b * $1 }
    }
    let components = try PrincipalComponents(of: Vectors(numbers, count: 50, width: 16))
    #expect(components.rank == 2, "\(components.variances)")
    #expect(components.variances.allSatisfy { $0 >= 0 })
    #expect(components.explainedShare(of: 2) > 1 - 1e-12)
    // Not whitened, the directions without variance are there and add nothing.
    let (weight, bias) = try components.projection(dimensions: 5, whiten: false)
    #expect((weight + bias).areAllFinite)
    #expect((weight.count, bias.count) == (80, 5))
    let whitened = try components.projection(dimensions: 2, whiten: true)
    #expect((whitened.weight + whitened.bias).areAllFinite)
    #expect(
      message { _ = try components.projection(dimensions: 3, whiten: true) }
        == "the 50 vectors vary along 2 of 16 directions only, so whitening to 3 dimensions would divide by zero; give more "
        + "different texts, ask for at most 2 dimensions, or do not whiten")
  }

  @Test func whatCannotBeReducedIsTold() throws {
    var generator = SeededGenerator(seed: 43)
    let components = try PrincipalComponents(of: Vectors(generator.floats(5 * 8), count: 5, width: 8))
    for (dimensions, expected) in [
      (0, "vectors of 8 numbers cannot be reduced to 0; ask for 1 to 8 dimensions"),
      (9, "vectors of 8 numbers cannot be reduced to 9; ask for 1 to 8 dimensions"),
      (
        5,
        "5 vectors vary along 4 directions at most, which does not give 5 dimensions; give a larger corpus or ask for "
          + "fewer dimensions"
      ),
    ] {
      #expect(message { _ = try components.projection(dimensions: dimensions, whiten: false) } == expected)
    }
    #expect(message { _ = try components.projection(dimensions: 4, whiten: true) } == nil)
    #expect(
      message { _ = try PrincipalComponents(of: Vectors([1, 2], count: 1, width: 2)) }
        == "principal components need at least 2 vectors, found 1; give a larger corpus")
    #expect(
      message {
        let same = (0..<30).flatMap { _ in [0.3, -0.7, 0.1] as [Float] }
        _ = try PrincipalComponents(of: Vectors(same, count: 30, width: 3))
      }
        == "the 30 vectors are all the same, so they have no principal components; give a corpus of different texts")
    #expect(
      message { _ = try PrincipalComponents(of: Vectors([1, 2, .nan, 4], count: 2, width: 2)) }
        == "vector 1 holds nan, which cannot be ranked; check the model that made it")
  }

  private func coordinates(of row: Int, _ vectors: Vectors, _ weight: [Float], _ bias: [Float]) -> [Double] {
    let width = vectors.width
    return bias.indices.map { component in
      (0..<width).reduce(Double(bias[component])) { sum, column in
        sum + Double(weight[component * width + column]) * Double(vectors.buffer[row * width + column])
      }
    }
  }
}
