import Pages

/// Pairs of texts that a person should look at, with the reason.
struct PairExamples: Sendable {
  /// A text with its part in the example: "positive", "negative".
  struct Text: Sendable {
    let role: String
    let score: Float
    /// The beginning of the text.
    let text: String

    init(_ role: String, _ text: String, score: Float) {
      (self.role, self.score, self.text) = (role, score, ShownText.line(text))
    }
  }

  struct Example: Sendable {
    let query: String
    let texts: [Text]
    /// The words beside the query: "14 documents score higher".
    let remark: String

    init(query: String, remark: String, _ texts: [Text]) {
      (self.query, self.remark, self.texts) = (ShownText.line(query), remark, texts)
    }
  }

  let title: String
  let note: String
  let examples: [Example]

  /// The most examples that are shown.
  static let most = 10
}
