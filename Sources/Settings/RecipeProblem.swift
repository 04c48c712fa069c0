/// One problem of a recipe, with its position.
struct RecipeProblem: Sendable, Hashable {
  var origin: SettingNode.Origin
  var message: String
}

/// Several problems as one thrown value.
struct RecipeProblems: Error {
  var list: [RecipeProblem]

  init(_ list: [RecipeProblem]) { self.list = list }
}
