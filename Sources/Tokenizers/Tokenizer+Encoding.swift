extension Tokenizer {
  /// Encodes one text.
  ///
  /// - Parameter maximumLength: The most tokens of the result, special ones included; the text is cut at the
  ///   ``truncationSide``. Nil for no limit.
  ///
  /// Errors: `.badData` where `maximumLength` does not even hold the special tokens, and where a word is unknown and the
  /// vocabulary has no token for that.
  public func encode(_ text: String, maximumLength: Int? = nil) throws(TokenizerError) -> Encoding {
    let room = try room(for: postProcessor.single, maximumLength)
    return try known(PostProcessor.fill(postProcessor.single, [try ids(of: text, atMost: room)]))
  }

  /// Encodes a pair of texts.
  ///
  /// - Parameter maximumLength: The most tokens of the result, special ones included; nil for no limit. The longer text
  ///   loses tokens first (`longest_first`); where both must lose some, each keeps half of the room, and
  ///   the longer one, or the second of two equally long ones, the odd token.
  ///
  /// Errors: as with one text.
  public func encode(
    _ first: String, _ second: String, maximumLength: Int? = nil
  ) throws(TokenizerError) -> Encoding {
    let room = try room(for: postProcessor.pair, maximumLength)
    var texts = [try ids(of: first, atMost: nil), try ids(of: second, atMost: nil)]
    if let room {
      let kept = Truncation.longestFirst(texts[0].count, texts[1].count, room: room)
      truncationSide.cut(&texts[0], to: kept.first)
      truncationSide.cut(&texts[1], to: kept.second)
    }
    return try known(PostProcessor.fill(postProcessor.pair, texts))
  }

  /// The number of token types in the encoding of one text: 1 for type 0 only.
  public var singleTypeCount: Int { postProcessor.single.typeCount }

  /// The number of token types in the encoding of a pair: 2 for types 0 and 1.
  public var pairTypeCount: Int { postProcessor.pair.typeCount }

  /// The special tokens that are put around every text and every pair.
  public var insertedIDs: [Int32] {
    [postProcessor.single, postProcessor.pair].flatMap(\.parts).compactMap { part in
      if case .special(let id, _) = part { id } else { nil }
    }
  }

  /// The encoding, if the model has embeddings for its tokens.
  private func known(_ encoding: Encoding) throws(TokenizerError) -> Encoding {
    guard let embeddings, let id = encoding.ids.first(where: { Int($0) >= embeddings }) else { return encoding }
    throw TokenizerError(
      "a text has the token \(JSONNode.quoted(token(id) ?? "")) with the id \(id), but the model has \(embeddings) word "
        + "embeddings; tokenizer and weights are from different models")
  }

  /// The tokens that may come from texts.
  private func room(
    for template: PostProcessor.Template, _ maximumLength: Int?
  ) throws(TokenizerError) -> Int? {
    guard let maximumLength else { return nil }
    guard maximumLength >= template.specialCount else {
      throw TokenizerError(
        "a maximum length of \(maximumLength) tokens is too short: the special tokens alone are "
          + "\(template.specialCount); expected at least that many")
    }
    return maximumLength - template.specialCount
  }

  /// The ids of one text without special tokens.
  private func ids(of text: String, atMost limit: Int?) throws(TokenizerError) -> [Int32] {
    switch model {
    case .wordPiece(let model): try ids(of: text, atMost: limit, by: model)
    case .bytePairs(let model): try ids(of: text, atMost: limit, by: model)
    case .unigram(let model): try ids(of: text, atMost: limit, by: model)
    }
  }

  private func ids<Model: WordModel>(
    of text: String, atMost limit: Int?, by model: Model
  ) throws(TokenizerError) -> [Int32] {
    let bytes = Array(text.utf8)
    // The rest of the text may be what is kept, or an error: then it is read to the end.
    let enough = model.canFail || truncationSide == .left ? Int.max : limit ?? Int.max
    var run = TokenRun(model, enough: enough)
    run.ids.reserveCapacity(min(limit ?? .max, bytes.count / 4) + 8)
    if rawTokens.isEmpty {
      append(bytes, bytes.indices, to: &run)
    } else {
      _ = rawTokens.forEachPiece(in: bytes, bytes.indices, ignoresSpecial: !readsSpecialTokensInText) { piece in
        switch piece {
        case .token(let id): run.ids.append(id)
        case .text(let range): append(bytes, range, to: &run)
        }
        return run.goesOn
      }
    }
    guard run.isComplete else {
      let token = model.unknownToken.map { " " + JSONNode.quoted($0) } ?? ""
      throw TokenizerError("a text has an unknown word, and the vocabulary has no token\(token) for it")
    }
    if let limit { truncationSide.cut(&run.ids, to: limit) }
    return run.ids
  }

  /// Appends the ids of a piece of raw text, at least until there are enough.
  private func append(_ bytes: [UInt8], _ range: Range<Int>, to run: inout TokenRun<some WordModel>) {
    let cutter = range.lowerBound == 0 ? startCutter ?? cutter : cutter
    guard let normalizer else { return appendNormalized(bytes, range, cutter, to: &run) }
    var normalForm: [UInt8] = []
    normalForm.reserveCapacity(range.count + range.count / 8 + 16)
    normalizer.append(bytes, range, to: &normalForm)
    appendNormalized(normalForm, normalForm.indices, cutter, to: &run)
  }

  private func appendNormalized(
    _ text: [UInt8], _ range: Range<Int>, _ cutter: WordCutter, to run: inout TokenRun<some WordModel>
  ) {
    guard !normalizedTokens.isEmpty else {
      cutter.forEachWord(in: text, range) { text, word in run.append(text, word) }
      return
    }
    _ = normalizedTokens.forEachPiece(in: text, range, ignoresSpecial: !readsSpecialTokensInText) { piece in
      switch piece {
      case .token(let id): run.ids.append(id)
      case .text(let range): cutter.forEachWord(in: text, range) { text, word in run.append(text, word) }
      }
      return run.goesOn
    }
  }
}

/// The ids of one text while they are being made.
private struct TokenRun<Model: WordModel> {
  let model: Model
  /// As many ids as will be looked at.
  let enough: Int
  var ids: [Int32] = []
  /// False where an unknown word has no token.
  var isComplete = true
  private var workspace: Model.Workspace

  init(_ model: Model, enough: Int) {
    self.model = model
    self.enough = enough
    workspace = model.makeWorkspace()
  }

  var goesOn: Bool { isComplete && ids.count < enough }

  /// Appends the ids of a word.
  ///
  /// - Returns: False where no further word is needed.
  @inline(__always)
  mutating func append(_ text: [UInt8], _ word: Range<Int>) -> Bool {
    isComplete = model.append(text, word.lowerBound, word.upperBound, &workspace, to: &ids)
    return goesOn
  }
}

/// The truncation of two texts to a common length.
///
/// Upstream: `utils/truncation.rs`.
enum Truncation {
  /// The tokens each of two texts keeps.
  static func longestFirst(_ first: Int, _ second: Int, room: Int) -> (first: Int, second: Int) {
    guard first + second > room else { return (first, second) }
    var shorter = min(first, second)
    var longer = max(shorter, room - shorter)
    if shorter > room { longer = shorter }
    if shorter + longer > room {
      shorter = room / 2
      longer = shorter + room % 2
    }
    return first > second ? (longer, shorter) : (shorter, longer)
  }
}
