import Files
import JSONText

/// A valid task: a recipe with all the files that it reads, in a folder of its own.
///
/// The files are kept in memory, so that a mutation edits bytes and a trial writes them anew.
package struct Task: Sendable {
  /// What a file is, which says what mutations it can have.
  package enum Kind: Sendable, Equatable, CaseIterable {
    case recipe
    /// One JSON object a line.
    case lines
    /// Judgments, separated by tabs.
    case judgments
    /// Rows separated by commas.
    case commas
    /// Rows separated by tabs.
    case tabs
    /// One JSON value: configurations and tokenizers.
    case json
    case weights
    case vocabulary
  }

  /// A file of the task.
  package struct File: Sendable {
    /// The path below the task's folder.
    package let path: String
    package let kind: Kind
    package var bytes: [UInt8]
  }

  package let name: String
  package var files: [File]

  /// Writes all files below a folder; the recipe is `recipe.yaml`, and writes into `run`.
  package func write(to folder: String) throws {
    for file in files {
      let path = Files.join(folder, file.path)
      try Files.makeFolder(Files.parent(of: path))
      try Files.write(file.bytes, to: path)
    }
  }
}

extension Task {
  /// Every task: each program that reads rows, collections or models, on models of two layers.
  ///
  /// - Parameter goldens: The folder with `bert-tiny` and `cross-encoder-tiny`.
  package static func all(goldens: String) throws -> [Task] {
    let encoder = try modelFiles(of: Files.join(goldens, "bert-tiny"), as: "model")
    let scorer = try modelFiles(of: Files.join(goldens, "cross-encoder-tiny"), as: "model")
    let training = """
      optimizer: { name: adamW, rate: 1e-3, decay: 0.01, clip: 1.0 }
      schedule: { name: linear, warmup: 0.1, epochs: 1 }
      output: { folder: run }

      """
    let biEncoder = "recipe: trainBiEncoder\nseed: 1\nmodel: { folder: model, pooling: mean, maximumLength: 32 }\n"
    let crossEncoder = "recipe: trainCrossEncoder\nseed: 1\nmodel: { folder: model, maximumLength: 32 }\n"
    let contrastive =
      "batch: { queries: 4, tokens: 256, uniqueTexts: true }\n"
      + "loss: { name: infoNCE, temperature: 0.05, maskKnownPositives: true }\n"
    let rows = lines("rows.jsonl", Texts.rows)
    return [
      Task(
        name: "rows",
        files: encoder + [rows] + [recipe(biEncoder + "data: { rows: rows.jsonl }\n" + contrastive + training)]),
      Task(
        name: "commas",
        files: encoder + [
          table("rows.csv", .commas, separator: ","),
          recipe(biEncoder + "data: { rows: rows.csv }\n" + contrastive + training),
        ]),
      Task(
        name: "tabs",
        files: scorer + [
          table("rows.tsv", .tabs, separator: "\t"),
          recipe(
            crossEncoder
              + "data: { rows: rows.tsv }\nbatch: { groups: 4, tokens: 256 }\nloss: { name: binaryCrossEntropy }\n"
              + training),
        ]),
      Task(
        name: "collection",
        files: encoder + collection
          + [
            recipe(
              biEncoder + "data: { collection: collection, split: train }\n" + contrastive
                + "evaluate: { collection: collection, split: test, measures: [nDCG@10, recall@5] }\n" + training)
          ]),
      Task(
        name: "reranker",
        files: scorer + [rows]
          + [
            recipe(
              crossEncoder
                + "data: { rows: rows.jsonl }\nbatch: { groups: 4, tokens: 256 }\nloss: { name: binaryCrossEntropy }\n"
                + training)
          ]),
      Task(
        name: "mining",
        files: encoder + collection
          + [
            recipe(
              """
              recipe: mineNegatives
              seed: 1
              model: { folder: model, pooling: mean, maximumLength: 32 }
              data: { collection: collection, split: train }
              sources: [ { name: model, candidates: 5, negatives: 2 }, { name: BM25, candidates: 5, negatives: 1 } ]
              rules: [ { name: knownPositives }, { name: relativeMargin, margin: 0.05, anchor: lowest } ]
              select: { name: first }
              output: { folder: run, format: texts }

              """)
          ]),
      Task(
        name: "evaluation",
        files: encoder + collection
          + [
            recipe(
              """
              recipe: evaluate
              model: { folder: model }
              evaluate: { collection: collection, splits: [train, test], measures: [nDCG@10, MAP, MRR, recall@1] }
              output: { folder: run }

              """)
          ]),
      Task(
        name: "scores",
        files: scorer + [rows]
          + [
            recipe(
              "recipe: scoreRows\nmodel: { folder: model }\ndata: { rows: rows.jsonl }\n"
                + "output: { folder: run, format: texts }\n")
          ]),
    ]
  }

  static var collection: [File] {
    [lines("collection/corpus.jsonl", Texts.corpus), lines("collection/queries.jsonl", Texts.queries)]
      + ["train", "test"].map { split in
        File(path: "collection/qrels/\(split).tsv", kind: .judgments, bytes: Array(Texts.judgments(split).utf8))
      }
  }

  static func recipe(_ text: String) -> File {
    File(path: "recipe.yaml", kind: .recipe, bytes: Array(text.utf8))
  }

  private static func table(_ path: String, _ kind: Kind, separator: String) -> File {
    let lines = Texts.table.map { $0.joined(separator: separator) + "\n" }
    return File(path: path, kind: kind, bytes: Array(lines.joined().utf8))
  }

  static func lines(_ path: String, _ objects: [JSONObject]) -> File {
    File(path: path, kind: .lines, bytes: Array(objects.map { JSONValue.object($0).text() + "\n" }.joined().utf8))
  }

  static func modelFiles(of folder: String, as name: String) throws -> [File] {
    try [
      "config.json", "tokenizer.json", "tokenizer_config.json", "modules.json", "1_Pooling/config.json",
      "sentence_bert_config.json", "config_sentence_transformers.json", "special_tokens_map.json", "vocab.txt",
      "model.safetensors",
    ].filter { Files.exists(Files.join(folder, $0)) }.map { path in
      let kind: Kind = path.hasSuffix(".json") ? .json : path.hasSuffix(".txt") ? .vocabulary : .weights
      return File(path: Files.join(name, path), kind: kind, bytes: try Files.read(Files.join(folder, path)))
    }
  }
}
