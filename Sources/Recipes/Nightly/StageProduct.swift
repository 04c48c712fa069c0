import Files

/// A thing that a stage makes for later ones.
enum StageProduct: Sendable, Equatable {
  case biEncoder(String)
  case crossEncoder(String)
  case rows(String)

  /// The path of the model folder or the file of rows.
  var path: String {
    switch self {
    case .biEncoder(let path), .crossEncoder(let path), .rows(let path): path
    }
  }
}

extension Recipe {
  /// The product that a stage of this recipe leaves in its folder; nil where there is none for other stages.
  var product: StageProduct? {
    switch self {
    case is TrainBiEncoder: .biEncoder(Files.join(outputFolder, "model"))
    case is TrainCrossEncoder: .crossEncoder(Files.join(outputFolder, "model"))
    case let recipe as MineNegatives: .rows(Files.join(outputFolder, recipe.output.file))
    case let recipe as ScoreRows: .rows(Files.join(outputFolder, recipe.output.file))
    default: nil
    }
  }

  /// The rows that a model is trained on; nil for other recipes.
  var trainedRows: RowSource? {
    switch self {
    case let recipe as TrainBiEncoder: recipe.data.source
    case let recipe as TrainCrossEncoder: recipe.data.source
    default: nil
    }
  }
}
