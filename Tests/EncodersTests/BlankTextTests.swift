import Encoders
import Files
import JSONText
import Tensors
import TestSupport
import Testing
import Tokenizers

/// Texts without any token against what sentence-transformers computes of them (Tests/Goldens/make/make_blank_texts.py).
@Suite struct BlankTextTests {
  private static let goldens = Files.join(Locations.repositoryRoot, "Tests", "Goldens")
  private static let names: [Pooling: String] = [
    .mean: "mean", .cls: "cls", .max: "max", .meanSqrt: "mean_sqrt_len_tokens", .last: "lasttoken",
  ]

  private func golden() throws -> JSONObject {
    try #require(JSONReader.parse(Files.read(Files.join(Self.goldens, "blank-texts", "golden.json"))).objectValue)
  }

  private func numbers(_ value: JSONValue?) throws -> [Float] {
    try #require(value?.arrayValue).compactMap { $0.doubleValue.map(Float.init) }
  }

  private func expectClose(_ found: [Float], _ expected: [Float], within tolerance: Float) {
    #expect(found.count == expected.count)
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst <= tolerance)
  }

  @Test(arguments: ["bert-tiny", "distilbert-tiny"], Pooling.single.filter { $0 != .weightedMean })
  func vectorsEqualSentenceTransformers(_ name: String, _ pooling: Pooling) throws {
    let golden = try golden()
    let texts = try #require(golden["texts"]?.arrayValue).compactMap(\.stringValue)
    #expect(texts.count == 3)
    let expected = golden["vectors"]?.objectValue?[name]?.objectValue?[try #require(Self.names[pooling])]?.objectValue
    var model = try BiEncoder(folder: Files.join(Self.goldens, name))
    model.pooling = pooling
    for (prompt, form) in [("", "plain"), (golden["prompt"]?.stringValue ?? "", "promptExcluded")] {
      model.prompts = [.query: prompt]
      let excluded = prompt.isEmpty ? 0 : try model.tokenize([""], as: .query)[0].ids.count - 1
      // The prompt's tokens without the closing special one are left out.
      let vectors = try model.encode(model.tokenize(texts, as: .query), excludedTokens: excluded)
      let row = try numbers(expected?[form])
      try #require(row.count == model.dimensions)
      expectClose(vectors.elements, row + row + row, within: 1e-6)
    }
  }

  @Test(arguments: ["cross-encoder-tiny", "distilbert-cross-encoder-tiny"])
  func logitsEqualSentenceTransformers(_ name: String) throws {
    let golden = try golden()
    let pairs = try #require(golden["pairs"]?.arrayValue).compactMap { pair -> (query: String, document: String)? in
      guard let texts = pair.arrayValue, let query = texts.first?.stringValue, let document = texts.last?.stringValue
      else { return nil }
      return (query, document)
    }
    let expected = try numbers(golden["logits"]?.objectValue?[name])
    try #require(pairs.count == 15 && expected.count == 15)
    let scores = try CrossEncoder(folder: Files.join(Self.goldens, name)).score(pairs).elements
    expectClose(scores, expected, within: 1e-5)
  }
}
