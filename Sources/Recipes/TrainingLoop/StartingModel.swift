import Encoders
import Layers
import OrderedCollections

/// The model that training starts from, and which of its parameters are trained.
struct StartingModel<Model: AdaptableModel> {
  private(set) var model: Model
  private(set) var trained: TrainedParameters

  /// Gives a model the adapters of a recipe.
  ///
  /// - Parameters:
  ///   - fresh: The keys of parameters that the base does not have.
  ///   - seed: The seed of new adapters.
  init(_ model: Model, _ lora: LoRASection?, fresh: [String] = [], seed: UInt64) throws {
    self.model = model
    let keys = try lora?.attach(to: &self.model, fresh: fresh, seed: seed)
    trained = TrainedParameters(besidesAdapters: keys.map { Set($0) })
  }

  /// Adds a part to the model, which is trained whole.
  mutating func extend(_ change: (Model) -> Model) {
    let before = model.parameters
    model = change(model)
    trained.besidesAdapters?.formUnion(model.parameters.keys.filter { before[$0] == nil })
  }
}

/// The parameters of a model that are trained, unless the optimizer's settings freeze them.
struct TrainedParameters {
  /// The keys of those that are no factors of adapters; nil for all.
  var besidesAdapters: Set<String>?

  func contains(_ key: String) -> Bool {
    besidesAdapters.map { $0.contains(key) || LowRankAdapter.owns(key) } ?? true
  }
}
