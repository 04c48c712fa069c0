import Files
import Foundation
import JSONText
import TestSupport
import Testing

/// Commands and recipes with a model that has adapters of tasks.
@Suite(.serialized) struct TaskTests: HoneSuite {
  let folder: TemporaryFolder
  private let model = Files.join(HoneProcess.repository, "Tests/Goldens/jina-tasks-tiny")

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
  }

  private var warning: String {
    "warning: \(model) is read without the adapter of any of its tasks (retrieval.query, retrieval.passage, text-matching)"
  }

  private func encode(_ output: String, _ settings: [String] = []) throws -> HoneProcess.Ended {
    try HoneProcess.run(
      ["encode", "--quiet", "--model", model, "--input", "collection/corpus.jsonl", "--output", output] + settings,
      in: folder.path)
  }

  @Test func encodeTakesATask() throws {
    #expect(try encode("none.npy").messages == "\(warning); choose one with --task\n")
    let runs: [(name: String, settings: [String])] = [
      ("query", ["retrieval.query"]), ("passage", ["retrieval.passage"]), ("side", ["retrieval"]),
      ("asked", ["retrieval", "--as", "query"]), ("both", ["text-matching"]),
    ]
    for run in runs {
      let ended = try encode("\(run.name).npy", ["--task"] + run.settings)
      #expect(ended.status == 0 && ended.messages == "", "\(ended.messages)")
    }
    func vectors(_ name: String) throws -> [UInt8] { try Files.read(folder.file("\(name).npy")) }
    #expect(try vectors("side") == vectors("passage") && vectors("asked") == vectors("query"))
    #expect(try Set(["none", "query", "passage", "both"].map(vectors)).count == 4)
    let unknown = try encode("no.npy", ["--task", "clustering"])
    #expect(unknown.status == 65 && !Files.exists(folder.file("no.npy")))
    #expect(
      unknown.messages
        == "error: \(model): has no adapter for the task \"clustering\"; its tasks are retrieval.query, retrieval.passage, "
        + "text-matching\n")
  }

  /// The scores of a search are inner products of what `encode` gives for each side.
  @Test func searchGivesEachSideItsAdapter() throws {
    let ended = try hone(
      "search", "--quiet", "--model", model, "--corpus", "collection/corpus.jsonl", "--queries",
      "collection/queries.jsonl", "--output", "all.run", "--top", "30", "--task", "retrieval")
    #expect(ended.status == 0 && ended.messages == "", "\(ended.messages)")
    func vectors(_ input: String, _ task: String) throws -> [String: [Double]] {
      let output = "\(task).jsonl"
      let encoded = try hone(
        "encode", "--quiet", "--model", model, "--input", "collection/\(input).jsonl", "--output", output, "--task",
        task)
      #expect(encoded.status == 0)
      return try objects(output).reduce(into: [:]) { vectors, object in
        vectors[object["_id"]?.stringValue ?? ""] = object["embedding"]?.arrayValue?.compactMap(\.doubleValue)
      }
    }
    let (queries, documents) = (
      try vectors("queries", "retrieval.query"), try vectors("corpus", "retrieval.passage")
    )
    let found = try lines("all.run")
    #expect(found.count == 900)
    for line in found {
      let fields = line.split(separator: " ").map(String.init)
      let (query, document) = (try #require(queries[fields[0]]), try #require(documents[fields[2]]))
      let score = zip(query, document).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(score - (Double(fields[4]) ?? 9)) < 1e-5)
    }
    let plain = try hone(
      "search", "--quiet", "--model", model, "--corpus", "collection/corpus.jsonl", "--query", "chess", "--top", "1")
    #expect(plain.messages == "\(warning); choose one with --task\n")
  }

  @Test func aRunMergesATaskAndTrainsIt() throws {
    let settings = ["run", "recipe.yaml", "--quiet", "--set", "model.folder=\(model)"]
    let ended = try HoneProcess.run(settings + ["--set", "model.task=retrieval.passage"], in: folder.path)
    #expect(ended.status == 0, "\(ended.messages)")
    let configuration = try object("runs/small/model/config.json")
    #expect(configuration["model_type"] == "jina_embeddings_v3" && configuration["lora_adaptations"] == nil)
    let prompts = try object("runs/small/model/config_sentence_transformers.json")["prompts"]?.objectValue
    #expect(prompts?["query"] == "search query: " && prompts?["document"] == "the text: ")
    // What is written is an ordinary model.
    let search = try hone(
      "search", "--quiet", "--model", "runs/small/model", "--corpus", "collection/corpus.jsonl", "--query", "chess")
    #expect(search.status == 0 && search.messages == "")
    let plain = try HoneProcess.run(
      ["run", "recipe.yaml", "--set", "model.folder=\(model)", "--set", "output.folder=runs/plain"], in: folder.path)
    #expect(plain.status == 0)
    #expect(plain.messages.contains("is read without the adapter of any of its tasks") == true)
    #expect(try result()["weightsSHA256"] != result("runs/plain")["weightsSHA256"])
  }

  @Test(arguments: [
    (
      "retrieval",
      "has two adapters for \"retrieval\", retrieval.query and retrieval.passage, but one model has one set of"
    ),
    ("clustering", "has no adapter for the task \"clustering\"; its tasks are retrieval.query, retrieval.passage, "),
    (
      "{query: retrieval.query, document: retrieval.passage}",
      "'model.task' should be the name of one task, since a model has one set of weights for queries and documents, found a"
    ),
  ])
  func aRecipeNamesOneTask(_ task: String, _ problem: String) throws {
    let ended = try hone(
      "run", "recipe.yaml", "--set", "model.folder=\(model)", "--set", "model.task=\(task)")
    #expect(ended.status == 78 && ended.messages.contains(problem), "\(ended.messages)")
    #expect(ended.messages.contains("\n1 problem; nothing was run."))
    #expect(!Files.exists(folder.file("runs")))
  }

  @Test func inspectAndTokenizeReadTheFolder() throws {
    let inspected = try hone("inspect", model)
    #expect(inspected.status == 0 && inspected.output.contains("\nbi-encoder\n"))
    #expect(inspected.output.contains("lora_adaptations"))
    let tokens = try hone("tokenize", "--model", model, input: "find a file\n")
    #expect(tokens.status == 0 && tokens.messages == "")
  }
}
