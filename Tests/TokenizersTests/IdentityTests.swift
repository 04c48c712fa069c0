import Files
import JSONText
import Testing

@testable import Tokenizers

/// What tells one tokenizer from another.
@Suite struct IdentityTests {
  @Test func equalFilesHaveEqualIdentities() throws {
    for folder in ["small-uncased", "small-cased"] {
      #expect(try Golden.tokenizer(in: folder).identity == Golden.tokenizer(in: folder).identity)
    }
  }

  /// Every golden tokenizer file has an identity of its own, unless it gives the same parts.
  @Test func anotherSettingIsAnotherIdentity() throws {
    var tokenizer = try Golden.tokenizer(in: "small-uncased")
    #expect(try tokenizer.identity != Golden.tokenizer(in: "small-cased").identity)
    let identity = tokenizer.identity
    tokenizer.readsSpecialTokensInText = false
    #expect(tokenizer.identity != identity)
    let rows = try Golden.rows("byte-level/models.jsonl")
    // The last one is another spelling of the model whose unknown characters vanish.
    let identities = try rows.dropFirst().dropLast().map { row in
      try Golden.tokenizer(try ByteLevelTests.description(row, rows[0])).identity
    }
    #expect(Set(identities).count == identities.count)
  }

  /// A property that is added must be told to `identity`, or be known here as one that changes no id.
  @Test func noPropertyIsForgotten() throws {
    func names(_ value: Any) -> Set<String> { Set(Mirror(reflecting: value).children.compactMap(\.label)) }
    let tokenizer = try Golden.tokenizer(in: "small-uncased")
    #expect(
      names(tokenizer) == [
        "model", "rawTokens", "normalizedTokens", "normalizer", "preTokenizer", "postProcessor",
        "readsSpecialTokensInText", "truncationSide",
        // Follow from the others, or change no id.
        "addedTokens", "vocabularySize", "largestID", "unknownID", "configuredMaximumLength", "padID",
        "givesTokenTypes", "decoder", "cutter", "startCutter", "embeddings",
      ])
    guard case .wordPiece(let model) = tokenizer.model else { return #expect(Bool(false)) }
    #expect(
      names(model) == [
        "vocabulary", "unknownToken", "continuation", "maximumWordLength", "unknownID", "noPrefix",
      ])
    let bert = BertNormalizer(cleansText: true, isolatesIdeographs: true, stripsAccents: true, lowercases: true)
    #expect(
      names(bert) == [
        "cleansText", "isolatesIdeographs", "stripsAccents", "lowercases", "ascii", "attention", "properties",
        "lowercase", "canonical", "combiningClasses",
      ])
    #expect(names(WordScanner(.bert)) == ["rule", "ascii", "properties"])
    let rows = try Golden.rows("byte-level/models.jsonl")
    let byteLevel = try Golden.tokenizer(try ByteLevelTests.description(rows[1], rows[0]))
    guard case .bytePairs(let model) = byteLevel.model else { return #expect(Bool(false)) }
    #expect(
      names(model) == [
        "vocabulary", "merges", "options",
        // Follow from the others, or from the pre-tokenizer.
        "unknownID", "readsBytes", "byteTokens", "words", "wordIDs", "isGrowing",
      ])
    #expect(
      names(model.options) == [
        "unknownToken", "fusesUnknown", "fallsBackToBytes", "ignoresMerges", "continuation", "suffix",
      ])
    let sentencePiece = try Golden.rows("sentencepiece/models.jsonl").dropFirst().map { row in
      try Golden.tokenizer(try #require(row["tokenizer"]))
    }
    #expect(Set(sentencePiece.map(\.identity)).count == sentencePiece.count)
    guard case .unigram(let model) = sentencePiece[0].model else { return #expect(Bool(false)) }
    #expect(
      names(model) == [
        "vocabulary", "scores", "unknownID", "fallsBackToBytes",
        // Follow from the others, or are written only.
        "nearestScores", "trie", "unknownScore", "byteIDs",
      ])
    #expect(names(Metaspace(mark: [1], prefix: .never, splits: true)) == ["mark", "prefix", "splits"])
    #expect(names(Replacement(pattern: .text([1]), content: [])) == ["pattern", "content"])
    #expect(names(ByteLevel()) == ["addsPrefixSpace", "cutsWords", "trimsOffsets"])
    #expect(names(Splitter(.text([1]), .removed)) == ["pattern", "behavior", "inverts", "classes"])
  }
}
