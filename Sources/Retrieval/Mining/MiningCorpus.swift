/// The documents that negatives are chosen from, as the rules look at them.
public struct MiningCorpus: Sendable {
  /// The texts as the model reads them, in the order of the corpus.
  public let texts: [String]
  private var shingles: [Int: Shingles] = [:]
  private var shingleBytes = 0

  /// The memory limit of the cached shingles; beyond it the cache is emptied.
  private static let mostShingleBytes = 64 << 20

  /// Makes a corpus of texts.
  public init(texts: [String]) { self.texts = texts }

  /// The shingles of a document.
  mutating func shingles(of document: Int) -> Shingles {
    if let known = shingles[document] { return known }
    let made = Shingles(texts[document])
    if shingleBytes > Self.mostShingleBytes { (shingles, shingleBytes) = ([:], 0) }
    shingles[document] = made
    shingleBytes += made.bytes
    return made
  }
}
