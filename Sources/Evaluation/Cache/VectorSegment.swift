import Files

/// A file of vectors that were saved together: written once under a name derived from its content, never changed.
///
/// Little-endian; everything is checked on reading:
///
///     8 words      "HONEVEC1" · fingerprint (4) · width · count · checksum of the words before it and of the entries
///     5 · count    per text: SHA-256 of the text (4) · checksum of that and of the vector
///     count · width floats: the vectors
///
/// It appears under its name only when it is complete and on disk, so a kill at any moment leaves no partial file;
/// later damage is detected by length and checksums.
struct VectorSegment {
  /// The content of the file is not as it was written.
  struct Damage: Error {}

  /// One text of a segment.
  struct Entry {
    let text: ContentHash
    let checksum: UInt64
  }

  private static let magic: UInt64 = 0x3143_4556_454E_4F48
  private static let headerWords = 8
  private static let entryWords = 5

  private let file: RandomAccessFile
  private let width: Int
  /// The texts, in the order of the vectors.
  let entries: [Entry]

  /// Opens a segment and checks all but its vectors.
  ///
  /// - Throws: `Damage`, or `FileError` if the file cannot be read.
  init(_ path: String, fingerprint: ModelFingerprint, width: Int) throws {
    file = try RandomAccessFile(path)
    self.width = width
    guard file.size >= Self.headerWords * 8 else { throw Damage() }
    let header = try file.read(UInt64.self, at: 0, count: Self.headerWords)
    let bytesOfText = Self.entryWords * 8 + width * 4
    guard header[0] == Self.magic, header[1..<5].elementsEqual(fingerprint.hash.words), header[5] == UInt64(width),
      let count = Int(exactly: header[6]), count <= file.size / bytesOfText,
      file.size == Self.headerWords * 8 + count * bytesOfText
    else { throw Damage() }
    let words = try file.read(UInt64.self, at: Self.headerWords * 8, count: count * Self.entryWords)
    guard Self.checksum(header[..<7], words) == header[7] else { throw Damage() }
    entries = (0..<count).map { index in
      let entry = words[index * Self.entryWords..<(index + 1) * Self.entryWords]
      return Entry(text: ContentHash(entry.prefix(4)), checksum: entry[entry.startIndex + 4])
    }
  }

  /// Reads the vectors of consecutive texts.
  ///
  /// - Parameter offset: the index in `numbers` where the first vector begins.
  /// - Throws: `Damage` when one of them has another checksum, or `FileError`.
  func read(_ range: Range<Int>, into numbers: inout MutableSpan<Float>, at offset: Int) throws {
    let start = Self.headerWords * 8 + entries.count * Self.entryWords * 8 + range.lowerBound * width * 4
    try file.read(into: &numbers, range: offset..<offset + range.count * width, at: start)
    for (index, row) in range.enumerated() {
      var sum = Self.checksum(of: entries[row].text)
      for column in 0..<width { sum.add(UInt64(numbers[offset + index * width + column].bitPattern)) }
      guard sum.value == entries[row].checksum else { throw Damage() }
    }
  }

  /// Writes a segment, durably, into a folder.
  static func write(
    _ texts: [ContentHash], _ numbers: [Float], fingerprint: ModelFingerprint, into folder: String
  ) throws(FileError) {
    let width = numbers.count / texts.count
    var words: [UInt64] = []
    words.reserveCapacity(texts.count * entryWords)
    for (index, text) in texts.enumerated() {
      var sum = checksum(of: text)
      for number in numbers[index * width..<(index + 1) * width] { sum.add(UInt64(number.bitPattern)) }
      words += text.words + [sum.value]
    }
    let header = [magic] + fingerprint.hash.words + [UInt64(width), UInt64(texts.count)]
    let sum = checksum(header[...], words)
    // Equal names mean equal bytes: of two processes that save the same at once, either may win.
    let name = "\(fingerprint.name).\(sum.hexadecimal).\(ending)"
    let file = try DurableFile(Files.join(folder, name))
    try file.write(numbers: header + [sum])
    try file.write(numbers: words)
    try file.write(numbers: numbers)
    try file.commit()
  }

  /// The file extension of all segments.
  static let ending = "vectors"

  private static func checksum(of text: ContentHash) -> Checksum {
    var sum = Checksum()
    for word in text.words { sum.add(word) }
    return sum
  }

  private static func checksum(_ header: ArraySlice<UInt64>, _ entries: [UInt64]) -> UInt64 {
    var sum = Checksum()
    for word in header { sum.add(word) }
    for word in entries { sum.add(word) }
    return sum.value
  }
}
