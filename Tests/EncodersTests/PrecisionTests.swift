import Encoders
import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing

/// Models whose layers compute below 32 bits: every family does, and gives nearly the same.
@Suite struct PrecisionTests {
  private let texts = [
    "find a file", "Fast network packets, sounding the board!", "chess", "a text about search and a query of words", "",
  ]

  @Test(arguments: GoldenFamily.all, [Precision.bfloat16, .int8])
  func vectorsAreNearThoseIn32Bits(family: GoldenFamily, precision: Precision) throws {
    let exact = try BiEncoder(folder: family.biEncoder)
    let model = exact.computing(in: precision)
    #expect(model.precision == precision && exact.precision == .float32)
    let (expected, found) = (try exact.encode(texts, as: .document), try model.encode(texts, as: .document))
    #expect(found.elements != expected.elements)
    for row in texts.indices {
      let cosine = cosine(found.row(row), expected.row(row))
      #expect(cosine > (precision == .bfloat16 ? 0.9995 : 0.98), "text \(row): \(cosine)")
    }
    for (key, parameter) in model.parameters {
      try expectSameBits(parameter.elements, try #require(exact.parameters[key]).elements, key)
    }
    // Each text by itself, which has few rows, and its bits in company.
    let all = try model.encodeIndependently(texts, as: .document)
    for row in texts.indices {
      try expectSameBits(
        try model.encodeIndependently([texts[row]], as: .document).elements, all.row(row), "text \(row)")
    }
  }

  @Test(arguments: GoldenFamily.all, [Precision.bfloat16, .int8])
  func scoresAreNearThoseIn32Bits(family: GoldenFamily, precision: Precision) throws {
    let exact = try CrossEncoder(folder: family.crossEncoder)
    let model = exact.computing(in: precision)
    let pairs = texts.map { (query: "a query", document: $0) }
    let (expected, found) = (try exact.score(pairs).elements, try model.score(pairs).elements)
    #expect(found != expected)
    try expectClose(found, expected.doubles, tolerance: precision == .bfloat16 ? 0.02 : 0.15)
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    let dot = { (x: [Float], y: [Float]) in zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }
}
