import SettingKeys
import Settings
import Training

/// A guide: a model that finds likely false negatives in a batch, which the loss leaves out.
struct GuideSection: Sendable, Equatable {
  var folder: String
  /// The least distance of a negative's score below the positive's: `absoluteMargin`, or `relativeMargin` as a share of
  /// the positive's score.
  var margin: GuideMargin
}

extension GuideSection: Codable {
  private enum Key: String, CodingKey { case folder, absoluteMargin, relativeMargin }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    folder = try keys.required(
      .folder, example: "checkpoints/all-MiniLM-L6-v2", "A bi-encoder folder; the base model itself is a good guide.")
    keys.either(.absoluteMargin, .relativeMargin)
    let absolute: Double? = try keys.optional(
      .absoluteMargin, example: 0.1, "The least distance of a negative's score below the positive's.")
    let relative: Double? = try keys.recommended(
      .relativeMargin, example: 0.05, "The same as a share of the positive's score.")
    switch (absolute, relative) {
    case (let margin?, nil): self.margin = .absolute(margin)
    case (nil, let margin?): self.margin = .relative(margin)
    default:
      try decoder.note("give either 'absoluteMargin' or 'relativeMargin'")
      margin = .relative(0)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(folder, forKey: .folder)
    switch margin {
    case .absolute(let margin): try section.encode(margin, forKey: .absoluteMargin)
    case .relative(let margin): try section.encode(margin, forKey: .relativeMargin)
    }
  }

  func validate(_ checks: SettingChecks, loss: LossSetting) {
    checks.modelFolder("guide.folder", folder)
    let (key, value) =
      switch margin {
      case .absolute(let margin): ("absoluteMargin", margin)
      case .relative(let margin): ("relativeMargin", margin)
      }
    checks.require(value >= 0, "guide.\(key)", else: "\(value) is less than 0")
    checks.require(
      loss.loss.acceptsGuide, "guide", reading: ["loss"],
      else: "only the loss infoNCE with 'maskKnownPositives: true' leaves out what a guide points out")
  }
}
