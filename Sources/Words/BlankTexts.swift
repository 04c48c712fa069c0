/// Texts without anything in them, which models read as the empty text: its special tokens alone, as sentence-transformers does.
package enum BlankTexts {
  /// A warning that counts the blank texts and names the first; nil without any.
  package static func warning(
    _ texts: some Collection<(name: String, text: String)>, _ noun: String, plural: String? = nil
  ) -> String? {
    let blank = texts.lazy.filter { $0.text.isBlank }
    guard let first = blank.first else { return nil }
    let count = blank.count
    return "\(NumberText.counted(count, of: texts.count, noun, plural: plural)) \(count == 1 ? "is" : "are") blank, "
      + "the first \(first.name); read as an empty text"
  }
}
