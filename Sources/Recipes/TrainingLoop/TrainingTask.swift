import Encoders
import Evaluation
import Kernels
import Layers
import Retrieval
import Runs
import Tensors
import Tokenizers

/// A recipe that trains a model; ``TrainingLoop`` runs it.
protocol TrainingRecipe: Recipe {
  associatedtype Task: TrainingTask
  /// The settings that every kind of training has.
  var training: TrainingSettings { get }
  /// Reads the data.
  func makeTask(_ context: RunContext) throws -> Task
}

extension TrainingRecipe {
  func run(in context: RunContext) throws -> Outcome { try TrainingLoop(self, context).run() }
}

/// The settings that every kind of training has.
struct TrainingSettings {
  /// The folder of the base model.
  var base: String
  /// The folders of adapters that the first weights depend on.
  var adapters: [String]
  /// The seed of every random choice of the run.
  var seed: UInt64
  /// The precision of the products of the model's layers.
  var precision: Precision
  /// The most tokens whose activations are held at once.
  var tokens: Int
  /// True if the activations of a layer are computed once more for its gradients, instead of kept.
  var recomputesLayers: Bool
  var optimizer: OptimizerSetting
  var schedule: ScheduleSection
  /// The evaluations; without them the run ends without a verdict.
  var evaluate: (any EvaluationSettings)?
  var patience: PatienceSection?
  var average: AverageSection?
  var ema: EMASection?
  var merge: MergeSection?
  var checkpoint: CheckpointSection?
  var output: OutputSection
  /// The form of the exported model; F32 weights without it.
  var export: ExportSection?

  /// True if the weights with the best evaluation during training are exported.
  var exportsBest: Bool { output.weights == .best }
}

/// A model that training changes and exports.
protocol TrainableModel: AdaptableModel {
  /// The model with the products of its layers at a precision, and those of their gradients if asked for.
  func computing(in precision: Precision, withGradients: Bool) -> Self
  /// Writes the model folder that other software loads.
  func save(to folder: String, weights: WeightType) throws
}

extension TrainableModel {
  /// The model as it is evaluated in a run of training: with its adapters merged, at the precision of the run.
  func evaluated(in precision: Precision) -> Self {
    mergingAdapters().computing(in: precision, withGradients: false)
  }
}

extension BiEncoder: TrainableModel {}
extension CrossEncoder: TrainableModel {}

/// One kind of training: its data, its model, and the computation of a step.
///
/// Encoding a chunk, the loss of a step and the sum of the gradients are separate. Only the loop writes files.
protocol TrainingTask {
  associatedtype Model: TrainableModel
  associatedtype Data: TrainingData
  associatedtype Step
  associatedtype Evaluation: TrainingEvaluation where Evaluation.Model == Model

  var data: Data { get }
  /// The model that training starts from.
  func makeModel() throws -> StartingModel<Model>
  /// The texts of the data that are longer than the model reads.
  func cutTexts(by model: Model) throws -> CutTexts
  /// Notes about the starting model for the user.
  func notes(about model: Model) -> [String]
  /// The model to compare with.
  ///
  /// - Parameter start: The model that training starts from, with its first weights; adapters are merged.
  func baseModel(_ start: Model) throws -> Model
  /// The evaluations of the run; nil where the recipe asks for none.
  func makeEvaluation(in folder: RunFolder, _ context: RunContext) throws -> Evaluation?

  /// True if negatives are mined, the first time before the first step.
  var minesNegatives: Bool { get }
  /// The inputs that every mining reads anew.
  var inputsOfMining: [RunInput] { get }

  /// Restores the state of the task from a run that was restored from a checkpoint.
  mutating func restore(from run: TrainingRun<Model>) throws
  /// Prepares the epoch of the next step; negatives are mined and guided here.
  ///
  /// It is called before every step.
  ///
  /// - Returns: The report of mining; nil where none was due.
  mutating func prepare(for run: inout TrainingRun<Model>, _ context: RunContext) throws -> MiningReport?
  /// The examples of each step of the prepared epoch, as indices into the data.
  var batches: [[Int]] { get }

  /// The texts of some examples with the targets of their scores.
  func step(_ examples: [Int]) -> Step
  /// The sequences of a step that the model encodes.
  func sequences(of step: Step, for model: Model) throws -> [TrainingSequence]
  /// The model's output for each sequence of a batch.
  ///
  /// - Shape: → `[sequences, width]`
  func encode(_ batch: TokenBatch, by model: Model, _ context: inout ForwardContext) -> Tensor
  /// The loss of the outputs of all sequences of a step.
  ///
  /// - Shape: `[sequences, width]` → scalar
  func loss(of outputs: Tensor, for step: Step) -> Tensor
  /// The largest difference between scores of documents of one query, which ``TrainingWatch`` watches.
  func spread(of outputs: Tensor, for step: Step) -> Double

  /// The parts of the exported model's card for this kind of model.
  func cardKind(of model: Model, name: String) -> ModelCard.Kind
}

extension TrainingTask {
  func notes(about model: Model) -> [String] { [] }
  func baseModel(_ start: Model) throws -> Model { start }
  var minesNegatives: Bool { false }
  var inputsOfMining: [RunInput] { [] }
  mutating func restore(from run: TrainingRun<Model>) throws {}
}

/// A tokenized text or pair, and the number of tokens at its start that pooling leaves out.
struct TrainingSequence {
  var encoding: Encoding
  var excludedTokens = 0
}

/// The evaluations of a training run: quick ones during training, and the verdict over everything judged.
protocol TrainingEvaluation {
  associatedtype Model
  /// The plan of the verdict.
  var plan: EvaluationPlan { get }
  /// The name of the base in reports, for a model that was trained or will be.
  func baseName(of model: Model) -> String
  /// The measures of the base before the first step; nil where nothing is evaluated during training.
  ///
  /// - Parameter model: The base model.
  func start(of model: Model, _ context: RunContext) throws -> MeasureRecord?
  /// The measures after a step; nil where nothing is evaluated during training.
  func development(of model: Model, step: Int, _ context: RunContext) throws -> MeasureRecord?
  /// The deciding measure on the split that is evaluated during training, for choosing a mix.
  func developmentValue(of model: Model, _ context: RunContext) throws -> Double
  /// The deciding measure on the general collection of a mix; nil without one.
  func generalValue(of model: Model, _ context: RunContext) throws -> Double?
  /// The rankings of the base, one per split; an interrupted run has written them already.
  func baseRankings(of model: Model, in folder: RunFolder, _ context: RunContext) throws -> [Ranking]
  /// The rankings of the trained model, one per split.
  func tunedRankings(of model: Model, in folder: RunFolder, _ context: RunContext) throws -> [Ranking]
  /// The rankings of a first stage, one per split, to show beside base and tuned; nil where the base is one, or there is none.
  func firstStageRankings(of model: Model) -> [Ranking]?
  /// The number of documents at the top of each list that the models have scored.
  var scoredDepth: Int { get }
}

extension TrainingEvaluation {
  var scoredDepth: Int { .max }
  func firstStageRankings(of model: Model) -> [Ranking]? { nil }
}
