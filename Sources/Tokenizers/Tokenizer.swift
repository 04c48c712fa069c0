import Files
import JSONText

/// Turns texts into the token ids of a model, the same ids as the Hugging Face library (tokenizers 0.23.3).
///
/// A text is cut at the added tokens in it; what lies between is normalized, cut into words, and the words into
/// tokens; then the post-processor puts special tokens around it. Values are immutable but for one option, and
/// any number of threads may encode with one.
///
/// A special token written out in a text (`[SEP]`) becomes that token, as upstream; `readsSpecialTokensInText` turns
/// this off where texts come from people who must not be able to write control tokens.
///
/// Upstream: `tokenizer/mod.rs`.
public struct Tokenizer: Sendable {
  /// The longest input that the model's folder asks for, in tokens with the special ones; nil where it asks for none, or
  /// gives only a number that means "no limit".
  public let configuredMaximumLength: Int?

  /// The end at which a text of too many tokens is cut.
  public let truncationSide: TruncationSide

  /// True if the model gets the token types of the post-processor; otherwise every type is 0.
  public let givesTokenTypes: Bool

  /// The number of different tokens, added ones included.
  public let vocabularySize: Int

  /// The largest id of any token.
  public let largestID: Int32

  /// The id of the padding token, where there is one.
  public let padID: Int32?

  /// The id of the token for unknown words, where there is one.
  public let unknownID: Int32?

  /// True if special tokens written out in a text become those tokens; otherwise they are text as any other.
  public var readsSpecialTokensInText: Bool

  /// The number of tokens that the model has embeddings for; nil where it has them for all.
  ///
  /// A text with any other token is an error.
  public var embeddings: Int?

  let model: TokenModel
  let addedTokens: Vocabulary
  let rawTokens: AddedTokenFinder
  let normalizedTokens: AddedTokenFinder
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  /// What the pre-tokenizer does and the model does not.
  let cutter: WordCutter
  /// The same for the piece at the start of a text, where that is another one.
  let startCutter: WordCutter?
  let postProcessor: PostProcessor
  /// The section `decoder` of a file as it stands; texts are not made here.
  let decoder: JSONValue?

  /// Reads the tokenizer of a model folder as transformers makes it: see ``TokenizerFolder``, which has more of it.
  ///
  /// Errors: `.missingInput` where there is none; `.badData` for anything that is malformed or that this type does not do
  /// exactly as upstream, by name and path.
  public init(folder: String) throws(TokenizerError) { self = try TokenizerFolder(folder).tokenizer }

  /// Reads a `tokenizer.json` as the tokenizers library does, by itself.
  ///
  /// The sections `truncation` and `padding` are checked; only the side at which texts are cut is taken from them. Each
  /// call sets the length of its result, and nothing is ever padded.
  ///
  /// Errors: as with a folder.
  public init(file: String) throws(TokenizerError) { try self.init(try TokenizerFile.read(file), file: file) }

  init(_ parts: TokenizerParts, file: String) throws(TokenizerError) {
    configuredMaximumLength = parts.maximumLength
    truncationSide = parts.truncationSide ?? .right
    givesTokenTypes = parts.givesTokenTypes
    readsSpecialTokensInText = parts.readsSpecialTokensInText
    var cutter = WordCutter(parts.preTokenizer)
    model = parts.model.joined(to: &cutter)
    self.cutter = cutter
    startCutter = try cutter.atStart(parts, file)
    normalizer = parts.normalizer
    preTokenizer = parts.preTokenizer
    decoder = parts.decoder
    unknownID = parts.model.unknownID
    do throws(PostProcessor.PieceCountError) {
      let processor = try PostProcessor(parts.postProcessorSteps)
      postProcessor = parts.givesTokenTypes ? processor : processor.withoutTypes
    } catch {
      throw TokenizerError(
        "\(file): post_processor gives a template \(error.pieces) pieces; expected 1 or 2, "
          + "so no other template may come before it")
    }
    var table = ByteTable(capacity: parts.addedTokens.count)
    for token in parts.addedTokens { _ = table.insert(token.content) }
    do throws(Vocabulary.Clash) {
      addedTokens = try Vocabulary(table: table, ids: parts.addedTokens.map(\.id))
    } catch {
      throw TokenizerError("\(file): two added tokens have the id \(error.id)")
    }
    rawTokens = AddedTokenFinder(
      parts.addedTokens.filter { !$0.isNormalized }.map { (pattern: $0.content, token: $0) })
    normalizedTokens = AddedTokenFinder(try Self.normalizedPatterns(parts, file))

    var size = parts.model.vocabulary.count
    var largest = max(parts.model.vocabulary.largestID ?? 0, addedTokens.largestID ?? 0)
    for token in parts.addedTokens where parts.model.vocabulary.id(of: token.content) == nil {
      size += 1
      largest = max(largest, token.id)
    }
    vocabularySize = size
    largestID = largest
    padID = parts.paddingToken.flatMap { token in
      parts.model.vocabulary.id(of: token.utf8) ?? parts.addedTokens.first { $0.content.elementsEqual(token.utf8) }?.id
    }
  }

  /// The normal forms of the added tokens that are looked for in normal forms.
  ///
  /// Upstream takes one of two tokens with one normal form, depending on the order of a hash table, and finds a token
  /// without a normal form everywhere; both are refused here.
  private static func normalizedPatterns(
    _ parts: TokenizerParts, _ file: String
  ) throws(TokenizerError) -> [(pattern: [UInt8], token: AddedToken)] {
    var patterns: [(pattern: [UInt8], token: AddedToken)] = []
    var seen = ByteTable(capacity: parts.addedTokens.count)
    for token in parts.addedTokens where token.isNormalized {
      let pattern = parts.normalizer?.normalForm(of: token.content) ?? token.content
      let name = JSONNode.quoted(String(decoding: token.content, as: UTF8.self))
      guard !pattern.isEmpty else {
        throw TokenizerError("\(file): nothing is left of the added token \(name) after the normalizer")
      }
      let (index, isNew) = seen.insert(pattern)
      guard isNew else {
        let other = JSONNode.quoted(String(decoding: patterns[index].token.content, as: UTF8.self))
        throw TokenizerError(
          "\(file): the added tokens \(other) and \(name) are the same after the normalizer; "
            + "one of them needs \"normalized\": false")
      }
      patterns.append((pattern, token))
    }
    return patterns
  }

  // MARK: - Tokens

  /// The token of an id, added tokens included; nil where no token has it.
  public func token(_ id: Int32) -> String? {
    addedTokens.token(id) ?? model.vocabulary.token(id)
  }

  /// The added tokens with their options, in the order of their ids.
  var addedTokenOptions: [AddedToken] {
    (rawTokens.tokens + normalizedTokens.tokens).sorted { $0.id < $1.id }
  }

  /// The id of a token, compared by its UTF-8 bytes; nil where it is not in the vocabulary.
  public func id(of token: String) -> Int32? {
    addedTokens.id(of: token.utf8) ?? model.vocabulary.id(of: token.utf8)
  }
}
