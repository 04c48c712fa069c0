import Runs
import Settings

/// A program that a recipe file starts: its Codable properties are the settings, `run(in:)` is what happens.
protocol Recipe: Codable, Sendable {
  /// Notes what is wrong across settings, or between them and the files they name; nothing is written.
  func validate(_ checks: SettingChecks)

  /// Everything that is read and shapes the result: data, judgments, model folders, ranked lists.
  var inputs: [RunInput] { get }

  /// The folder of the run.
  var outputFolder: String { get }

  /// Does the work, from reading the inputs to the report.
  func run(in context: RunContext) throws -> Outcome
}

/// The program of a recipe file, by its `recipe:` key.
enum RecipeProgram: Sendable {
  case trainBiEncoder(TrainBiEncoder)
  case trainCrossEncoder(TrainCrossEncoder)
  case evaluate(EvaluateModel)
  case mineNegatives(MineNegatives)
  case reduceVectors(ReduceVectors)
  case scoreRows(ScoreRows)
  case evaluateReranking(EvaluateReranking)
  case calibrate(CalibrateModel)

  /// The names of the programs.
  enum Name: String, ChoiceSetting {
    case trainBiEncoder
    case trainCrossEncoder
    case evaluate
    case mineNegatives
    case reduceVectors
    case scoreRows
    case evaluateReranking
    case calibrate
  }

  /// Which program it is.
  private var name: Name {
    switch self {
    case .trainBiEncoder: .trainBiEncoder
    case .trainCrossEncoder: .trainCrossEncoder
    case .evaluate: .evaluate
    case .mineNegatives: .mineNegatives
    case .reduceVectors: .reduceVectors
    case .scoreRows: .scoreRows
    case .evaluateReranking: .evaluateReranking
    case .calibrate: .calibrate
    }
  }

  /// The program with its settings.
  var recipe: any Recipe {
    switch self {
    case .trainBiEncoder(let recipe): recipe
    case .trainCrossEncoder(let recipe): recipe
    case .evaluate(let recipe): recipe
    case .mineNegatives(let recipe): recipe
    case .reduceVectors(let recipe): recipe
    case .scoreRows(let recipe): recipe
    case .evaluateReranking(let recipe): recipe
    case .calibrate(let recipe): recipe
    }
  }
}

extension RecipeProgram: Codable {
  private enum Key: String, CodingKey { case recipe }

  init(from decoder: any Decoder) throws {
    switch try decoder.variantName(Name.self, forKey: Key.recipe) {
    case .trainBiEncoder: self = .trainBiEncoder(try TrainBiEncoder(from: decoder))
    case .trainCrossEncoder: self = .trainCrossEncoder(try TrainCrossEncoder(from: decoder))
    case .evaluate: self = .evaluate(try EvaluateModel(from: decoder))
    case .mineNegatives: self = .mineNegatives(try MineNegatives(from: decoder))
    case .reduceVectors: self = .reduceVectors(try ReduceVectors(from: decoder))
    case .scoreRows: self = .scoreRows(try ScoreRows(from: decoder))
    case .evaluateReranking: self = .evaluateReranking(try EvaluateReranking(from: decoder))
    case .calibrate: self = .calibrate(try CalibrateModel(from: decoder))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .recipe)
    try recipe.encode(to: encoder)
  }
}
