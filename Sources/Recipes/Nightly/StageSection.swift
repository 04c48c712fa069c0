import SettingKeys
import Settings

/// One stage of a night: a recipe as it is written, under a name.
///
/// Its texts may be references: `$start`, `$rows`, or `$NAME` for what an earlier stage makes. They have a value only when the
/// stage's turn comes, so the recipe is kept as it is written and read then.
struct StageSection: Sendable {
  var name: String
  /// The keys of the recipe.
  var source: SettingSource

  /// A stage for templates.
  static let example = [
    StageSection(
      name: "adapt",
      source: SettingSource(
        parsing: "{ recipe: trainBiEncoder, model: { folder: $start }, data: { rows: $rows }, schedule: { epochs: 1 } }"
      ))
  ]

  /// The recipe with values in the place of references, in a folder.
  ///
  /// - Parameter value: The value of a reference by its name.
  func source(in folder: String, _ value: (String) -> String?) -> SettingSource {
    source.replacing { text in Self.reference(text).flatMap(value) }.setting("output.folder", to: folder)
  }

  /// The references in it.
  var references: [String] { source.scalars.compactMap(Self.reference) }

  /// The name in a reference; nil for any other text.
  static func reference(_ text: String) -> String? { text.hasPrefix("$") ? String(text.dropFirst()) : nil }
}

extension StageSection: Codable {
  private enum Key: String, CodingKey { case name, recipe }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    name = try keys.required(.name, example: "adapt", "The name of the stage, by which later ones refer to it.")
    let _: String? = try keys.optional(
      .recipe, example: "trainBiEncoder", "The program, whose keys follow, but for 'output.folder'.")
    source = try SettingSource(from: decoder).removing(["name"])
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(name, forKey: .name)
    try source.encode(to: encoder)
  }
}
