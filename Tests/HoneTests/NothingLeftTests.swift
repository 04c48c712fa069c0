import Files
import TestSupport
import Testing

/// After refused input there is nothing that was not there before: no folder, no lock, no cache.
@Suite struct NothingLeftTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
    try Files.copyFolder(HoneProcess.model, to: folder.file("model"))
    try Files.copyFolder(HoneProcess.crossEncoder, to: folder.file("reranker"))
    try folder.write("rows.jsonl", "{\"query\": \"find\", \"positive\": \"the file\", \"negatives\": [\"a sound\"]}\n")
    try folder.write("candidates.run", "q20 Q0 d20 1 1 first\nq20 Q0 d1 2 0 first\n")
    for (name, text) in Self.recipes { try folder.write("\(name).yaml", text) }
  }

  /// Every program, with what it reads in files that a test can spoil.
  private static let recipes = [
    "train": """
    recipe: trainBiEncoder
    seed: 17
    model:     { folder: model, pooling: mean, maximumLength: 32 }
    data:      { rows: rows.jsonl }
    batch:     { queries: 2, tokens: 40, uniqueTexts: false }
    loss:      { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01 }
    schedule:  { name: linear, warmup: 0, epochs: 1 }
    evaluate:  { collection: collection, split: dev, measures: [nDCG@10] }
    cache:     { folder: caches/all }
    output:    { folder: runs/deep/night }
    """,
    "rerank": """
    recipe: trainCrossEncoder
    seed: 17
    model:     { folder: reranker, maximumLength: 32 }
    data:      { rows: rows.jsonl }
    batch:     { groups: 2, tokens: 40 }
    loss:      { name: infoNCE, temperature: 1, maskKnownPositives: true, inBatchNegatives: false }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01 }
    schedule:  { name: linear, warmup: 0, epochs: 1 }
    output:    { folder: runs/deep/night }
    """,
    "evaluate": """
    recipe: evaluate
    model:    { folder: model }
    evaluate: { collection: collection, splits: [dev], measures: [nDCG@10] }
    cache:    { folder: caches/all }
    output:   { folder: runs/deep/night }
    """,
    "mine": """
    recipe: mineNegatives
    seed: 17
    model:   { folder: model, pooling: mean, maximumLength: 32 }
    data:    { rows: rows.jsonl }
    corpus:  collection/corpus.jsonl
    sources: [{ name: model, candidates: 5, negatives: 2 }]
    rules:   [{ name: knownPositives }]
    select:  { name: first }
    cache:   { folder: caches/all }
    output:  { folder: runs/deep/night, format: texts }
    """,
    "reduce": """
    recipe: reduceVectors
    model:      { folder: model }
    dimensions: [4]
    whiten:     false
    evaluate:   { collection: collection, splits: [dev], measures: [nDCG@10] }
    cache:      { folder: caches/all }
    output:     { folder: runs/deep/night }
    """,
    "scoring": """
    recipe: scoreRows
    model:  { folder: reranker }
    data:   { rows: rows.jsonl }
    output: { folder: runs/deep/night, format: texts }
    """,
    "pipeline": """
    recipe: evaluateReranking
    retriever: { folder: model }
    reranker:  { folder: reranker }
    top: 5
    evaluate:  { collection: collection, splits: [dev], measures: [nDCG@10] }
    cache:     { folder: caches/all }
    output:    { folder: runs/deep/night }
    """,
    "compare": """
    recipe: comparePrecisions
    model:     { folder: reranker }
    retriever: { folder: model }
    precision: int8
    top: 5
    evaluate:  { collection: collection, splits: [dev], measures: [nDCG@10] }
    cache:     { folder: caches/all }
    output:    { folder: runs/deep/night }
    """,
    "calibrate": """
    recipe: calibrate
    model:      { folder: reranker }
    data:       { collection: collection, split: dev }
    candidates: { name: run, file: candidates.run, top: 3 }
    method: platt
    bins: 10
    output:     { folder: runs/deep/night }
    """,
  ]

  /// What is in a folder, at any depth.
  private func content(of path: String = "") throws -> [String] {
    try Files.list(folder.file(path)).flatMap { name -> [String] in
      let inner = Files.join(path, name)
      return try [inner] + (Files.isFolder(folder.file(inner)) ? content(of: inner) : [])
    }
  }

  private func expectRefusal(_ arguments: [String], _ status: Int32) throws {
    let before = try content()
    let ended = try HoneProcess.run(arguments, in: folder.path)
    #expect(ended.status == status, "\(arguments): \(ended.messages)")
    #expect(try content() == before, "\(arguments)")
  }

  @Test(arguments: [
    ("train", "rows.jsonl"), ("train", "collection/corpus.jsonl"), ("train", "collection/qrels/dev.tsv"),
    ("train", "model/model.safetensors"), ("rerank", "rows.jsonl"), ("rerank", "reranker/model.safetensors"),
    ("evaluate", "collection/queries.jsonl"), ("evaluate", "model/tokenizer.json"), ("mine", "rows.jsonl"),
    ("mine", "collection/corpus.jsonl"), ("mine", "model/model.safetensors"), ("reduce", "collection/corpus.jsonl"),
    ("reduce", "model/model.safetensors"), ("scoring", "rows.jsonl"), ("scoring", "reranker/model.safetensors"),
    ("pipeline", "collection/corpus.jsonl"), ("pipeline", "reranker/model.safetensors"),
    ("pipeline", "model/model.safetensors"), ("calibrate", "candidates.run"),
    ("calibrate", "reranker/model.safetensors"), ("compare", "collection/corpus.jsonl"),
    ("compare", "reranker/model.safetensors"), ("compare", "model/model.safetensors"),
  ])
  func aSpoiltInputLeavesNothing(_ recipe: String, _ file: String) throws {
    try folder.write(file, "{\"this is\": not what it must be\n")
    try expectRefusal(["run", "\(recipe).yaml"], 65)
    try expectRefusal(["run", "\(recipe).yaml", "--resume"], 65)
  }

  @Test(arguments: recipes.keys.sorted())
  func aBadRecipeLeavesNothing(_ recipe: String) throws {
    try expectRefusal(["run", "\(recipe).yaml", "--set", "colour=red"], 78)
  }

  @Test func anInputThatIsGoneLeavesNothing() throws {
    try Files.remove(folder.file("model/model.safetensors"))
    try expectRefusal(["run", "train.yaml"], 78)
    try expectRefusal(["run", "evaluate.yaml"], 78)
  }

  @Test func aSettingThatOnlyTheModelKnowsLeavesNothing() throws {
    try expectRefusal(["run", "train.yaml", "--set", "optimizer.freeze=[embedings]"], 78)
  }

  @Test func aFolderThatWasThereStaysAsItWas() throws {
    try Files.makeFolder(folder.file("runs/deep/night"))
    try folder.write("rows.jsonl", "{}\n")
    try expectRefusal(["run", "train.yaml"], 65)
    try folder.write("runs/deep/night/thesis.txt", "mine")
    try expectRefusal(["run", "evaluate.yaml"], 73)
  }

  @Test(arguments: ["npy", "safetensors", "jsonl"])
  func commandsLeaveNothing(_ form: String) throws {
    try folder.write("texts.jsonl", "{\"_id\": \"a\", \"text\": \"chess\"}\nspoilt\n")
    let encode = ["encode", "--model", "model", "--cache", "caches/all"]
    try expectRefusal(encode + ["--input", "texts.jsonl", "--output", "v.\(form)"], 65)
    let corpus = "collection/corpus.jsonl"
    // The folder of the output is missing, which is said before the texts are encoded.
    try expectRefusal(encode + ["--input", corpus, "--output", "none/v.\(form)"], 73)
    // What is read is never replaced.
    try expectRefusal(["encode", "--model", "model", "--input", corpus, "--output", "./collection/../\(corpus)"], 73)
    try expectRefusal(["encode", "--model", "model", "--input", corpus, "--output", "model/model.safetensors"], 73)
    let search = ["search", "--model", "model", "--cache", "caches/all", "--queries", "texts.jsonl"]
    try expectRefusal(search + ["--corpus", corpus, "--output", "s.run"], 65)
    try expectRefusal(search + ["--corpus", "texts.jsonl", "--output", "s.run"], 65)
    let rerank = ["rerank", "--model", "reranker", "--corpus", corpus, "--queries", "collection/queries.jsonl"]
    try expectRefusal(rerank + ["--run", "texts.jsonl", "--output", "r.run"], 65)
  }
}
