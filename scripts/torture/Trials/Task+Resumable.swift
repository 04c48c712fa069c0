extension Task {
  /// Runs of some seconds with checkpoints, one of each kind of training; each does all that a resumed run must repeat.
  ///
  /// - Parameter goldens: The folder with `bert-tiny` and `cross-encoder-tiny`.
  package static func resumable(goldens: String) throws -> [Task] {
    let encoder = try modelFiles(of: goldens + "/bert-tiny", as: "model")
    let scorer = try modelFiles(of: goldens + "/cross-encoder-tiny", as: "model")
    let first = try modelFiles(of: goldens + "/bert-tiny", as: "first")
    let rows = lines("rows.jsonl", Texts.rows)
    return [
      Task(
        name: "mining and patience",
        files: encoder + collection + [
          recipe(
            """
            recipe: trainBiEncoder
            seed: 1
            model: { folder: model, pooling: mean, maximumLength: 32 }
            data: { collection: collection, split: train }
            batch: { queries: 4, tokens: 128, uniqueTexts: true }
            loss: { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
            mining:
              epochs: 3
              sources: [{ name: model, candidates: 6, negatives: 2 }, { name: BM25, candidates: 4, negatives: 1 }]
              rules: [{ name: knownPositives }]
              select: { name: uniform }
            optimizer: { name: adamW, rate: 1e-3, decay: 0.01, clip: 1.0 }
            schedule: { name: linear, warmup: 0.1, epochs: 12 }
            evaluate: { collection: collection, split: test, every: 3, measures: [nDCG@10, MRR] }
            patience: { scores: 3, minimumImprovement: 0.02 }
            checkpoint: { every: 2, keep: 2 }
            output: { folder: run, weights: best }

            """)
        ]),
      Task(
        name: "cross-encoder",
        files: scorer + first + collection + [
          rows,
          recipe(
            """
            recipe: trainCrossEncoder
            seed: 2
            model: { folder: model, maximumLength: 32 }
            data: { rows: rows.jsonl }
            batch: { groups: 4, tokens: 128 }
            loss: { name: binaryCrossEntropy }
            optimizer: { name: adamW, rate: 1e-3, decay: 0.01, clip: 1.0 }
            schedule: { name: cosine, warmup: 0.1, epochs: 8 }
            evaluate:
              { collection: collection, split: test, candidates: model, model: first, top: 8, every: 4, measures: [nDCG@10] }
            checkpoint: { every: 3, keep: 1 }
            output: { folder: run, weights: best }

            """),
        ]),
      Task(
        name: "adapters",
        files: encoder + collection + [
          rows,
          recipe(
            """
            recipe: trainBiEncoder
            seed: 3
            model: { folder: model, pooling: mean, maximumLength: 32 }
            data: { rows: rows.jsonl }
            batch: { queries: 4, tokens: 128, uniqueTexts: true }
            loss: { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
            lora: { layers: ["**.query", "**.value"], rank: 4, alpha: 8, dropout: 0.1 }
            optimizer: { name: adamW, rate: 1e-3, decay: 0.01 }
            schedule: { name: linear, warmup: 0.1, epochs: 9 }
            evaluate: { collection: collection, split: test, every: 5, measures: [nDCG@10] }
            checkpoint: { every: 2, keep: 2 }
            output: { folder: run }

            """),
        ]),
      Task(
        name: "touched rows",
        files: encoder + [
          rows,
          recipe(
            """
            recipe: trainBiEncoder
            seed: 4
            model: { folder: model, pooling: mean, maximumLength: 32 }
            data: { rows: rows.jsonl }
            batch: { queries: 3, tokens: 128, uniqueTexts: true }
            loss: { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
            optimizer: { name: adamW, rate: 1e-2, decay: 0.1, rows: touched }
            schedule: { name: linear, warmup: 0.1, epochs: 8 }
            checkpoint: { every: 1, keep: 2 }
            output: { folder: run }

            """),
        ]),
    ]
  }

  /// A run of three steps with a checkpoint after each, which makes few operations on the disk.
  package static func short(goldens: String) throws -> Task {
    Task(
      name: "three steps",
      files: try modelFiles(of: goldens + "/bert-tiny", as: "model") + collection + [
        recipe(
          """
          recipe: trainBiEncoder
          seed: 5
          model: { folder: model, pooling: mean, maximumLength: 32 }
          data: { collection: collection, split: train }
          batch: { queries: 4, tokens: 256, uniqueTexts: true }
          loss: { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
          optimizer: { name: adamW, rate: 1e-3, decay: 0.01 }
          schedule: { name: linear, warmup: 0.1, steps: 3 }
          evaluate: { collection: collection, split: test, every: 2, measures: [nDCG@10] }
          checkpoint: { every: 1, keep: 1 }
          output: { folder: run, weights: best }

          """)
      ])
  }
}
