import Encoders
import Files
import Runs
import Settings
import Training
import Words

/// The loss of a training run, chosen by its name; the other keys are the loss's own settings.
enum LossSetting: Sendable, Equatable {
  case infoNCE(InfoNCESettings)
  case coSENT(CoSENT)
  case triplet(Triplet)
  case cosineMSE(CosineMSE)
  case contrastive(Contrastive)
  case marginMSE(MarginMSE)
  case distillation(Distillation)
  case pairwiseLogistic(PairwiseLogistic)
  case binaryCrossEntropy(BinaryCrossEntropy)
  case mse(MSE)
  case rankNet(RankNet)
  case lambdaLoss(LambdaLoss)
  case listNet(ListNet)
  case listMLE(ListMLE)
  case adrMSE(ADRMSE)

  /// The names of the losses in a recipe.
  enum Name: String, ChoiceSetting {
    case infoNCE
    case coSENT
    case triplet
    case cosineMSE
    case contrastive
    case marginMSE
    case distillation
    case pairwiseLogistic
    case binaryCrossEntropy
    case mse
    case rankNet
    case lambdaLoss
    case listNet
    case listMLE
    case adrMSE
  }

  var name: Name {
    switch self {
    case .infoNCE: .infoNCE
    case .coSENT: .coSENT
    case .triplet: .triplet
    case .cosineMSE: .cosineMSE
    case .contrastive: .contrastive
    case .marginMSE: .marginMSE
    case .distillation: .distillation
    case .pairwiseLogistic: .pairwiseLogistic
    case .binaryCrossEntropy: .binaryCrossEntropy
    case .mse: .mse
    case .rankNet: .rankNet
    case .lambdaLoss: .lambdaLoss
    case .listNet: .listNet
    case .listMLE: .listMLE
    case .adrMSE: .adrMSE
    }
  }

  /// The loss with its settings.
  var loss: any RankingLoss {
    switch self {
    case .infoNCE(let settings): settings.loss
    case .coSENT(let loss): loss
    case .triplet(let loss): loss
    case .cosineMSE(let loss): loss
    case .contrastive(let loss): loss
    case .marginMSE(let loss): loss
    case .distillation(let loss): loss
    case .pairwiseLogistic(let loss): loss
    case .binaryCrossEntropy(let loss): loss
    case .mse(let loss): loss
    case .rankNet(let loss): loss
    case .lambdaLoss(let loss): loss
    case .listNet(let loss): loss
    case .listMLE(let loss): loss
    case .adrMSE(let loss): loss
    }
  }

  /// Whether every row has to bring negatives, as nothing else is compared with its positive.
  var needsNegatives: Bool {
    switch self {
    case .infoNCE(let settings): settings.inBatchNegatives == false
    case .pairwiseLogistic, .rankNet, .lambdaLoss, .listNet, .listMLE, .adrMSE: true
    case .coSENT, .triplet, .cosineMSE, .contrastive, .marginMSE, .distillation, .binaryCrossEntropy, .mse: false
    }
  }
}

extension LossSetting {
  /// Whether the loss compares the documents of a group, and so learns nothing where none is better than another.
  ///
  /// The others read each score by itself, or, as coSENT, the first document's only.
  var comparesDocuments: Bool {
    switch self {
    case .binaryCrossEntropy, .mse, .coSENT, .cosineMSE, .contrastive: false
    case .infoNCE, .triplet, .marginMSE, .distillation, .pairwiseLogistic, .rankNet, .lambdaLoss, .listNet, .listMLE,
      .adrMSE:
      true
    }
  }

  /// Whether the loss takes what a teacher says of every document of a row.
  var readsTeacherScores: Bool {
    switch type(of: loss).needs {
    case .teacherScores, .wantedScores: true
    case .nothing, .labels, .grades: false
    }
  }
}

/// `InfoNCE` with its temperature, or the reciprocal of it, as recipes of sentence-transformers have it.
struct InfoNCESettings: Codable, Sendable, Equatable {
  /// What cosines are divided by; give this or `scale`.
  var temperature: Double?
  /// What cosines are multiplied by: 1 / temperature.
  var scale: Double?
  var maskKnownPositives: Bool
  var symmetric: Bool?
  var inBatchNegatives: Bool?
  var hardness: InfoNCE.Hardness?
  /// For a cross-encoder only.
  var activation: InfoNCE.LogitActivation?

  var loss: InfoNCE {
    InfoNCE(
      temperature: temperature ?? scale.map { 1 / $0 } ?? 1, maskKnownPositives: maskKnownPositives,
      symmetric: symmetric, inBatchNegatives: inBatchNegatives, hardness: hardness,
      activation: activation)
  }
}

extension Similarity: ChoiceSetting {}
extension InfoNCE.Hardness.Negatives: ChoiceSetting {}
extension InfoNCE.LogitActivation: ChoiceSetting {}
extension LambdaLoss.Weighting: ChoiceSetting {}
extension LambdaLoss.Logarithm: ChoiceSetting {}

extension LossSetting: Codable {
  private enum Key: String, CodingKey { case name }

  init(from decoder: any Decoder) throws {
    switch try decoder.variantName(Name.self, forKey: Key.name) {
    case .infoNCE: self = .infoNCE(try InfoNCESettings(from: decoder))
    case .coSENT: self = .coSENT(try CoSENT(from: decoder))
    case .triplet: self = .triplet(try Triplet(from: decoder))
    case .cosineMSE: self = .cosineMSE(try CosineMSE(from: decoder))
    case .contrastive: self = .contrastive(try Contrastive(from: decoder))
    case .marginMSE: self = .marginMSE(try MarginMSE(from: decoder))
    case .distillation: self = .distillation(try Distillation(from: decoder))
    case .pairwiseLogistic: self = .pairwiseLogistic(try PairwiseLogistic(from: decoder))
    case .binaryCrossEntropy: self = .binaryCrossEntropy(try BinaryCrossEntropy(from: decoder))
    case .mse: self = .mse(try MSE(from: decoder))
    case .rankNet: self = .rankNet(try RankNet(from: decoder))
    case .lambdaLoss: self = .lambdaLoss(try LambdaLoss(from: decoder))
    case .listNet: self = .listNet(try ListNet(from: decoder))
    case .listMLE: self = .listMLE(try ListMLE(from: decoder))
    case .adrMSE: self = .adrMSE(try ADRMSE(from: decoder))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    if case .infoNCE(let settings) = self { try settings.encode(to: encoder) } else { try loss.encode(to: encoder) }
  }
}

extension Matryoshka {
  func validate(_ checks: SettingChecks, model: ModelSection, dense: DenseSection?) {
    checks.require(!dimensions.isEmpty, "matryoshka.dimensions", else: "the list is empty; name at least one dimension")
    checks.require(
      dimensions.allSatisfy { $0 >= 1 } && Set(dimensions).count == dimensions.count, "matryoshka.dimensions",
      else: "dimensions are different whole numbers from 1 on")
    if let width = dense?.dimensions ?? checks.vectorWidth(of: model.folder, "model.folder") {
      checks.require(
        dimensions.allSatisfy { $0 <= width }, "matryoshka.dimensions", reading: ["model.folder", "dense.dimensions"],
        else: tooWide(width))
    }
    if let weights {
      checks.require(
        weights.count == dimensions.count, "matryoshka.weights", reading: ["matryoshka.dimensions"],
        else: "\(NumberText.counted(weights.count, "weight")) for \(NumberText.counted(dimensions.count, "dimension"))")
      checks.require(
        weights.allSatisfy { $0 >= 0 } && weights.contains { $0 > 0 }, "matryoshka.weights",
        else: "weights are not negative, and one is more than 0")
    }
  }

  /// Stops where the vectors of the loaded model are narrower than a dimension.
  func check(against model: BiEncoder) throws {
    if dimensions.contains(where: { $0 > model.dimensions }) {
      throw RunError(.badRecipe, "'matryoshka.dimensions': \(tooWide(model.dimensions))")
    }
  }

  private func tooWide(_ width: Int) -> String {
    "\(dimensions.max() ?? 0) is more than the model's width of \(width)"
  }
}
