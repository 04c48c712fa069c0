import Settings
import Training

/// A guide: a model that points out negatives of a batch which may well be positives; the loss leaves them out.
struct GuideSection: Codable, Sendable, Equatable {
  /// A bi-encoder folder; the base model itself is a good guide.
  var folder: String
  /// How far below the positive a negative must score, as a distance; give this or `relativeMargin`.
  var absoluteMargin: Double?
  /// How far below the positive a negative must score, as a share of the positive's score.
  var relativeMargin: Double?

  var margin: GuideMargin { absoluteMargin.map { .absolute($0) } ?? .relative(relativeMargin ?? 0) }

  func validate(_ checks: SettingChecks, loss: LossSetting) {
    checks.modelFolder("guide.folder", folder)
    checks.require(
      (absoluteMargin == nil) != (relativeMargin == nil), "guide",
      else: "give either 'absoluteMargin' or 'relativeMargin'")
    for (name, value) in [("absoluteMargin", absoluteMargin), ("relativeMargin", relativeMargin)] {
      if let value { checks.require(value >= 0, "guide.\(name)", else: "\(value) is less than 0") }
    }
    guard case .infoNCE(let settings) = loss, settings.maskKnownPositives else {
      return checks.require(
        false, "guide", reading: ["loss"],
        else: "only the loss infoNCE with 'maskKnownPositives: true' leaves out what a guide points out")
    }
  }
}
