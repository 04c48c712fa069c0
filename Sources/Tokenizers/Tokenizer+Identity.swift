extension Tokenizer {
  /// Everything that decides which ids a text gets, as bytes: two tokenizers with the same bytes give the same ids.
  ///
  /// For caches that must tell one tokenizer from another by what it does, not by the file it came from. The padding token
  /// and the configured length are left out, since they change no id.
  package var identity: [UInt8] {
    var bytes = IdentityBytes()
    for index in 0..<model.vocabulary.count {
      bytes.append(model.vocabulary.table.key(index))
      bytes.append(UInt32(bitPattern: model.vocabulary.ids[index]))
    }
    model.appendOptions(to: &bytes)
    for tokens in [rawTokens.tokens, normalizedTokens.tokens] {
      bytes.append(UInt64(tokens.count))
      for token in tokens { bytes.append("\(token)".utf8) }
    }
    bytes.append((normalizer?.identity ?? "none").utf8)
    bytes.append((preTokenizer?.identity ?? "none").utf8)
    bytes.append("\(postProcessor.single) \(postProcessor.pair)".utf8)
    bytes.append(truncationSide.rawValue.utf8)
    bytes.append((readsSpecialTokensInText ? "special" : "text").utf8)
    return bytes.bytes
  }
}

/// Parts one after the other, each with its length, so that no two lists of parts give the same bytes.
struct IdentityBytes {
  fileprivate var bytes: [UInt8] = []

  mutating func append(_ part: some Collection<UInt8>) {
    append(UInt64(part.count))
    bytes.append(contentsOf: part)
  }

  mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}

extension TokenModel {
  /// What the model does apart from its vocabulary.
  fileprivate func appendOptions(to bytes: inout IdentityBytes) {
    switch self {
    case .wordPiece(let model):
      bytes.append((model.unknownToken ?? "").utf8)
      bytes.append(model.continuation.bytes)
      bytes.append(UInt64(model.maximumWordLength))
    case .bytePairs(let model):
      bytes.append(UInt64(model.merges.count))
      for rank in 0..<model.merges.count {
        let merge = model.merges[rank]
        bytes.append(UInt32(bitPattern: merge.left))
        bytes.append(UInt32(bitPattern: merge.right))
      }
      bytes.append("\(model.options)".utf8)
    case .unigram(let model):
      for score in model.scores { bytes.append(score.bitPattern) }
      bytes.append("\(model.unknownID ?? -1) \(model.fallsBackToBytes)".utf8)
    }
  }
}

extension Normalizer {
  /// The steps and their options in words.
  fileprivate var identity: String {
    switch self {
    case .bert(let bert):
      "bert \(bert.cleansText) \(bert.isolatesIdeographs) \(bert.stripsAccents) \(bert.lowercases)"
    case .lowercase: "lowercase"
    case .stripAccents: "stripAccents"
    case .strip(let left, let right): "strip \(left) \(right)"
    case .decomposition(let compatibility): "decomposition \(compatibility)"
    case .composition(let compatibility): "composition \(compatibility)"
    case .alphabet: "alphabet"
    case .machineTranslation: "machineTranslation"
    case .precompiled(let precompiled): "precompiled \(Base64.encoded(precompiled.table))"
    case .replacement(let replacement): "replacement \(replacement.pattern) \(replacement.content)"
    case .prefix(let prefix): "prefix \(prefix)"
    case .sequence(let steps): "[\(steps.map(\.identity).joined(separator: ", "))]"
    }
  }
}

extension PreTokenizer {
  /// The steps and their rules in words.
  fileprivate var identity: String {
    switch self {
    case .scanner(let scanner): "\(scanner.rule)"
    case .metaspace(let metaspace): "metaspace \(metaspace.mark) \(metaspace.prefix) \(metaspace.splits)"
    case .byteLevel(let level): "byteLevel \(level.addsPrefixSpace) \(level.cutsWords)"
    case .split(let pattern, let splitter): "split \(pattern) \(splitter.behavior) \(splitter.inverts)"
    case .digits(let individual): "digits \(individual)"
    case .punctuation(let behavior): "punctuation \(behavior)"
    case .sequence(let steps): "[\(steps.map(\.identity).joined(separator: ", "))]"
    }
  }
}
