import SettingKeys
import Settings

/// The program of a recipe file, chosen by its `recipe:` key among ``Programs``.
struct RecipeProgram: Codable, Sendable {
  /// The program with its settings.
  let recipe: any Recipe

  private enum Key: String, CodingKey { case recipe }

  init(from decoder: any Decoder) throws {
    let type = try decoder.keys(Key.self).variant(
      .recipe, of: Programs.all, "The program, which decides the other keys of the recipe."
    ) { $0.name }
    recipe = try type.init(from: decoder)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(type(of: recipe).name, forKey: .recipe)
    try recipe.encode(to: encoder)
  }
}
