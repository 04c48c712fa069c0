import JSONText

/// The rows and the collection of the tasks: words that the tiny models know.
enum Texts {
  private static let words = [
    "search", "query", "text", "word", "find", "file", "image", "sound", "game", "play", "chess", "board", "network",
    "packet", "fast",
  ]

  private static func query(_ index: Int) -> String {
    "\(words[(index * 4 + 1) % 15]) \(words[index % 15]) for \(index)"
  }

  private static func document(_ index: Int) -> String {
    "the \(words[index % 15]) of \(words[(index * 4 + 1) % 15]) and \(index)"
  }

  /// Eight rows with one negative each.
  static let rows: [JSONObject] = (0..<8).map { index in
    [
      "query_id": JSONValue("q\(index)"), "query": JSONValue(query(index)), "positive_id": JSONValue("d\(index)"),
      "positive": JSONValue(document(index)), "negatives": [JSONValue(document(index + 20))],
    ]
  }

  /// The same rows as the cells of a table, under a header.
  static let table: [[String]] =
    [["query", "positive", "negative"]]
    + (0..<8).map { [query($0), document($0), document($0 + 20)] }

  static let corpus: [JSONObject] = (0..<14).map { index in
    ["_id": JSONValue("d\(index)"), "title": JSONValue(words[index % 15]), "text": JSONValue(document(index))]
  }

  static let queries: [JSONObject] = (0..<12).map { index in
    ["_id": JSONValue("q\(index)"), "text": JSONValue(query(index))]
  }

  /// Eight queries to train on, four to test on; two documents are judged not relevant.
  static func judgments(_ split: String) -> String {
    let judged = split == "train" ? 0..<8 : 8..<12
    let relevant = judged.map { "q\($0)\td\($0)\t1\n" }.joined()
    return "query-id\tcorpus-id\tscore\n" + relevant + "q\(judged.lowerBound)\td13\t0\n"
  }
}
