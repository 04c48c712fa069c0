import Files
import JSONText
import TestSupport
import Testing

/// Smaller vectors as users make them: a recipe in, a model folder for each width and a report out.
@Suite(.serialized) struct ReductionTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
    try Files.write(Self.recipe, to: folder.file("small.yaml"))
  }

  private static let recipe = """
    recipe: reduceVectors
    model:      { folder: "\(HoneProcess.model)" }
    dimensions: [16, 4]
    whiten:     false
    evaluate:   { collection: collection, splits: [test, dev], measures: [nDCG@10, recall@5] }
    output:     { folder: runs/small }

    """

  /// The vectors of the corpus' documents as `hone encode` gives them.
  private func vectors(_ model: String) throws -> [[Double]] {
    let ended = try hone(
      "encode", "--model", model, "--input", "collection/corpus.jsonl", "--output", "vectors.jsonl", "--as", "document")
    #expect(ended.status == 0, "\(ended.messages)")
    return try Files.read(folder.file("vectors.jsonl")).split(separator: UInt8(ascii: "\n")).map { line in
      let members = try JSONReader.parse(Array(line)).objectValue?.members ?? []
      return members.compactMap { $0.value.arrayValue?.compactMap(\.doubleValue) }.first ?? []
    }
  }

  @Test func eachWidthBecomesAModelThatSearches() throws {
    let ended = try hone("run", "small.yaml")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(
      ended.lines.first
        == "dimensions  bytes a vector  variance  test nDCG@10  test recall@5  dev nDCG@10  dev recall@5  model")
    #expect(ended.lines.count > 4 && ended.lines[1].hasSuffix("  as it was"))
    #expect(ended.lines[2].hasSuffix("  runs/small/model-16") && ended.lines[3].hasSuffix("  runs/small/model-4"))
    #expect(ended.lines.last?.hasPrefix("components of 30 vectors in ") == true, "\(ended.output)")

    let result = try object("runs/small/result.json")
    #expect(result["vectors"] == 30 && result["whitened"] == false)
    let full = try #require(result["full"]?.objectValue)
    #expect(full["dimensions"] == 32 && full["bytes"] == 128 && full["scores"]?.arrayValue?.count == 4)
    let models = try #require(result["models"]?.arrayValue).compactMap(\.objectValue)
    #expect(models.compactMap { $0["bytes"]?.integerValue } == [64, 16])
    let shares = models.compactMap { $0["explainedVariance"]?.doubleValue }
    #expect(shares.count == 2 && shares[0] > shares[1] && shares[1] > 0.2 && shares[0] <= 1, "\(shares)")

    // What the recipe scored is what the exported models find.
    for (model, width) in zip(models, [16, 4]) {
      let path = try #require(model["folder"]?.stringValue)
      let vectors = try vectors(path)
      #expect(vectors.count == 30)
      #expect(vectors.allSatisfy { $0.count == width && abs($0.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5 })
      try Files.write(
        """
        recipe: evaluate
        model:    { folder: \(path) }
        evaluate: { collection: collection, splits: [test, dev], measures: [nDCG@10, recall@5] }
        output:   { folder: runs/check-\(width) }

        """, to: folder.file("check.yaml"))
      let checked = try hone("run", "check.yaml")
      #expect(checked.status == 0, "\(checked.messages)")
      let scores = try object("runs/check-\(width)/result.json")["scores"]?.arrayValue?
        .compactMap { $0.objectValue?["value"]?.doubleValue }
      let reported = model["comparisons"]?.arrayValue?.compactMap { $0.objectValue?["tuned"]?.doubleValue }
      #expect(scores == reported && scores?.count == 4)
    }
    let modules = try JSONReader.parse(Files.read(folder.file("runs/small/model-4/modules.json"))).arrayValue
    #expect(
      modules?.compactMap { $0.objectValue?["path"]?.stringValue } == ["", "1_Pooling", "2_Dense", "3_Normalize"])
    let dense = try object("runs/small/model-4/2_Dense/config.json")
    #expect(dense["in_features"] == 32 && dense["out_features"] == 4 && dense["bias"] == false)
    #expect(dense["activation_function"] == "torch.nn.modules.linear.Identity")
    let card = String(decoding: try Files.read(folder.file("runs/small/model-4/README.md")), as: UTF8.self)
    #expect(card.contains("`bert-tiny` reduced to 4 dimensions with Hone"))
    #expect(card.contains("| explained variance | "))
    #expect(try object("runs/small/model-4/hone.json")["data"]?.arrayValue?.count == 1)
  }

  @Test func theSameModelsAtAnyThreadCountWhitenedOrNot() throws {
    for whiten in ["false", "true"] {
      for threads in ["1", "2"] {
        let ended = try hone(
          "run", "small.yaml", "--set", "whiten=\(whiten)", "--set", "output.folder=\(whiten)\(threads)", "--threads",
          threads)
        #expect(ended.status == 0, "\(ended.messages)")
      }
      let weights = try ["1", "2"].map {
        try Files.read(folder.file("\(whiten)\($0)/model-16/2_Dense/model.safetensors"))
      }
      #expect(weights[0] == weights[1])
    }
    #expect(
      try Files.read(folder.file("false1/model-4/2_Dense/model.safetensors"))
        != Files.read(folder.file("true1/model-4/2_Dense/model.safetensors")))
    // Whitened coordinates have the same spread in every dimension, up to the division by the length.
    let columns = try vectors("true1/model-4")
    let spreads = (0..<4).map { column in columns.reduce(0) { $0 + $1[column] * $1[column] } }
    #expect((spreads.max() ?? 0) < 3 * (spreads.min() ?? 0), "\(spreads)")
  }

  @Test func aCorpusOfItsOwnNeedsNoEvaluation() throws {
    let ended = try hone(
      "run", "small.yaml", "--set", "evaluate=null", "--set", "corpus=collection/corpus.jsonl", "--set",
      "dimensions=[32]", "--set", "model.folder=\(HoneProcess.model)")
    // All 32 numbers of 30 vectors cannot be components.
    #expect(ended.status == 65)
    #expect(ended.messages.contains("30 vectors vary along 29 directions at most, which does not give 32 dimensions"))
    #expect(!Files.exists(folder.file("runs/small/model-32")) && !Files.exists(folder.file("runs/small/result.json")))

    let second = try hone(
      "run", "small.yaml", "--set", "evaluate=null", "--set", "corpus=collection/corpus.jsonl", "--set",
      "dimensions=[8]")
    #expect(second.status == 0, "\(second.messages)")
    #expect(second.lines.first == "dimensions  bytes a vector  variance  model")
    #expect(second.lines.count == 6, "\(second.output)")
    // A reduced model is a model: it can be reduced again, to less than it has.
    let third = try hone(
      "run", "small.yaml", "--set", "model.folder=runs/small/model-8", "--set", "dimensions=[9]", "--set",
      "output.folder=runs/again")
    #expect(third.status == 78)
    #expect(third.messages.contains("'dimensions': 9 is more than the 8 numbers of the model's vectors"))
    let fourth = try hone(
      "run", "small.yaml", "--set", "model.folder=runs/small/model-8", "--set", "dimensions=[3]", "--set",
      "output.folder=runs/again")
    #expect(fourth.status == 0, "\(fourth.messages)")
    #expect(try vectors("runs/again/model-3").map(\.count) == Array(repeating: 3, count: 30))
  }

  @Test func textsThatDoNotVaryEnoughAreToldOf() throws {
    func run(_ texts: [String], _ edits: String...) throws -> HoneProcess.Ended {
      let lines = texts.enumerated().map { "{\"_id\": \"d\($0)\", \"text\": \"\($1)\"}\n" }
      try Files.write(lines.joined(), to: folder.file("corpus.jsonl"))
      let arguments = ["run", "small.yaml", "--set", "evaluate=null", "--set", "corpus=corpus.jsonl"]
      return try HoneProcess.run(arguments + edits.flatMap { ["--set", $0] }, in: folder.path)
    }
    let few = (0..<30).map { ["chess", "packet network", "fast sound"][$0 % 3] }
    let whitened = try run(few, "dimensions=[4]", "whiten=true")
    #expect(whitened.status == 65)
    #expect(
      whitened.messages.contains("the 30 vectors vary along 2 of 32 directions only, so whitening to 4 dimensions"),
      "\(whitened.messages)")
    #expect(!Files.exists(folder.file("runs/small/model-4")))
    #expect(try run(few, "dimensions=[4]", "whiten=false").status == 0)
    let same = try run([String](repeating: "chess", count: 30), "dimensions=[4]", "output.folder=runs/same")
    #expect(same.status == 65 && same.messages.contains("the 30 vectors are all the same"), "\(same.messages)")
  }

  @Test(arguments: [
    (["dimensions=[]"], "'dimensions': the list is empty; name at least one dimension"),
    (["dimensions=[4, 4]"], "'dimensions': dimensions are different whole numbers from 1 on"),
    (["dimensions=[0]"], "'dimensions': dimensions are different whole numbers from 1 on"),
    (["dimensions=[64, 8]"], "'dimensions': 64 is more than the 32 numbers of the model's vectors"),
    (
      ["evaluate=null"],
      "'corpus': there are no texts to find components on; give 'corpus' (a corpus.jsonl) or 'evaluate'"
    ),
    (["corpus=none.jsonl"], "'corpus': there is no file none.jsonl"),
    (["evaluate.splits=[]"], "'evaluate.splits': the list is empty; name at least one split"),
    (["whiten=maybe"], "'whiten' should be true or false, found 'maybe'"),
  ])
  func wrongSettingsAreTold(_ edits: [String], _ message: String) throws {
    let ended = try HoneProcess.run(["validate", "small.yaml"] + edits.flatMap { ["--set", $0] }, in: folder.path)
    #expect(ended.status == 78)
    #expect(ended.messages.contains(message), "\(ended.messages)")
    #expect(!Files.exists(folder.file("runs")))
  }
}
