import Words

/// What texts have in common that are the same without letter case, white space, punctuation and normal form.
///
/// It is 128 bits of hashes of the normalized text (`NormalizedText`), so that a key takes no more room for a longer text; two of
/// 10⁹ texts share one by chance with a probability below 10⁻²⁰. Keys are of one process only.
package struct TextKey: Hashable, Sendable {
  private let first: Int
  private let second: Int

  package init(_ text: String) {
    let normalized = NormalizedText(text)
    func hash(_ seed: UInt8) -> Int {
      var hasher = Hasher()
      hasher.combine(seed)
      hasher.combine(normalized)
      return hasher.finalize()
    }
    (first, second) = (hash(0), hash(1))
  }
}
