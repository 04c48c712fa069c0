import Encoders
import Files
import Layers
import OrderedCollections
import Runs
import SettingKeys
import Settings

/// Low-rank adapters that are trained in place of the model's weights, and merged into them at export.
///
/// With this section the base model is frozen: only the adapters are trained, new parts of the model (a new Dense module,
/// or the head with a new classifier), and what `train` names. `optimizer.freeze` and `optimizer.rates` apply to these;
/// the factors of a layer's adapter are its parameters `lora_A` and `lora_B`.
struct LoRASection: Sendable, Equatable {
  /// The adapters that training starts from.
  enum Start: Sendable, Equatable {
    /// New ones, for the linear layers that the patterns cover.
    case new(layers: [String], rank: Int, alpha: Double, rankStabilized: Bool)
    /// Those of a folder, with their layers, ranks and alphas.
    case folder(String)
  }

  /// New adapters (`layers`, `rank`, `alpha`, `rankStabilized`), or a folder in the layout of PEFT (`adapter`).
  var start: Start
  var dropout: Double
  var train: [String]?
}

extension LoRASection: Codable {
  private enum Key: String, CodingKey { case layers, rank, alpha, rankStabilized, adapter, dropout, train }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    keys.either(.layers, .adapter)
    let folder: String? = try keys.optional(
      .adapter, example: "runs/my-lora",
      "A folder in the layout of PEFT with the adapters to start from, in the place of new ones.")
    if let folder {
      start = .folder(folder)
      for key in [Key.layers, .rank, .alpha, .rankStabilized] where keys.contains(key) {
        try decoder.note("'\(key.rawValue)' is that of the adapter in \(folder); give one of both", at: key)
      }
    } else {
      start = .new(
        layers: try keys.required(
          .layers, example: ["**.query", "**.value"], "Patterns of the linear layers that get an adapter."),
        rank: try keys.value(.rank, default: 8, "The rank of the adapters."),
        alpha: try keys.value(.alpha, default: 16, "α: an adapter's output is multiplied by α / rank."),
        rankStabilized: try keys.value(
          .rankStabilized, default: false, "True to multiply by α / √rank in its place."))
    }
    dropout = try keys.value(
      .dropout, default: 0, "The share of a layer's input that is dropped in front of the adapter.")
    train = try keys.optional(
      .train, example: ["**.LayerNorm"], "Patterns of parameters of the base model that are trained themselves.")
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    switch start {
    case .new(let layers, let rank, let alpha, let rankStabilized):
      try section.encode(layers, forKey: .layers)
      try section.encode(rank, forKey: .rank)
      try section.encode(alpha, forKey: .alpha)
      try section.encode(rankStabilized, forKey: .rankStabilized)
    case .folder(let folder): try section.encode(folder, forKey: .adapter)
    }
    try section.encode(dropout, forKey: .dropout)
    try section.encodeIfPresent(train, forKey: .train)
  }
}

extension LoRASection {
  /// A rank beyond those of any layer, which bounds memory.
  private static let largestRank = 4096
  /// An α beyond any use, which keeps scores finite.
  private static let largestAlpha = 1e6

  func validate(_ checks: SettingChecks) {
    switch start {
    case .new(let layers, let rank, let alpha, _):
      checks.require(!layers.isEmpty, "lora.layers", else: "the list is empty; name at least one layer")
      checks.within(1...Self.largestRank, "lora.rank", rank)
      checks.positive("lora.alpha", alpha)
      checks.require(
        alpha <= Self.largestAlpha, "lora.alpha", else: "\(alpha) is too large; at most \(Self.largestAlpha)")
    case .folder(let folder): checks.adapterFolder("lora.adapter", folder)
    }
    // As a 32-bit number too.
    checks.require((0..<1).contains(Float(dropout)), "lora.dropout", else: "\(dropout) is not from 0 to below 1")
  }

  /// The folder of the adapters that training starts from; nil for new ones.
  var folder: String? { if case .folder(let folder) = start { folder } else { nil } }

  /// The files that the adapters depend on.
  var inputs: [RunInput] { folder.map { [.model($0)] } ?? [] }

  /// Gives a base model its adapters.
  ///
  /// - Parameters:
  ///   - fresh: The keys of parameters that the base does not have; their layers get no adapter.
  ///   - seed: The seed of new adapters.
  /// - Returns: The keys of the parameters that training changes besides the adapters.
  func attach(to model: inout some AdaptableModel, fresh: [String] = [], seed: UInt64) throws -> [String] {
    var trained = fresh
    switch start {
    case .new(let layers, let rank, let alpha, let rankStabilized):
      let patterns = layers.map { NamePattern($0) }
      let names = model.adaptableLayers.filter { !fresh.contains($0 + ".weight") }
      if let error = UnknownPatternError(patterns, names: names, kind: .linearLayer) {
        throw RunError(.badRecipe, "'lora.layers': \(error)")
      }
      let settings = LowRankAdapter.Settings(
        rank: rank, alpha: alpha, isRankStabilized: rankStabilized, dropout: Float(dropout))
      model.addAdapters(to: names.filter { name in patterns.contains { $0.covers(name) } }, settings, seed: seed)
    case .folder(let folder): trained += try model.loadAdapters(from: folder, dropout: Float(dropout))
    }
    return trained + (try named(in: model))
  }

  /// The parameters that `train` names, none of which is of a layer with an adapter.
  private func named(in model: some AdaptableModel) throws -> [String] {
    let patterns = (train ?? []).map { NamePattern($0) }
    let adapted = Array(model.adapters.keys)
    let keys = Array(model.parameters.keys).filter { !LowRankAdapter.owns($0) }
    if let error = UnknownPatternError(patterns, names: keys, kind: .parameter) {
      throw RunError(.badRecipe, "'lora.train': \(error)")
    }
    let named = keys.filter { key in patterns.contains { $0.covers(key) } }
    if let layer = adapted.first(where: { layer in named.contains { $0.hasPrefix(layer + ".") } }) {
      throw RunError(
        .badRecipe, "'lora.train': it covers \(layer), which has an adapter; leave the layer out of one of both")
    }
    return named
  }
}
