import Datasets
import Files
import JSONText
import Recipes
import Runs
import TestSupport
import Testing

@testable import Projects

/// Whole projects: the folder, its recipes, and what refused input leaves behind.
@Suite struct InitToolTests {
  private let folder = TemporaryFolder()
  private static let model = Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny")
  private static let words = [
    "search", "query", "text", "word", "find", "file", "image", "sound", "game", "play", "chess", "board",
  ]

  private func row(_ number: Int) -> (query: String, document: String) {
    let words = (0..<6).map { Self.words[(number * (2 * $0 + 5) + $0 * $0 + number / 12) % 12] }
    return (
      "\(words[0]) \(words[1]) \(number)",
      "the \(words[2]) of \(words[3]) \(words[4]) \(words[5]) is number \(number * 7)"
    )
  }

  private func table(_ count: Int) -> String {
    "question,answer\n" + (0..<count).map { "\(row($0).query),\(row($0).document)\n" }.joined()
  }

  private func make(
    _ files: [String], into: String = "project", corpus: String? = nil, columns: ColumnWishes = ColumnWishes(),
    warnings: (String) -> Void = { _ in }
  ) throws -> InitTool.Project {
    try withoutActuallyEscaping(warnings) { warn in
      try InitTool(
        files: files.map { folder.file($0) }, into: folder.file(into), corpus: corpus.map { folder.file($0) },
        columns: columns,
        model: BaseModel(Self.model), seed: 17, report: { if case .warning(let text) = $0 { warn(text) } })()
    }
  }

  private func text(_ file: String) throws -> String {
    String(decoding: try Files.read(folder.file(file)), as: UTF8.self)
  }

  @Test func aTableBecomesAProjectThatIsValid() throws {
    try folder.write("faq.csv", table(60))
    let project = try make(["faq.csv"])
    #expect(project.recipe == folder.file("project/adapt.yaml"))
    #expect(
      try Files.list(folder.file("project")) == ["adapt.yaml", "collection", "split.json"])
    let collection = try Collection(folder: folder.file("project/collection"))
    #expect(collection.splits == ["dev", "test", "train"])
    #expect(collection.corpus.documents.count == 60)
    let rows = try TrainingRows(collection: collection, split: "train").rows
    let judged = try ["dev", "test"].map { try collection.judgments(split: $0).topics.count }
    #expect(rows.count + judged.reduce(0, +) == 60)
    // Everything that a run needs is there, and every key is known.
    let recipe = try RecipeFile(project.recipe)
    #expect(recipe.resolved.contains("recipe: trainBiEncoder\n"))
    #expect(!recipe.resolved.contains("mining:"))
    let summary = try #require(try JSONReader.parse(Files.read(folder.file("project/split.json"))).objectValue)
    #expect(summary["seed"] == 17)
    let numbers = try #require(summary["queries"]?.objectValue)
    #expect(numbers["train"] == JSONValue(rows.count))
  }

  @Test func moreRowsAreMinedFor() throws {
    try folder.write("faq.csv", table(400))
    let recipe = try RecipeFile(make(["faq.csv"]).recipe)
    #expect(recipe.resolved.contains("mining:\n"))
    #expect(recipe.resolved.contains("negatives: 1\n"))
    #expect(try text("project/mine.yaml").contains("recipe: mineNegatives\n"))
    #expect(try text("project/rerank.yaml").contains("recipe: trainCrossEncoder\n"))
  }

  @Test func theOtherRecipesAreValidOnceTheirModelsAreThere() throws {
    try folder.write("faq.csv", table(400))
    _ = try make(["faq.csv"])
    try Files.copyFolder(Self.model, to: folder.file("project/runs/adapt/model"))
    #expect(try RecipeFile(folder.file("project/mine.yaml")).resolved.contains("recipe: mineNegatives\n"))
    try folder.write("project/runs/mine/rows.jsonl", "{\"query\": \"a\", \"positive\": \"b\"}\n")
    #expect(try RecipeFile(folder.file("project/rerank.yaml")).resolved.contains("recipe: trainCrossEncoder\n"))
  }

  @Test func theSameFilesGiveTheSameCollection() throws {
    try folder.write("faq.csv", table(80))
    _ = try make(["faq.csv"], into: "one")
    _ = try make(["faq.csv"], into: "two")
    for name in ["corpus.jsonl", "queries.jsonl", "qrels/train.tsv", "qrels/dev.tsv", "qrels/test.tsv"] {
      #expect(try text("one/collection/\(name)") == text("two/collection/\(name)"))
    }
  }

  @Test func rowsAreCountedByWhatIsWrongWithThem() throws {
    let extra = """
      \(row(3).query),\(row(3).document)
      \(row(4).query.uppercased()),\(row(4).document)!
      ,an answer without a question
      a question without an answer,
      the same text,The same text.

      """
    try folder.write("faq.csv", table(40) + extra)
    let project = try make(["faq.csv"])
    let found = try #require(try JSONReader.parse(Array(project.outcome.json.utf8)).objectValue?["found"]?.objectValue)
    #expect(found["rows"] == 45)
    #expect(found["duplicates"] == 2)
    #expect(found["empty"] == 2)
    #expect(found["identical"] == 1)
  }

  @Test func labelsDecideWhatIsRelevantAndContradictionsAreCounted() throws {
    var log = "query\ttitle\tclicks\n"
    for number in 0..<40 {
      log += "\(row(number).query)\t\(row(number).document)\t\(number + 1)\n"
      log += "\(row(number).query)\t\(row((number + 5) % 40).document)\t0\n"
    }
    log += "\(row(0).query)\t\(row(0).document)\t0\n"
    try folder.write("log.tsv", log)
    let project = try make(["log.tsv"])
    let found = try #require(try JSONReader.parse(Array(project.outcome.json.utf8)).objectValue?["found"]?.objectValue)
    #expect(found["conflicts"] == 1)
    let collection = try Collection(folder: folder.file("project/collection"))
    #expect(
      try TrainingRows(collection: collection, split: "train").rows.allSatisfy { row in
        (0..<40).contains { self.row($0).query == row.query && self.row($0).document == row.positive }
      })
  }

  @Test func aCorpusGivesTheTextsOfIdentifiersAndMoreDocuments() throws {
    try folder.write(
      "products.csv", "id,title,text\n" + (0..<50).map { "p\($0),name \($0),\(row($0).document)\n" }.joined())
    try folder.write(
      "log.csv", "query,product_id\n" + (0..<30).map { "\(row($0).query),p\($0)\n" }.joined() + "lost,p999\n")
    let project = try make(["log.csv"], corpus: "products.csv")
    let collection = try Collection(folder: folder.file("project/collection"))
    #expect(collection.corpus.documents.count == 50)
    #expect(collection.corpus["p7"] == Document(id: "p7", title: "name 7", text: row(7).document))
    #expect(project.outcome.lines.contains { $0.contains("1 whose document or query is not there") })
  }

  @Test func aCollectionIsSplitAnew() throws {
    var (corpus, queries, judgments) = ("", "", "query-id\tcorpus-id\tscore\n")
    for number in 0..<30 {
      corpus += "{\"_id\": \"d\(number)\", \"title\": \"\", \"text\": \"\(row(number).document)\"}\n"
      queries += "{\"_id\": \"q\(number)\", \"text\": \"\(row(number).query)\"}\n"
      judgments += "q\(number)\td\(number)\t1\n"
    }
    try folder.write("beir/corpus.jsonl", corpus)
    try folder.write("beir/queries.jsonl", queries)
    try folder.write("beir/qrels/test.tsv", judgments)
    _ = try make(["beir"])
    let collection = try Collection(folder: folder.file("project/collection"))
    #expect(collection.splits == ["dev", "test", "train"])
    #expect(
      try collection.judgments(split: "test").topics.allSatisfy {
        $0.query.dropFirst() == $0.grades[0].document.dropFirst()
      })
  }

  @Test(arguments: [
    ("three.csv", "question,answer\na b,c d\ne f,g h\ni j,k l\n", "three.csv: expected at least 20 different queries"),
    ("one.csv", "question\na b\nc d\n", "found one column"),
    (
      "zeros.csv", "query,document,label\na b,c d,0\ne f,g h,0\n",
      "zeros.csv: no row has a relevant document, all labels are 0"
    ),
    ("empty.csv", "", "expected rows, found none"),
    ("label.csv", "query,document,label\na b,c d,0\ne f,g h,1\n", "expected at least 20"),
  ])
  func refusedInputLeavesNothingBehind(name: String, text: String, message: String) throws {
    try folder.write("data/\(name)", text)
    do {
      _ = try make(["data/\(name)"])
      Issue.record("no error")
    } catch let error as any UserFacingError {
      #expect(error.kind == .badData)
      #expect(error.description.contains(message), "\(error)")
    }
    #expect(try Files.list(folder.path) == ["data"])
  }

  @Test func aFolderWithContentIsLeftAlone() throws {
    try folder.write("faq.csv", table(40))
    try folder.write("project/notes.txt", "mine")
    let error = #expect(throws: ProjectError.self) { try make(["faq.csv"]) }
    #expect(error?.kind == .cannotCreate)
    #expect(try Files.list(folder.file("project")) == ["notes.txt"])
    #expect(throws: ProjectError.self) { try make(["faq.csv"], into: ".") }
  }

  @Test func modelsAreNamedOrFolders() throws {
    #expect(try BaseModel("all-MiniLM-L6-v2").hubName == "sentence-transformers/all-MiniLM-L6-v2")
    #expect(try BaseModel("BAAI/bge-small-en-v1.5").folder == "checkpoints/bge-small-en-v1.5")
    #expect(try BaseModel(Self.model).hubName == nil)
    #expect(throws: ProjectError.self) { try BaseModel("runs/nothing") }
    #expect(throws: ProjectError.self) { try BaseModel("../nowhere/else") }
  }

  @Test(arguments: [
    ("runs/a", "runs/a"), ("a b/c", "\"a b/c\""), ("-x/y", "\"-x/y\""), ("#1/x", "\"#1/x\""), ("12", "\"12\""),
  ])
  func pathsAreQuotedInRecipesWhereTheyMustBe(path: String, yaml: String) {
    #expect(RecipeTexts.yaml(path) == yaml)
  }

  @Test func pathsAreQuotedInCommandsWhereTheyMustBe() {
    #expect(RecipeTexts.shell("faq/adapt.yaml") == "faq/adapt.yaml")
    #expect(RecipeTexts.shell("my faq's/adapt.yaml") == "'my faq'\\''s/adapt.yaml'")
  }
}
