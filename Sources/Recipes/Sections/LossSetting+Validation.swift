import Settings
import Training

extension LossSetting {
  /// Checks the settings of a loss for embeddings, whose scores are cosines unless the loss says otherwise.
  func validate(_ checks: SettingChecks, batch: BatchSection) {
    validateNumbers(checks)
    func needSimilarity(_ similarity: Similarity?) {
      checks.require(
        similarity != nil, "loss", reading: ["loss.similarity"],
        else: "give 'similarity' (\(Similarity.expectation))")
    }
    func needTemperature(_ temperature: Double?) {
      checks.require(
        temperature != nil, "loss", reading: ["loss.temperature"],
        else: "cosines lie between −1 and 1; give a 'temperature', such as 0.05")
    }
    switch self {
    case .infoNCE(let settings):
      let needsPairs = settings.inBatchNegatives != false
      checks.require(
        !needsPairs || batch.queries >= 2, "batch.queries", reading: ["loss.name"],
        else: "in-batch negatives need at least 2 queries in a step")
      checks.require(
        needsPairs || settings.symmetric != true, "loss.symmetric", reading: ["loss.inBatchNegatives"],
        else: "the direction from documents to queries needs in-batch negatives")
      checks.require(
        settings.activation == nil, "loss.activation", else: "cosines are bounded as they are; leave it out")
    case .marginMSE(let loss): needSimilarity(loss.similarity)
    case .distillation(let loss): needSimilarity(loss.similarity)
    case .pairwiseLogistic(let loss): needTemperature(loss.temperature)
    case .listNet(let loss): needTemperature(loss.temperature)
    case .listMLE(let loss): needTemperature(loss.temperature)
    case .binaryCrossEntropy:
      checks.require(false, "loss.name", else: "binaryCrossEntropy reads logits, not cosines; use contrastive")
    case .mse:
      checks.require(
        false, "loss.name", else: "mse reads logits, not cosines; use cosineMSE for labels, marginMSE for a teacher")
    case .coSENT, .triplet, .contrastive, .cosineMSE, .rankNet, .lambdaLoss, .adrMSE: break
    }
  }

  /// Checks the settings of a loss for a cross-encoder, which scores a query with the documents of its own row only.
  func validateForLogits(_ checks: SettingChecks) {
    validateNumbers(checks)
    func refuseSimilarity(_ similarity: Similarity?) {
      checks.require(similarity == nil, "loss.similarity", else: "a cross-encoder gives scores itself; leave it out")
    }
    switch self {
    case .infoNCE(let settings):
      checks.require(
        settings.inBatchNegatives == false, "loss.inBatchNegatives",
        else: "a cross-encoder scores a query with the documents of its own group only; set it to false, and let "
          + "'data.easyNegatives: { share: …, inBatch: true }' draw documents of the other groups")
      checks.require(
        settings.symmetric != true, "loss.symmetric",
        else: "a cross-encoder scores no document with the queries of other rows")
    case .marginMSE(let loss): refuseSimilarity(loss.similarity)
    case .distillation(let loss): refuseSimilarity(loss.similarity)
    case .cosineMSE:
      checks.require(false, "loss.name", else: "cosineMSE reads cosines, not logits; use mse")
    case .contrastive:
      checks.require(false, "loss.name", else: "contrastive reads cosines, not logits; use binaryCrossEntropy")
    case .coSENT, .triplet, .pairwiseLogistic, .binaryCrossEntropy, .mse, .rankNet, .lambdaLoss, .listNet, .listMLE,
      .adrMSE:
      break
    }
  }

  /// Checks each number by itself.
  private func validateNumbers(_ checks: SettingChecks) {
    func positive(_ key: String, _ value: Double?) {
      if let value { checks.positive("loss.\(key)", value) }
    }
    switch self {
    case .infoNCE(let settings):
      checks.require(
        (settings.temperature == nil) != (settings.scale == nil), "loss",
        else: "give either 'temperature' or 'scale' (1 / temperature)")
      positive("temperature", settings.temperature)
      positive("scale", settings.scale)
      if let hardness = settings.hardness {
        checks.require(hardness.strength >= 0, "loss.hardness.strength", else: "\(hardness.strength) is less than 0")
        checks.require(
          settings.inBatchNegatives != false || hardness.negatives != .inBatch, "loss.hardness.negatives",
          reading: ["loss.inBatchNegatives"], else: "there are no in-batch negatives to weight")
      }
    case .coSENT(let loss): positive("scale", loss.scale)
    case .triplet(let loss): positive("margin", loss.margin)
    case .contrastive(let loss): positive("margin", loss.margin)
    case .cosineMSE, .marginMSE, .mse: break
    case .distillation(let loss):
      positive("temperature", loss.temperature)
      positive("teacherTemperature", loss.teacherTemperature)
    case .pairwiseLogistic(let loss): positive("temperature", loss.temperature)
    case .binaryCrossEntropy(let loss): positive("positiveWeight", loss.positiveWeight)
    case .rankNet(let loss):
      if let k = loss.k { checks.atLeast(1, "loss.k", k) }
      positive("sigma", loss.sigma)
    case .lambdaLoss(let loss):
      if let k = loss.k { checks.atLeast(1, "loss.k", k) }
      positive("sigma", loss.sigma)
      positive("mu", loss.mu)
      positive("epsilon", loss.epsilon)
      checks.require(
        loss.mu == nil || loss.weighting == .nDCGLoss2PlusPlus, "loss.mu", reading: ["loss.weighting"],
        else: "only the weighting nDCGLoss2++ reads it")
    case .listNet(let loss): positive("temperature", loss.temperature)
    case .listMLE(let loss): positive("temperature", loss.temperature)
    case .adrMSE(let loss): positive("alpha", loss.alpha)
    }
  }
}
