import Files

/// A collection small enough to train on in a blink: thirty documents of words the tiny model knows.
enum SmallCollection {
  private static let words = [
    "search", "query", "text", "word", "find", "file", "image", "sound", "game", "play", "chess", "board", "network",
    "packet", "fast",
  ]

  /// Writes the collection and a recipe that trains on it into a folder; splits are train, dev and test.
  static func write(to folder: String) throws {
    var (corpus, queries) = ("", "")
    var judgments: [String: String] = ["train": header, "dev": header, "test": header]
    for index in 0..<30 {
      let (first, second) = (words[index % 15], words[(index * 4 + 1 + index / 15) % 15])
      corpus +=
        "{\"_id\": \"d\(index)\", \"title\": \"\(first) \(second)\", \"text\": \"the \(first) of \(second) and \(index)\"}\n"
      queries += "{\"_id\": \"q\(index)\", \"text\": \"\(second) \(first) for \(index)\"}\n"
      let split = index < 20 ? "train" : index < 25 ? "dev" : "test"
      judgments[split, default: ""] += "q\(index)\td\(index)\t1\n"
    }
    try Files.makeFolder(Files.join(folder, "collection/qrels"))
    try Files.write(corpus, to: Files.join(folder, "collection/corpus.jsonl"))
    try Files.write(queries, to: Files.join(folder, "collection/queries.jsonl"))
    for (split, text) in judgments { try Files.write(text, to: Files.join(folder, "collection/qrels/\(split).tsv")) }
    try Files.write(recipe, to: Files.join(folder, "recipe.yaml"))
  }

  private static let header = "query-id\tcorpus-id\tscore\n"

  /// Four epochs of five steps, with everything switched on that a run can do.
  private static let recipe = """
    recipe: trainBiEncoder
    seed: 17
    model:     { folder: "\(HoneProcess.model)", pooling: mean, maximumLength: 32 }
    data:      { collection: collection, split: train }
    batch:     { queries: 4, tokens: 40, uniqueTexts: true }
    loss:      { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01, clip: 1.0 }
    schedule:  { name: linear, warmup: 0.1, epochs: 4 }
    evaluate:  { collection: collection, split: dev, every: 5, documents: 20, measures: [nDCG@10, recall@5], verdict: [test, dev] }
    checkpoint: { every: 7, keep: 1 }
    output:    { folder: runs/small }

    """
}
