/// The place of a setting in a recipe.
struct SettingPath: Sendable {
  /// The keys from the root on; the items of a list share its path.
  private(set) var keys: [String] = []
  /// The keys and the numbers of items, which tell two settings apart.
  private(set) var place: [String] = []

  /// The root of a recipe.
  static let root = SettingPath()

  /// The path as messages have it, with dots between the keys.
  var dotted: String { keys.joined(separator: ".") }

  /// The place of a key of this section.
  func key(_ key: String) -> SettingPath {
    var path = self
    path.keys.append(key)
    path.place.append(key)
    return path
  }

  /// The place of an item of this list.
  func item(_ index: Int) -> SettingPath {
    var path = self
    path.place.append("[\(index)]")
    return path
  }
}
