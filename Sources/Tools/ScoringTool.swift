import Datasets
import Encoders
import Evaluation
import JSONText
package import Kernels
import Retrieval
package import Runs
import Tensors
import Words

/// `hone score`: the raw logits of pairs of texts, as JSON lines in the order of the input.
///
/// A line is `{"score": …}`, or `{"scores": […]}` in the order of the labels if the model has several. Calibrated, it
/// is `{"score": …, "probability": …}`; the score is still the raw logit, so rank by it.
package struct ScoringTool {
  package var model: String
  package var input: String
  /// True to add the probability of relevance, by the calibration next to the model.
  package var calibrated: Bool
  /// The precision of the products of the model's layers.
  package var precision: Precision
  package var report: (RunEvent) -> Void

  package init(
    model: String, input: String, calibrated: Bool, precision: Precision = .float32,
    report: @escaping (RunEvent) -> Void
  ) {
    self.model = model
    self.input = input
    self.calibrated = calibrated
    self.precision = precision
    self.report = report
  }

  /// Scores all pairs.
  ///
  /// - Returns: a line of JSON for each.
  package func callAsFunction() throws -> [String] {
    let calibration = calibrated ? try CalibrationFile(folder: self.model).calibration : nil
    precision.note.map { report(.note($0)) }
    let model = try CrossEncoder(folder: self.model, labels: calibrated ? 1 : nil).computing(in: precision)
    let input = try TextPairs(file: input)
    input.warnings.forEach { report(.warning($0)) }
    let pairs = input.pairs
    BlankTexts.warning(pairs.enumerated().map { ("in pair \($0 + 1)", $1.query) }, "query", plural: "queries").map {
      report(.warning($0))
    }
    BlankTexts.warning(pairs.enumerated().map { ("in pair \($0 + 1)", $1.document) }, "document").map {
      report(.warning($0))
    }
    let scores = try model.score(pairs) { share in
      report(.progress(RunProgress(scoring: "scoring", share: share, of: pairs.count)))
    }
    let width = model.labels.count
    let logits = scores.elements
    return pairs.indices.map { pair in
      let line: JSONValue
      if let calibration {
        let probability = calibration.probability(of: Double(logits[pair]))
        line = ["score": JSONValue(logits[pair]), "probability": JSONValue(probability)]
      } else if width == 1 {
        line = ["score": JSONValue(logits[pair])]
      } else {
        line = ["scores": .array(logits[pair * width..<(pair + 1) * width].map { JSONValue($0) })]
      }
      return line.text()
    }
  }
}
