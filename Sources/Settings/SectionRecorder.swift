/// Collects the keys of one section while it is described.
final class SectionRecorder {
  private(set) var keys: [KeyOutline] = []
  /// The index of the key that names a variant, the names, and the one that is described.
  private(set) var variantPoint: (index: Int, names: [String], described: String)?
  /// The lists of keys one of which the section has.
  private(set) var alternatives: [[String]] = []
  /// True if the section has keys beside those that are described.
  private(set) var isOpen = false
  private let variant: String?

  /// - Parameter variant: The variant to describe; without it the usual one.
  init(variant: String?) { self.variant = variant }

  func add(_ key: KeyOutline) { keys.append(key) }

  func add(alternatives names: [String]) { alternatives.append(names) }

  /// Notes that the section has other keys too.
  func open() { isOpen = true }

  /// Notes the key that names a variant and returns the one to describe.
  func addVariant(_ name: String, among names: [String], default usual: String?, sentence: String) -> String {
    let described = variant ?? usual ?? names[0]
    variantPoint = (keys.count, names, described)
    let absence = usual.map { KeyOutline.Absence.means(.scalar($0, isText: true)) } ?? .isProblem
    keys.append(KeyOutline(name: name, sentence: sentence, kind: .choice(names), absence: absence))
    return described
  }

  /// Adds the keys that were read and not declared, so that nothing is missing from a description.
  func close(requested: [String]) {
    for name in requested where !keys.contains(where: { $0.name == name }) {
      keys.append(KeyOutline(name: name, sentence: "", kind: .text, absence: .isNothing))
    }
  }
}
