import Datasets
import Encoders
import JSONText
import Tensors

/// `hone score`: the raw logits of pairs of texts, as JSON lines in the order of the input.
///
/// A line is `{"score": …}`, or `{"scores": […]}` in the order of the labels where the model has several.
package struct ScoringTool {
  package var model: String
  package var input: String
  package var report: (RunEvent) -> Void

  package init(model: String, input: String, report: @escaping (RunEvent) -> Void) {
    self.model = model
    self.input = input
    self.report = report
  }

  /// Scores all pairs.
  ///
  /// - Returns: a line of JSON for each.
  package func callAsFunction() throws -> [String] {
    let model = try CrossEncoder(folder: model)
    let pairs = try TextPairs(file: input).pairs
    let scores = try model.score(pairs) { share in
      report(.progress(RunProgress(scoring: "scoring", share: share, of: pairs.count)))
    }
    let width = model.labels.count
    let logits = scores.elements.map { JSONValue($0) }
    return pairs.indices.map { pair in
      let line: JSONValue =
        width == 1 ? ["score": logits[pair]] : ["scores": .array(Array(logits[pair * width..<(pair + 1) * width]))]
      return line.text()
    }
  }
}

extension RunProgress {
  /// Makes a progress report on pairs that are scored, by the share of their tokens.
  init(scoring task: String, share: Double, of pairs: Int) {
    self.init(task: task, done: Int((share * Double(pairs)).rounded(.down)), total: pairs, unit: "pairs")
  }
}
