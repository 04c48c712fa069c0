/// The losses that a recipe can name.
public enum Losses {
  /// Every loss, in the order in which messages list them.
  public static let all: [any RankingLoss.Type] = [
    InfoNCE.self, CoSENT.self, Triplet.self, CosineMSE.self, Contrastive.self, MarginMSE.self, Distillation.self,
    PairwiseLogistic.self, BinaryCrossEntropy.self, MSE.self, RankNet.self, LambdaLoss.self, ListNet.self,
    ListMLE.self, ADRMSE.self,
  ]
}
