import SettingKeys
import Settings
import Training

/// The optimizer of a training run, chosen by its name.
enum OptimizerSetting: Sendable, Equatable {
  case adamW(AdamW.Settings)

  /// The names of the optimizers in a recipe.
  enum Name: String, ChoiceSetting {
    case adamW
  }
}

extension OptimizerSetting: Codable {
  private enum Key: String, CodingKey { case name }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    switch try keys.variant(.name, of: Name.self, default: .adamW, "The optimizer.") {
    case .adamW: self = .adamW(try AdamW.Settings(from: decoder))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .adamW(let settings):
      try container.encode(Name.adamW, forKey: .name)
      try OrderedAdamWSettings(settings).encode(to: encoder)
    }
  }
}

/// The settings of AdamW as they are written: with the rate factors in a fixed order.
private struct OrderedAdamWSettings: Encodable {
  var rate: Double
  var decay: Double
  var clip: Double?
  var decayBiasesAndNorms: Bool
  var rates: RateFactors?
  var freeze: [String]?
  var rows: AdamW.Rows?

  init(_ settings: AdamW.Settings) {
    rate = settings.rate
    decay = settings.decay
    clip = settings.clip
    decayBiasesAndNorms = settings.decayBiasesAndNorms
    rates = settings.rates.map(RateFactors.init)
    freeze = settings.freeze
    rows = settings.rows
  }
}

/// A dictionary that is written sorted by its keys.
private struct RateFactors: Encodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private let factors: [String: Double]

  init(_ factors: [String: Double]) { self.factors = factors }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (prefix, factor) in factors.sorted(by: { $0.key < $1.key }) {
      try container.encode(factor, forKey: Key(stringValue: prefix))
    }
  }
}

extension OptimizerSetting {
  /// The ε of AdamW times the precision of 32-bit numbers: with a lower clip no step is a 10⁷th of the rate.
  private static let leastClip = 1e-8 * Double(Float.ulpOfOne)

  func validate(_ checks: SettingChecks) {
    switch self {
    case .adamW(let settings):
      checks.positive("optimizer.rate", settings.rate)
      checks.require(settings.decay >= 0, "optimizer.decay", else: "\(settings.decay) is less than 0")
      checks.require(
        settings.decay < 1 || settings.rate * settings.decay < 1, "optimizer.decay", reading: ["optimizer.rate"],
        else:
          "times 'optimizer.rate' it is \(settings.rate * settings.decay), and a step would take away whole weights; "
          + "less than 1 in all")
      if let clip = settings.clip {
        checks.positive("optimizer.clip", clip)
        checks.require(
          clip <= 0 || clip >= Self.leastClip, "optimizer.clip",
          else: "gradients clipped to \(clip) are nothing beside AdamW's ε of 1e-08, and no step would learn; raise it")
      }
      for (prefix, factor) in settings.rates ?? [:] {
        checks.require(factor >= 0, "optimizer.rates", else: "the factor \(factor) of \(prefix) is less than 0")
      }
      checks.require(
        !(settings.freeze ?? []).contains(""), "optimizer.freeze",
        else: "an empty beginning fits every parameter, and nothing would train")
    }
  }
}
