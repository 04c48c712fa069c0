import OrderedCollections
import Words

/// Sorts things into classes by two keys: things that share a text or an identifier are the same.
///
/// Texts are equal when their ``TextKey`` is.
struct EqualityClasses {
  private var classes = DisjointSets()
  private var texts: OrderedSet<TextKey> = []
  private var ids: OrderedSet<ExactText> = []
  /// The entry of every text and of every identifier, by their numbers.
  private var textEntries: [Int] = []
  private var idEntries: [Int] = []

  /// The entry of a thing; entries of one class have one root.
  mutating func insert(text: String, id: String?) -> Int {
    let entry = Self.entry(texts.append(TextKey(text)), &textEntries, &classes)
    if let id { classes.join(entry, Self.entry(ids.append(ExactText(id)), &idEntries, &classes)) }
    return entry
  }

  /// True if something of this identifier was inserted.
  func contains(id: String) -> Bool { ids.contains(ExactText(id)) }

  /// The class of the things with a text, or nil when none was inserted.
  mutating func root(ofText text: String) -> Int? {
    texts.firstIndex(of: TextKey(text)).map { root(of: textEntries[$0]) }
  }

  /// The class of the things with an identifier, or nil when none was inserted.
  mutating func root(ofID id: String) -> Int? {
    ids.firstIndex(of: ExactText(id)).map { root(of: idEntries[$0]) }
  }

  /// The class of an entry.
  mutating func root(of entry: Int) -> Int { classes.root(of: entry) }

  /// The entry of a text or an identifier, which a new one gets.
  private static func entry(
    _ found: (inserted: Bool, index: Int), _ entries: inout [Int], _ classes: inout DisjointSets
  ) -> Int {
    if found.inserted { entries.append(classes.add()) }
    return entries[found.index]
  }
}
