extension BytePairs {
  /// Appends the tokens of the scalars of a word to `symbols`.
  ///
  /// A scalar that falls back to bytes comes before an unknown one that waits to be fused, although it stands after it:
  /// so upstream.
  ///
  /// - Returns: False where a scalar is unknown and the token for that is not in the vocabulary.
  func appendScalars(_ text: [UInt8], _ start: Int, _ end: Int, to symbols: inout [Int32]) -> Bool {
    var waiting: Int32?
    var key: [UInt8] = []
    var position = start
    while position < end {
      let length = UTF8Text.scalar(at: position, in: text).length
      let isLast = position + length >= end
      var id: Int32?
      if (position == start || options.continuation.isEmpty) && (!isLast || options.suffix.isEmpty) {
        id = vocabulary.id(of: text[position..<position + length])
        if id == nil, options.fallsBackToBytes { key = Array(text[position..<position + length]) }
      } else {
        key = position == start ? [] : options.continuation
        key += text[position..<position + length]
        if isLast { key += options.suffix }
        id = vocabulary.id(of: key)
      }
      position += length
      if let id {
        if let unknown = waiting { symbols.append(unknown) }
        waiting = nil
        symbols.append(id)
      } else if options.fallsBackToBytes, let bytes = byteIDs(of: key) {
        symbols += bytes
      } else if options.unknownToken != nil {
        guard let unknownID else { return false }
        if let unknown = waiting, !options.fusesUnknown { symbols.append(unknown) }
        waiting = unknownID
      }
    }
    if let unknown = waiting { symbols.append(unknown) }
    return true
  }

  /// The tokens `<0xNN>` of some bytes; nil where one is missing.
  private func byteIDs(of bytes: [UInt8]) -> [Int32]? {
    let digits = Array("0123456789ABCDEF".utf8)
    var ids: [Int32] = []
    for byte in bytes {
      let name = Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
      guard let id = vocabulary.id(of: name) else { return nil }
      ids.append(id)
    }
    return ids
  }
}
