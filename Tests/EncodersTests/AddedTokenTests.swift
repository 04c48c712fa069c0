import Files
import Foundation
import JSONText
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Encoders

/// Models that get tokens of their own before training.
@Suite struct AddedTokenTests {
  private static let table = "embeddings.word_embeddings.weight"
  private let tokens = AddedTokens(["[Q]", "[D]"], seed: 7)

  @Test func newTokensGetTheNextIDsAndRowsBehindTheOthers() throws {
    let base = try BiEncoder(folder: goldenFolder)
    let model = try BiEncoder(folder: goldenFolder, adding: tokens)
    let (before, after) = (base.parameters, model.parameters)
    let old = try #require(before[Self.table])
    let table = try #require(after[Self.table])
    let rows = old.shape[0]
    #expect(table.shape == [rows + 2, 32] && model.transformer.shape.vocabulary == rows + 2)
    #expect(after.keys == before.keys)
    for (key, parameter) in before where key != Self.table { #expect(after[key]?.elements == parameter.elements) }
    #expect(Array(table.elements.prefix(rows * 32)) == old.elements)
    #expect(model.tokenizer.id(of: "[Q]") == Int32(rows) && model.tokenizer.id(of: "[D]") == Int32(rows + 1))
    let ids = try model.tokenize(["[Q] find a [D]file", "[q]"], as: .query).map(\.ids)
    #expect(ids[0].filter { $0 >= rows } == [Int32(rows), Int32(rows + 1)])
    // A token is found as it stands, so not in other letters.
    #expect(ids[1].allSatisfy { $0 < rows })
    // Texts without them have the vectors that they had.
    #expect(try model.encode(["find a file"], as: .query).elements == base.encode(["find a file"], as: .query).elements)
  }

  @Test(arguments: GoldenFamily.all)
  func theTableOfEveryFamilyGrowsAndStaysInTheExport(_ family: GoldenFamily) throws {
    let base = try BiEncoder(folder: family.biEncoder)
    let model = try BiEncoder(folder: family.biEncoder, adding: tokens)
    let key = base.folder.family.wordEmbeddings
    let (old, table) = (try #require(base.parameters[key]), try #require(model.parameters[key]))
    #expect(old.shape[0] == base.transformer.shape.vocabulary && table.shape[0] == model.transformer.shape.vocabulary)
    #expect(table.shape[0] > old.shape[0] && Array(table.elements.prefix(old.shape.count)) == old.elements)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let texts = ["[Q] find [D]", "a file"]
    let vectors = try model.encode(texts, as: .query).elements
    #expect(try BiEncoder(folder: saved.path).encode(texts, as: .query).elements == vectors)
    #expect(try base.encode(texts, as: .query).elements != vectors)
  }

  /// Against the mean and the covariance of the table in double precision.
  @Test func rowsAreDrawnAroundTheMeanWithABillionthOfTheCovariance() throws {
    let many = AddedTokens((0..<400).map { "[token\($0)]" }, seed: 3)
    let model = try BiEncoder(folder: goldenFolder, adding: many)
    let table = try #require(model.parameters[Self.table])
    let (count, width) = (table.shape[0] - 400, 32)
    let numbers = table.elements.map(Double.init)
    func column(_ column: Int, _ rows: Range<Int>) -> [Double] { rows.map { numbers[$0 * width + column] } }
    for index in 0..<width {
      let (old, new) = (column(index, 0..<count), column(index, count..<count + 400))
      let mean = old.reduce(0, +) / Double(count)
      let variance = old.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      let deviations = new.map { ($0 - mean) / (1e-9 * variance).squareRoot() }
      let (average, square) = (deviations.reduce(0, +) / 400, deviations.reduce(0) { $0 + $1 * $1 } / 400)
      // Four standard errors, and the rounding of the numbers themselves, which is some 10⁻³ of a deviation.
      #expect(abs(average) < 0.22 && abs(square - 1) < 0.3, "column \(index): \(average), \(square)")
    }
    let again = try BiEncoder(folder: goldenFolder, adding: many)
    #expect(again.parameters[Self.table]?.elements == table.elements)
    let other = try BiEncoder(folder: goldenFolder, adding: AddedTokens(many.texts, seed: 4))
    #expect(other.parameters[Self.table]?.elements != table.elements)
  }

  @Test func theyStayInTheExport() throws {
    let model = try BiEncoder(folder: goldenFolder, adding: tokens)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let rows = model.transformer.shape.vocabulary
    #expect(try saved.object("config.json")["vocab_size"] == JSONValue(rows))
    #expect(try saved.object("tokenizer_config.json")["additional_special_tokens"] == ["[Q]", "[D]"])
    let loaded = try BiEncoder(folder: saved.path)
    let texts = ["[Q] find [D]", "a file"]
    #expect(try loaded.tokenize(texts, as: .query) == model.tokenize(texts, as: .query))
    #expect(try loaded.encode(texts, as: .query).elements == model.encode(texts, as: .query).elements)
    // Added once more they are the same tokens.
    let twice = try BiEncoder(folder: saved.path, adding: tokens)
    #expect(twice.parameters[Self.table]?.elements == loaded.parameters[Self.table]?.elements)
    #expect(try twice.tokenize(texts, as: .query) == model.tokenize(texts, as: .query))
  }

  @Test func rowsThatAreLeftAreUsed() throws {
    let roomy = try ModelCopy()
    let saved = try BiEncoder(folder: goldenFolder, adding: AddedTokens(["[A]", "[B]", "[C]"], seed: 1))
    try saved.save(to: roomy.path)
    for file in ["tokenizer.json", "tokenizer_config.json", "vocab.txt"] {
      try Files.copy(Files.join(goldenFolder, file), to: Files.join(roomy.path, file))
    }
    let model = try BiEncoder(folder: roomy.path, adding: tokens)
    #expect(model.parameters[Self.table]?.elements == saved.parameters[Self.table]?.elements)
    #expect(model.tokenizer.largestID == saved.tokenizer.largestID - 1)
  }

  @Test func aTokenOfTheVocabularyKeepsItsID() throws {
    let base = try BiEncoder(folder: goldenFolder)
    let model = try BiEncoder(folder: goldenFolder, adding: AddedTokens(["search"], seed: 1))
    #expect(model.parameters[Self.table]?.shape == base.parameters[Self.table]?.shape)
    #expect(try model.tokenize(["search"], as: .query) == base.tokenize(["search"], as: .query))
  }

  @Test func aCrossEncoderGetsThemToo() throws {
    let base = try CrossEncoder(folder: crossEncoderFolder)
    let model = try CrossEncoder(folder: crossEncoderFolder, adding: tokens)
    #expect(model.transformer.shape.vocabulary == base.transformer.shape.vocabulary + 2)
    #expect(try model.score([("find", "a file")]).elements == base.score([("find", "a file")]).elements)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let pairs = [(query: "[Q] find", document: "[D] a file")]
    #expect(try CrossEncoder(folder: saved.path).score(pairs).elements == model.score(pairs).elements)
    #expect(try model.score(pairs).elements != base.score(pairs).elements)
  }
}
