import Encoders
import Files
import Runs
import Settings
import Training
import Words

extension Matryoshka {
  func validate(_ checks: SettingChecks, model: ModelSection, dense: DenseSection?) {
    checks.require(!dimensions.isEmpty, "matryoshka.dimensions", else: "the list is empty; name at least one dimension")
    checks.require(
      dimensions.allSatisfy { $0 >= 1 } && Set(dimensions).count == dimensions.count, "matryoshka.dimensions",
      else: "dimensions are different whole numbers from 1 on")
    let own = checks.vectorWidth(of: model.folder, "model.folder", pooledBy: model.pooling.pooling)
    if let width = dense?.dimensions ?? own {
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

  /// Throws where a dimension is larger than the width of the loaded model's vectors.
  func check(against model: BiEncoder) throws {
    if dimensions.contains(where: { $0 > model.outputWidth }) {
      throw RunError(.badRecipe, "'matryoshka.dimensions': \(tooWide(model.outputWidth))")
    }
  }

  private func tooWide(_ width: Int) -> String {
    "\(dimensions.max() ?? 0) is more than the model's width of \(width)"
  }
}
