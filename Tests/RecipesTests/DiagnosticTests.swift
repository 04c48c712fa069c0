import Testing
import Training

@testable import Recipes

/// One edit of the sample recipe and all that must be said about it.
struct BadSetting: Sendable, CustomTestStringConvertible {
  var old: String
  var new: String
  var problems: [String]

  init(_ old: String, _ new: String, _ problems: String...) {
    (self.old, self.new, self.problems) = (old, new, problems)
  }

  var testDescription: String { "\(old) → \(new)" }
}

@Suite struct DiagnosticTests {
  @Test func theSampleIsRight() throws {
    #expect(try SampleRecipe.problems { try SampleRecipe.read() } == [])
  }

  @Test(arguments: shapes + values + rules)
  func eachMistakeIsNamedInPlace(_ bad: BadSetting) throws {
    let problems = try SampleRecipe.problems { try SampleRecipe.read(replacing: bad.old, with: bad.new) }
    #expect(problems == bad.problems)
  }

  @Test func aTransformerInAFolderOfItsOwnIsCheckedThere() throws {
    func problems(_ length: Int) throws -> [String] {
      try SampleRecipe.problems {
        try SampleRecipe.read(
          replacing: "folder: $F/model", with: "folder: $F/nested", overrides: ["model.maximumLength=\(length)"])
      }
    }
    #expect(try problems(128) == [])
    #expect(try problems(129).map { $0.hasSuffix(": 129 tokens are more than the model's 128 positions") } == [true])
  }

  @Test func allMistakesAreReportedTogetherInOrder() throws {
    let text = """
      recipe: trainBiEncoder
      seed: many
      model: { folder: $F/model, pooling: average, maximumLength: 64 }
      data: [train]
      batch: { queries: 8, tokens: 16, uniqueText: yes }
      loss: { name: infoNCE, tempature: 0.05 }
      optimizer: { name: adam }
      schedule: { name: linear, warmup: 2, epochs: 1 }
      """
    // Columns on the line with the fixtures' path depend on where the repository is.
    let problems = try SampleRecipe.problems { try SampleRecipe.read(text: text) }
      .map { $0.hasPrefix("3:") ? "3:…" + $0.drop { $0 != " " } : $0 }
    #expect(
      problems == [
        "1:1: error: missing key 'output' (a section)",
        "2:1: error: 'seed' should be a whole number from 0 on, found 'many'",
        "3:… error: 'model.pooling' should be one of mean, cls, max, mean-sqrt, weighted-mean, last, or several as in cls+mean, found 'average'",
        "4:7: error: 'data' should be a section, found a list",
        "5:22: error: 'batch.tokens': 16 is less than one text of 'model.maximumLength' (64) may have",
        "5:34: error: unknown key 'batch.uniqueText'; did you mean 'uniqueTexts'?",
        "6:24: error: unknown key 'loss.tempature'; did you mean 'temperature'?",
        "7:14: error: 'optimizer.name' should be adamW, found 'adam'; did you mean 'adamW'?",
        "8:27: error: 'schedule.warmup': 2.0 is not a fraction from 0 to 1",
      ])
  }

  @Test func overridesAreCheckedLikeTheFile() throws {
    let problems = try SampleRecipe.problems {
      try SampleRecipe.read(overrides: [
        "nope", "=3", "a..b=3", "optimizer.rate.x=1", "matryoshka=null", "optimzer.rate=1", "optimizer.rate=quick",
        "loss={name: infonce}", "schedule.epochs=&x 1", "batch.queries=[",
      ])
    }
    #expect(
      problems == [
        "--set nope: error: expected path=value, as in optimizer.rate=3e-5",
        "--set =3: error: expected keys joined by dots before '=', as in optimizer.rate=3e-5",
        "--set a..b=3: error: expected keys joined by dots before '=', as in optimizer.rate=3e-5",
        "--set optimizer.rate.x=1: error: 'optimizer.rate' is no section, it holds '2e-5'",
        "--set matryoshka=null: error: there is no key 'matryoshka' to remove",
        "--set schedule.epochs=&x 1: error: an anchor; write the value out where it is used",
        "--set batch.queries=[: error: not readable as YAML: while parsing a flow node, did not find expected node content",
        "--set loss={name: infonce}: error: 'loss.name' should be one of \(Self.lossNames), "
          + "found 'infonce'; did you mean 'infoNCE'?",
        "--set optimizer.rate=quick: error: 'optimizer.rate' should be a number, found 'quick'",
        "--set optimzer.rate=1: error: unknown key 'optimzer'; did you mean 'optimizer'?",
      ])
  }

  @Test func aLongOrStrangeValueIsShortened() throws {
    let long = String(repeating: "x", count: 500)
    let problems = try SampleRecipe.problems {
      try SampleRecipe.read(replacing: "seed: 17", with: "seed: \"\\u0007\(long)\"")
    }
    let shown = "\u{FFFD}" + String(repeating: "x", count: 39) + "…"
    #expect(problems == ["2:1: error: 'seed' should be a whole number from 0 on, found the text \"\(shown)\""])
  }

  /// Shapes: keys that are missing, unknown or not of their kind.
  static let shapes: [BadSetting] = [
    BadSetting("folder: runs/sample", "", "20:12: error: missing key 'output.folder' (a text)"),
    BadSetting(
      "recipe: trainBiEncoder\n", "",
      "1:1: error: missing key 'recipe' (one of \(recipeNames))"),
    BadSetting(
      "recipe: trainBiEncoder", "recipe: trainBiencoder",
      "1:1: error: 'recipe' should be one of \(recipeNames), found 'trainBiencoder'; did you mean 'trainBiEncoder'?"
    ),
    BadSetting(
      "  pooling: mean\n", "",
      "4:3: error: missing key 'model.pooling' (one of mean, cls, max, mean-sqrt, weighted-mean, last, or several as in cls+mean)"
    ),
    BadSetting(
      "temperature: 0.05", "tempature: 0.05",
      "11:29: error: unknown key 'loss.tempature'; did you mean 'temperature'?"),
    BadSetting(
      "seed: 17", "sead: 17",
      "2:1: error: unknown key 'sead'; did you mean 'seed'?"),
    BadSetting(
      "seed: 17", "seed: 17\nfoo: { bar: 1 }",
      "3:1: error: unknown key 'foo'; the keys here are recipe, seed, precision, model, dense, data, batch, loss, matryoshka, mining, guide, "
        + "lora, optimizer, schedule, evaluate, patience, average, ema, merge, checkpoint, cache, output, export"),
    BadSetting(
      "output:    { folder: runs/sample }", "output: runs/sample",
      "20:9: error: 'output' should be a section, found 'runs/sample'"),
    BadSetting(
      "output:    { folder: runs/sample }", "output:", "20:8: error: 'output' should be a section, found nothing"),
    BadSetting(
      "output:    { folder: runs/sample }", "output: [a]", "20:9: error: 'output' should be a section, found a list"),
    BadSetting(
      "[nDCG@10, recall@100]", "nDCG@10", "18:13: error: 'evaluate.measures' should be a list, found 'nDCG@10'"),
    BadSetting(
      "[nDCG@10, recall@100]", "{ nDCG: 10 }", "18:13: error: 'evaluate.measures' should be a list, found a section"),
    BadSetting(
      "clip: 1.0 }", "clip: 1.0, rates: [1] }", "12:70: error: 'optimizer.rates' should be a section, found a list"),
    BadSetting("folder: runs/sample", "folder:", "20:14: error: 'output.folder' should be a text, found nothing"),
    BadSetting("folder: runs/sample", "folder: [a]", "20:14: error: 'output.folder' should be a text, found a list"),
    BadSetting(
      "folder: runs/sample", "folder: {a: b}", "20:14: error: 'output.folder' should be a text, found a section"),
  ]

  /// Values: one setting that does not read as what it should be.
  static let values: [BadSetting] = [
    BadSetting("seed: 17", "seed: -1", "2:1: error: 'seed' should be a whole number from 0 on, found '-1'"),
    BadSetting("seed: 17", "seed: 1.5", "2:1: error: 'seed' should be a whole number from 0 on, found '1.5'"),
    BadSetting(
      "seed: 17", "seed: \"17\"", "2:1: error: 'seed' should be a whole number from 0 on, found the text \"17\""),
    BadSetting(
      "seed: 17", "seed: 18446744073709551616",
      "2:1: error: 'seed' should be a whole number from 0 on, found '18446744073709551616'"),
    BadSetting("seed: 17", "seed: 0x11", "2:1: error: 'seed' should be a whole number from 0 on, found '0x11'"),
    BadSetting(
      "maximumLength: 64", "maximumLength: long",
      "5:3: error: 'model.maximumLength' should be a whole number, found 'long'"),
    BadSetting(
      "maximumLength: 64", "maximumLength: 6_4",
      "5:3: error: 'model.maximumLength' should be a whole number, found '6_4'"),
    BadSetting(
      "maximumLength: 64", "maximumLength: 1e2",
      "5:3: error: 'model.maximumLength' should be a whole number, found '1e2'"),
    BadSetting(
      "maximumLength: 64", "maximumLength: 99999999999999999999",
      "5:3: error: 'model.maximumLength' should be a whole number, found '99999999999999999999'"),
    BadSetting(
      "uniqueTexts: true", "uniqueTexts: yes", "10:39: error: 'batch.uniqueTexts' should be true or false, found 'yes'"),
    BadSetting(
      "uniqueTexts: true", "uniqueTexts: 1", "10:39: error: 'batch.uniqueTexts' should be true or false, found '1'"),
    BadSetting(
      "uniqueTexts: true", "uniqueTexts: 'true'",
      "10:39: error: 'batch.uniqueTexts' should be true or false, found the text \"true\""),
    BadSetting("rate: 2e-5", "rate: fast", "12:27: error: 'optimizer.rate' should be a number, found 'fast'"),
    BadSetting("rate: 2e-5", "rate: .inf", "12:27: error: 'optimizer.rate' should be a number, found '.inf'"),
    BadSetting("rate: 2e-5", "rate: nan", "12:27: error: 'optimizer.rate' should be a number, found 'nan'"),
    BadSetting("rate: 2e-5", "rate: infinity", "12:27: error: 'optimizer.rate' should be a number, found 'infinity'"),
    BadSetting("rate: 2e-5", "rate: 0x1p-3", "12:27: error: 'optimizer.rate' should be a number, found '0x1p-3'"),
    BadSetting("rate: 2e-5", "rate: 1e999", "12:27: error: 'optimizer.rate' should be a number, found '1e999'"),
    BadSetting("rate: 2e-5", "rate: 2e-5 %", "12:27: error: 'optimizer.rate' should be a number, found '2e-5 %'"),
    BadSetting("rate: 2e-5", "rate: [2e-5]", "12:27: error: 'optimizer.rate' should be a number, found a list"),
    BadSetting("rate: 2e-5", "rate: ", "12:27: error: 'optimizer.rate' should be a number, found nothing"),
    BadSetting(
      "name: linear", "name: linar",
      "13:14: error: 'schedule.name' should be one of linear, cosine, constant, found 'linar'; did you mean 'linear'?"),
    BadSetting(
      "name: linear", "name: polynomial",
      "13:14: error: 'schedule.name' should be one of linear, cosine, constant, found 'polynomial'"),
    BadSetting(
      "pooling: mean", "pooling: MEAN",
      "4:3: error: 'model.pooling' should be one of mean, cls, max, mean-sqrt, weighted-mean, last, or several as in cls+mean, found 'MEAN'; did you mean 'mean'?"
    ),
    BadSetting(
      "name: infoNCE", "name: InfoNCE",
      "11:14: error: 'loss.name' should be one of \(lossNames), found 'InfoNCE'; did you mean 'infoNCE'?"),
    BadSetting("name: adamW", "name: sgd", "12:14: error: 'optimizer.name' should be adamW, found 'sgd'"),
    BadSetting(
      "recall@100]", "recal@100]",
      "18:23: error: 'evaluate.measures' should be a measure such as nDCG@10 or recall@100, found 'recal@100'; did you mean "
        + "'recall@100'?"),
    BadSetting(
      "recall@100]", "recall]",
      "18:23: error: 'evaluate.measures' should be a measure such as nDCG@10 or recall@100, found 'recall'"),
    BadSetting(
      "recall@100]", "[1]]",
      "18:23: error: 'evaluate.measures' should be a measure such as nDCG@10 or recall@100, found a list"),
  ]

  /// Rules: settings that read well but do not make sense, alone or together.
  static let rules: [BadSetting] = [
    BadSetting(
      "folder: $F/model", "folder: $F/modell",
      "6:3: error: 'model.folder': there is no folder $F/modell; check the path"),
    BadSetting(
      "folder: $F/model", "folder: $F/empty",
      "6:3: error: 'model.folder': $F/empty: is an empty folder; fetch the model again"),
    BadSetting(
      "folder: $F/model", "folder: $F/collection",
      "6:3: error: 'model.folder': $F/collection: has no config.json; give a folder with config.json, model.safetensors "
        + "and a tokenizer"),
    BadSetting(
      "folder: $F/model", "folder: checkpoints/none-of-this-name",
      "6:3: error: 'model.folder': there is no folder checkpoints/none-of-this-name; hone fetch "
        + "OWNER/none-of-this-name brings a model of the Hub there"),
    BadSetting(
      "maximumLength: 64", "maximumLength: 129",
      "5:3: error: 'model.maximumLength': 129 tokens are more than the model's 128 positions"),
    BadSetting(
      "maximumLength: 64", "maximumLength: 2", "5:3: error: 'model.maximumLength': 2 is too small; at least 3"),
    BadSetting(
      "split: train", "split: trian",
      "8:3: error: 'data.split': $F/collection/qrels has no trian.tsv; it has dev, test, train"),
    BadSetting(
      "split: train\n  collection: $F/collection", "rows: $F/none.jsonl",
      "8:3: error: 'data.rows': there is no file $F/none.jsonl"),
    BadSetting(
      "split: train\n  collection: $F/collection", "rows: $F/collection/corpus.jsonl\n  split: train",
      "9:3: error: 'data.split': the rows come from 'data.rows' already; remove one of the two"),
    BadSetting(
      "split: train\n  collection: $F/collection", "split: train",
      "7:1: error: 'data': give 'collection', or 'rows' (a .jsonl, .tsv or .csv file)"),
    BadSetting("queries: 8", "queries: 0", "10:14: error: 'batch.queries': 0 is too small; at least 1"),
    BadSetting(
      "queries: 8", "queries: 1", "10:14: error: 'batch.queries': in-batch negatives need at least 2 queries in a step"),
    BadSetting(
      "tokens: 512", "tokens: 63",
      "10:26: error: 'batch.tokens': 63 is less than one text of 'model.maximumLength' (64) may have"),
    BadSetting("temperature: 0.05", "temperature: 0", "11:29: error: 'loss.temperature': 0.0 is not more than 0"),
    BadSetting(
      "temperature: 0.05", "temperature: 0.05, scale: 20",
      "11:1: error: 'loss': give either 'temperature' or 'scale' (1 / temperature)"),
    BadSetting(
      "{ name: infoNCE, temperature: 0.05, maskKnownPositives: true }", "{ name: triplet, margin: -1 }",
      "11:29: error: 'loss.margin': -1.0 is not more than 0"),
    BadSetting("rate: 2e-5", "rate: -2e-5", "12:27: error: 'optimizer.rate': -2e-05 is not more than 0"),
    BadSetting("decay: 0.01", "decay: -0.01", "12:39: error: 'optimizer.decay': -0.01 is less than 0"),
    BadSetting("clip: 1.0", "clip: 0", "12:52: error: 'optimizer.clip': 0.0 is not more than 0"),
    BadSetting(
      "clip: 1.0", "rates: { encoder: -1 }",
      "12:52: error: 'optimizer.rates': the factor -1.0 of encoder is less than 0"),
    BadSetting(
      "maskKnownPositives: true", "maskKnownPositives: true, symmetric: true, inBatchNegatives: false",
      "11:74: error: 'loss.symmetric': the direction from documents to queries needs in-batch negatives"),
    BadSetting(
      "clip: 1.0", "freeze: ['']",
      "12:52: error: 'optimizer.freeze': an empty beginning fits every parameter, and nothing would train"),
    BadSetting("warmup: 0.1", "warmup: 10", "13:28: error: 'schedule.warmup': 10.0 is not a fraction from 0 to 1"),
    BadSetting(", epochs: 1", "", "13:1: error: 'schedule': give either 'epochs' or 'steps'"),
    BadSetting("epochs: 1", "epochs: 1, steps: 5", "13:1: error: 'schedule': give either 'epochs' or 'steps'"),
    BadSetting("epochs: 1", "epochs: 0", "13:41: error: 'schedule.epochs': 0 is too small; at least 1"),
    BadSetting("every: 37", "every: 0", "16:3: error: 'evaluate.every': 0 is too small; at least 1"),
    BadSetting(
      "[nDCG@10, recall@100]", "[]",
      "18:3: error: 'evaluate.measures': the list is empty; name at least one measure, such as nDCG@10"),
    BadSetting(
      "[nDCG@10, recall@100]", "[nDCG@10, ndcg_cut_10]", "18:3: error: 'evaluate.measures': a measure is named twice"),
    BadSetting(
      "documents: 1500", "verdict: [test, tags]",
      "17:3: error: 'evaluate.verdict': $F/collection/qrels has no tags.tsv; it has dev, test, train"),
    BadSetting("folder: runs/sample", "folder: ''", "20:14: error: 'output.folder': the name is empty"),
    BadSetting(
      "folder: runs/sample", "folder: $F/model/config.json",
      "20:14: error: 'output.folder': $F/model/config.json is a file; name a folder"),
    BadSetting("  every: 37\n", ""),
    BadSetting(
      "folder: runs/sample", "folder: runs/sample, weights: worst",
      "20:35: error: 'output.weights' should be one of last, best, found 'worst'"),
    BadSetting(
      "output: ", "dense: { dimensions: 0 }\noutput: ",
      "20:10: error: 'dense.dimensions': 0 is too small; at least 1"),
    BadSetting(
      "output: ", "dense: { dimensions: 16385 }\noutput: ",
      "20:10: error: 'dense.dimensions': 16385 is too large; at most 16384"),
    BadSetting(
      "output: ", "dense: { dimensions: 8, activation: relu }\noutput: ",
      "20:25: error: 'dense.activation' should be one of identity, tanh, found 'relu'"),
    BadSetting(
      "output: ", "dense: { dimensions: 8 }\nmatryoshka: { dimensions: [16] }\noutput: ",
      "21:15: error: 'matryoshka.dimensions': 16 is more than the model's width of 8"),
    BadSetting(
      "output: ", "matryoshka: { dimensions: [64] }\noutput: ",
      "20:15: error: 'matryoshka.dimensions': 64 is more than the model's width of 32"),
    BadSetting(
      "output: ", "matryoshka: { dimensions: [16, 8], weights: [1] }\noutput: ",
      "20:36: error: 'matryoshka.weights': 1 weight for 2 dimensions"),
    BadSetting(
      "output: ", "checkpoint: { every: 0, keep: 0 }\noutput: ",
      "20:15: error: 'checkpoint.every': 0 is too small; at least 1",
      "20:25: error: 'checkpoint.keep': 0 is too small; at least 1"),
  ]

  private static let recipeNames = Programs.all.map { $0.name }.joined(separator: ", ")
  private static let lossNames = Losses.all.map { $0.name }.joined(separator: ", ")
}
