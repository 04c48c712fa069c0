import Encoders
import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing
import Tokenizers

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

  /// The gradients of all parameters together point where those in 32 bits do, whichever tokens are pooled.
  @Test(arguments: GoldenFamily.all, [Pooling.mean, .cls])
  func gradientsAreNearThoseIn32Bits(family: GoldenFamily, pooling: Pooling) throws {
    var exact = try BiEncoder(folder: family.biEncoder)
    exact.pooling = pooling
    let batch = TokenBatch(try exact.tokenize(texts, as: .document))
    func gradients(_ model: BiEncoder) -> ParameterDictionary {
      valueAndGradients(of: model) { model in
        var context = ForwardContext.evaluation
        let vectors = model(batch, &context)
        return (vectors.slice(0..<1) * vectors.slice(1..<5)).sum()
      }.gradients
    }
    let expected = gradients(exact)
    let forward = gradients(exact.computing(in: .bfloat16))
    let found = gradients(exact.computing(in: .bfloat16, withGradients: true))
    #expect(found.keys == expected.keys)
    let (a, b) = (found.values.flatMap(\.elements), expected.values.flatMap(\.elements))
    let distance = zip(a, b).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
    let length = b.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(distance > 0 && distance < 0.03 * length, "\(distance) of \(length)")
    #expect(cosine(a, b) > 0.9995)
    // Their products are rounded too, not only those of the forward pass.
    #expect(forward.values.flatMap(\.elements) != a)
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    let dot = { (x: [Float], y: [Float]) in zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }
}
