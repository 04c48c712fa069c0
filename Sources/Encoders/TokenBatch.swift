public import Tokenizers

/// Concatenated sequences of tokens, without padding.
public struct TokenBatch: Sendable {
  /// The ids of all tokens.
  public private(set) var ids: [Int32] = []
  /// The type (first or second text) of all tokens.
  public private(set) var typeIDs: [Int32] = []
  /// The index of the first token of each sequence, then the number of tokens.
  public private(set) var offsets: [Int] = [0]
  /// The number of tokens at the start of each sequence that pooling leaves out: those of an excluded prompt.
  public private(set) var excludedTokens: [Int] = []

  /// Makes an empty batch.
  public init() {}

  /// Makes a batch of encoded texts.
  public init(_ encodings: some Sequence<Encoding>, excludedTokens: Int = 0) {
    for encoding in encodings { append(encoding, excludedTokens: excludedTokens) }
  }

  /// Adds a sequence.
  public mutating func append(_ encoding: Encoding, excludedTokens: Int = 0) {
    ids += encoding.ids
    typeIDs += encoding.typeIDs
    offsets.append(ids.count)
    self.excludedTokens.append(min(excludedTokens, max(0, encoding.ids.count - 1)))
  }

  /// The number of sequences.
  public var count: Int { offsets.count - 1 }
  /// The index of the first token of each sequence.
  var firstTokens: [Int] { offsets.dropLast() }
  /// The number of tokens.
  public var tokenCount: Int { ids.count }

  /// The position of each token in its sequence.
  var positions: [Int32] {
    var positions: [Int32] = []
    positions.reserveCapacity(ids.count)
    for sequence in 0..<count {
      for position in 0..<(offsets[sequence + 1] - offsets[sequence]) { positions.append(Int32(position)) }
    }
    return positions
  }

  /// The row of each token in a table of positions whose row `padding` is that of padding tokens: in a sequence the
  /// tokens that are no padding count from `padding` + 1, and every padding token is at `padding`.
  ///
  /// Upstream: `create_position_ids_from_input_ids` of RoBERTa in transformers.
  func positions(padding: Int32) -> [Int32] {
    var positions: [Int32] = []
    positions.reserveCapacity(ids.count)
    for sequence in 0..<count {
      var last = padding
      for token in offsets[sequence]..<offsets[sequence + 1] {
        let isPadding = ids[token] == padding
        if !isPadding { last += 1 }
        positions.append(isPadding ? padding : last)
      }
    }
    return positions
  }
}
