import Files
import JSONText

/// What `XLMRobertaTokenizer` and `CamembertTokenizer` take from files: pieces and a table of characters.
///
/// They come from `tokenizer.json`, whose other sections do not count, or from a model of sentencepiece, whose pieces get
/// other ids.
///
/// Upstream: `models/xlm_roberta/tokenization_xlm_roberta.py`, `models/camembert/tokenization_camembert.py`, and
/// `convert_slow_tokenizer.py`, `convert_from_spm` of the two.
struct UnigramFiles {
  /// The special tokens of a model of sentencepiece; nil where there is a `tokenizer.json`.
  let declared: [DeclaredToken]?
  private let kind: TokenizerClass
  private let file: String
  private let source: SentencePieceFile?
  private let pieces: Unigram?
  private let characterMap: Precompiled?

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - file: `tokenizer.json` or the model of sentencepiece.
  ///   - read: what `tokenizer.json` has.
  init(_ kind: TokenizerClass, file: String, _ read: TokenizerParts?) throws(TokenizerError) {
    self.kind = kind
    self.file = file
    if let read {
      guard case .unigram(let model) = read.model else {
        throw TokenizerError("\(file): the model is none of Unigram, which \(kind.name) needs")
      }
      (source, pieces, declared) = (nil, model, nil)
      characterMap = read.normalizer?.precompiled
      return
    }
    let source = try SentencePieceFile(file)
    (self.source, pieces) = (source, nil)
    characterMap = try source.precompiled()
    let node = JSONNode(file: file, path: "", value: .null)
    declared = source.specialTokens.map { content, isSpecial in
      var token = DeclaredToken(content, node)
      token.isText = false
      token.isNormalized = false
      token.token.isSpecial = isSpecial
      return token
    }
  }

  /// The model, given the tokens with a role.
  func model(_ roles: DeclaredTokens) throws(TokenizerError) -> Unigram {
    func text(_ role: String) throws(TokenizerError) -> [UInt8] {
      guard let token = roles.role(role) else {
        throw TokenizerError("\(file): \(role) is null in the settings beside it, but \(kind.name) has a piece for it")
      }
      return token.token.content
    }
    let pieces = if let pieces { pieces } else { try converted(text) }
    var unknownID = 3
    if kind == .camembert { unknownID = pieces.vocabulary.id(of: try text("unk_token")).map(Int.init) ?? 0 }
    guard unknownID < pieces.vocabulary.count else {
      throw TokenizerError(
        "\(file): the model has \(pieces.vocabulary.count) pieces, but \(kind.name) takes the piece \(unknownID) for unknown "
          + "text")
    }
    // These classes get the scores from Python, and have no tokens for bytes.
    return pieces.withNearestScores(unknownID: Int32(unknownID))
  }

  /// The pieces of a model of sentencepiece in the order of a class: its own come first, and the mask comes last.
  private func converted(_ text: (String) throws(TokenizerError) -> [UInt8]) throws(TokenizerError) -> Unigram {
    var all: [(text: [UInt8], score: Double)]
    if kind == .camembert {
      all = [
        (Array("<s>NOTUSED".utf8), 0), (try text("pad_token"), 0), (Array("</s>NOTUSED".utf8), 0),
        (try text("unk_token"), 0), (Array("<unk>NOTUSED".utf8), -100),
      ]
    } else {
      all = [
        (try text("bos_token"), 0), (try text("pad_token"), 0), (try text("eos_token"), 0), (try text("unk_token"), 0),
      ]
    }
    let replaced = kind == .camembert ? 1 : 3
    all += (source?.pieces ?? []).dropFirst(replaced).map { ($0.text, Double($0.score)) }
    all.append((try text("mask_token"), 0))
    var table = ByteTable(capacity: all.count)
    for (number, piece) in all.enumerated() {
      let (index, isNew) = table.insert(piece.text)
      guard isNew else {
        let name = JSONNode.quoted(String(decoding: piece.text, as: UTF8.self))
        throw TokenizerError("\(file): \(kind.name) gives the piece \(name) the ids \(index) and \(number)")
      }
    }
    let vocabulary = try TokenizerFile.vocabulary(
      JSONNode(file: file, path: "the model", value: .null), table, Array(0..<Int32(all.count)))
    let scores = all.map(\.score)
    return Unigram(
      vocabulary: vocabulary, scores: scores, nearestScores: scores, unknownID: nil, fallsBackToBytes: false)
  }

  /// The parts of the tokenizer.
  func parts(
    _ model: Unigram, _ declared: DeclaredTokens, _ added: AddedVocabulary, _ configuration: TokenizerConfiguration
  ) throws(TokenizerError) -> TokenizerParts {
    let addsPrefix = try configuration.setting("add_prefix_space").map { (node) throws(TokenizerError) in
      node.isNull ? false : try node.boolean()
    }
    let prefix: Metaspace.Prefix = addsPrefix ?? true ? .always : .never
    var parts = TokenizerParts(model: .unigram(model))
    parts.normalizer = characterMap.map { .precompiled($0) }
    parts.preTokenizer = .sequence([
      .scanner(WordScanner(.whitespaceSplit)),
      .metaspace(Metaspace(mark: Array("▁".utf8), prefix: prefix, splits: true)),
    ])
    parts.decoder = [
      "type": "Metaspace", "replacement": "▁", "prepend_scheme": JSONValue(prefix.rawValue), "split": true,
    ]
    func special(_ role: String) -> [PostProcessor.Part] {
      declared.role(role).flatMap { added.id(of: $0.token.content) }.map { [.special(id: $0, typeID: 0)] } ?? []
    }
    let (first, last) = (special("bos_token"), special("eos_token"))
    let single = [first, [.text(0, typeID: 0)], last]
    parts.postProcessorSteps = [.template(single: single, pair: single + [last, [.text(1, typeID: 0)], last])]
    return parts
  }
}

extension Normalizer {
  /// The table of characters that classes of transformers find in `tokenizer.json`: by itself, or the first in a sequence.
  fileprivate var precompiled: Precompiled? {
    switch self {
    case .precompiled(let precompiled): precompiled
    case .sequence(let steps):
      steps.lazy.compactMap { if case .precompiled(let precompiled) = $0 { precompiled } else { nil } }.first
    default: nil
    }
  }
}

extension SentencePieceFile {
  /// The normalizer; nil where there is no table of characters.
  fileprivate func precompiled() throws(TokenizerError) -> Precompiled? {
    do throws(Precompiled.Fault) {
      return try characterMap.map { (table) throws(Precompiled.Fault) in try Precompiled(table) }
    } catch {
      throw TokenizerError("\(file): precompiled_charsmap is no table of characters: \(error.message)")
    }
  }

  /// The special pieces and the pieces that the user defined.
  fileprivate var specialTokens: [(content: String, isSpecial: Bool)] {
    pieces.compactMap { piece in
      guard let kind = Kind(rawValue: piece.kind), kind != .normal else { return nil }
      return (String(decoding: piece.text, as: UTF8.self), kind == .control)
    }
  }
}
