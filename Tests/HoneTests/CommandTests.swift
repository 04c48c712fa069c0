import Files
import Foundation
import JSONText
import TestSupport
import Testing

/// Every command through the built executable: what it prints where, and its exit code.
@Suite(.serialized) struct CommandTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
  }

  private func json(_ ended: HoneProcess.Ended) throws -> JSONValue {
    try JSONReader.parse(Array(ended.output.utf8))
  }

  private static let commands = [
    "adapt", "init", "run", "validate", "recipe", "keys", "fetch", "inspect", "tokenize", "encode", "search", "rerank",
    "score", "evaluate", "models",
  ]

  @Test(arguments: [""] + commands)
  func helpShowsAnExample(_ command: String) throws {
    let ended = try HoneProcess.run((command.isEmpty ? [] : [command]) + ["--help"])
    #expect(ended.status == 0)
    #expect(ended.output.contains("EXAMPLES:\n"))
    #expect(ended.output.contains("hone \(command)"))
    #expect(ended.messages == "")
  }

  /// The manual page is made of what the program tells of itself.
  @Test func everythingShownHasAnAbstract() throws {
    let help = try #require(try json(HoneProcess.run(["--experimental-dump-help"])).objectValue)
    var commands = [(path: "hone", content: try #require(help["command"]?.objectValue))]
    var found = 0
    while let (path, command) = commands.popLast() {
      found += 1
      #expect(command["abstract"]?.stringValue?.hasSuffix(".") == true, "\(path)")
      for argument in command["arguments"]?.arrayValue ?? [] {
        guard let argument = argument.objectValue, argument["shouldDisplay"]?.boolValue == true else { continue }
        let name = argument["valueName"]?.stringValue ?? ""
        // The library's own command `help` has a positional argument without one.
        guard path != "hone help" else { continue }
        #expect(argument["abstract"]?.stringValue?.isEmpty == false, "\(path) \(name)")
      }
      for subcommand in command["subcommands"]?.arrayValue ?? [] {
        let subcommand = try #require(subcommand.objectValue)
        commands.append(("\(path) \(try #require(subcommand["commandName"]?.stringValue))", subcommand))
      }
    }
    // The program and `help` beside its commands.
    #expect(found == Self.commands.count + 2)
  }

  @Test func versionIsPrinted() throws {
    let ended = try hone("--version")
    #expect(ended.output == "0.1.0\n")
    #expect(ended.status == 0)
  }

  @Test(arguments: [
    ["fly"], ["run"], ["run", "a", "b"], ["search", "--model", "m", "--corpus", "c"],
    ["search", "--model", "m", "--corpus", "c", "--query", "q", "--top", "0"], ["encode", "--model", "m"],
    ["run", "recipe.yaml", "--threads", "0"], ["evaluate", "--qrels", "q"], ["score"],
    ["rerank", "--model", "m", "--corpus", "c", "--queries", "q", "--run", "r"],
    ["rerank", "--model", "m", "--corpus", "c", "--queries", "q", "--run", "r", "--output", "o", "--top", "0"],
    ["init"], ["adapt"], ["init", "-"], ["init", "a.csv", "--seed", "x"],
    ["tokenize", "--model", "m", "--maximum-length", "x"], ["fetch"], ["fetch", "a/b", "c/d"],
  ])
  func wrongUsageIsToldOnStandardError(_ arguments: [String]) throws {
    let ended = try HoneProcess.run(arguments, in: folder.path)
    #expect(ended.status == 64)
    #expect(ended.output == "")
    #expect(ended.messages.hasPrefix("Error: "))
  }

  // MARK: - Recipes

  @Test func validatePrintsTheSettingsInEffect() throws {
    let ended = try hone("validate", "recipe.yaml", "--resolved", "--set", "optimizer.rate=3e-5")
    #expect(ended.status == 0)
    #expect(ended.output.contains("\n  rate: 3e-05  # --set\n"))
    #expect(try hone("validate", "recipe.yaml").output == "recipe.yaml: valid\n")
    #expect(try hone("validate", "recipe.yaml", "--quiet").output == "")
    #expect(try json(hone("validate", "recipe.yaml", "--json")).objectValue?["status"] == "valid")
  }

  @Test func keysAreListedForPeopleEditorsAndPrograms() throws {
    let listed = try hone("keys", "trainBiEncoder")
    #expect(listed.status == 0 && listed.messages == "")
    let rate = "\noptimizer.rate: number, default 2e-05\n    The peak learning rate of the schedule.\n"
    #expect(listed.output.contains(rate))
    let all = try json(hone("keys", "--json")).objectValue?["programs"]?.arrayValue
    #expect(all?.count == 10)
    #expect(try json(hone("keys", "--schema")).objectValue?["type"] == "object")
    #expect(try hone("keys", "scoreRows", "--markdown").output.hasPrefix("### scoreRows\n"))
    let wrong = try hone("keys", "trainBiencoder")
    #expect(wrong.status == 64 && wrong.output == "")
    #expect(wrong.messages.contains("there is no recipe of the kind 'trainBiencoder'; did you mean trainBiEncoder?"))
    #expect(try hone("keys", "--json", "--schema").status == 64)
  }

  @Test func aTemplateIsARecipe() throws {
    let template = try hone("recipe", "trainBiEncoder")
    #expect(template.status == 0)
    try Files.write(template.output, to: folder.file("mine.yaml"))
    let checked = try hone("validate", "mine.yaml", "--set", "model.folder=\(HoneProcess.model)")
    #expect(checked.status == 78 && checked.messages.contains("there is no folder data/my-collection"))
    #expect(!checked.messages.contains("unknown key") && !checked.messages.contains("missing key"))
    #expect(try hone("recipe", "none").status == 64)
    #expect(try hone("recipe").status == 64)
  }

  @Test func validateListsEveryProblem() throws {
    let ended = try hone("validate", "recipe.yaml", "--set", "batch.queries=0", "--set", "loss.scale=20")
    #expect(ended.status == 78)
    #expect(ended.output == "")
    #expect(
      ended.messages == """
        recipe.yaml:6:1: error: 'loss': give either 'temperature' or 'scale' (1 / temperature)
        --set batch.queries=0: error: 'batch.queries': 0 is too small; at least 1
        2 problems; nothing was run.

        """)
    #expect(try hone("run", "recipe.yaml", "--set", "batch.queries=0").status == 78)
    #expect(!Files.exists(folder.file("runs")))
  }

  @Test func aMissingRecipeIsMissingInput() throws {
    let ended = try hone("run", "recpe.yaml")
    #expect(ended.status == 66)
    #expect(ended.messages == "error: cannot read the recipe recpe.yaml: no such file; give a YAML file\n")
  }

  // MARK: - Tokens

  @Test func tokenizeReadsLines() throws {
    let ended = try hone("tokenize", "--model", HoneProcess.model, input: "Find a file\n\nchess boarding")
    #expect(
      ended.lines == [
        #"{"ids":[2,76,20,78,3],"types":[0,0,0,0,0],"tokens":["[CLS]","find","a","file","[SEP]"]}"#,
        #"{"ids":[2,3],"types":[0,0],"tokens":["[CLS]","[SEP]"]}"#,
        ###"{"ids":[2,83,84,96,3],"types":[0,0,0,0,0],"tokens":["[CLS]","chess","board","##ing","[SEP]"]}"###,
      ])
    #expect(ended.status == 0)
  }

  @Test func tokenizeReadsJSONAndPairs() throws {
    let lines = #"{"text": "find\na"}"# + "\n\"a file\"\n"
    let first = try hone("tokenize", "--model", HoneProcess.model, input: lines)
    #expect(first.lines.map { $0.prefix(17) } == [#"{"ids":[2,76,20,3"#, #"{"ids":[2,20,78,3"#].map { $0.prefix(17) })
    let plain = try hone("tokenize", "--model", HoneProcess.model, "--pair", input: "find\tfile\n")
    let json = try hone(
      "tokenize", "--model", HoneProcess.model, "--pair", input: #"{"query": "find", "document": "file"}"# + "\n")
    #expect(
      plain.lines == [#"{"ids":[2,76,3,78,3],"types":[0,0,0,1,1],"tokens":["[CLS]","find","[SEP]","file","[SEP]"]}"#])
    #expect(plain.output == json.output)
  }

  @Test func tokenizeCutsAtTheModelsLimitOrAnother() throws {
    let long = String(repeating: "a ", count: 100) + "\n"
    func count(_ more: String...) throws -> Int? {
      let ended = try HoneProcess.run(["tokenize", "--model", HoneProcess.model] + more, input: long)
      return try json(ended).objectValue?["ids"]?.arrayValue?.count
    }
    #expect(try count() == 64)
    #expect(try count("--maximum-length", "10") == 10)
  }

  @Test func tokenizeNamesTheLine() throws {
    let broken = try hone("tokenize", "--model", HoneProcess.model, input: "{\"text\": \"a\"}\n{\"txt\": 3}\n")
    #expect(broken.status == 65)
    #expect(broken.messages == "error: standard input:2: expected an object with \"text\", each a string\n")
    let pair = try hone("tokenize", "--model", HoneProcess.model, "--pair", input: "only one\n")
    #expect(pair.messages == "error: standard input:1: expected two texts separated by a tab, found 1 text\n")
  }

  // MARK: - Vectors

  @Test func encodeWritesTheSameVectorsInEveryForm() throws {
    let input = "{\"_id\": \"b\", \"text\": \"find a file\"}\n{\"_id\": \"a\", \"title\": \"chess\", \"text\": \"\"}\n"
    try Files.write(input, to: folder.file("texts.jsonl"))
    for name in ["v.safetensors", "v.npy", "v.jsonl"] {
      let ended = try hone("encode", "--model", HoneProcess.model, "--input", "texts.jsonl", "--output", name)
      #expect(ended.status == 0)
      #expect(ended.output == "\(name): 2 vectors of 32 numbers\n")
    }
    let safetensors = try Files.read(folder.file("v.safetensors"))
    let numbers = Array(safetensors.suffix(2 * 32 * 4))
    let header = String(decoding: safetensors.dropFirst(8).dropLast(2 * 32 * 4), as: UTF8.self)
    #expect(header.contains(#""embeddings":{"dtype":"F32","shape":[2,32],"data_offsets":[0,256]}"#))
    #expect(try Files.read(folder.file("v.safetensors.ids.txt")) == Array("b\na\n".utf8))
    let numpy = try Files.read(folder.file("v.npy"))
    #expect(numpy.count == 128 + 256)
    #expect(
      Array(numpy.dropFirst(10).prefix(57)) == Array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 32)".utf8))
    #expect(Array(numpy.suffix(256)) == numbers)
    let lines = try Files.read(folder.file("v.jsonl")).split(separator: UInt8(ascii: "\n"))
    let rows = try lines.map { try JSONReader.parse(Array($0)).objectValue }
    #expect(rows.map { $0?["_id"] } == ["b", "a"])
    let values = rows.flatMap { $0?["embedding"]?.arrayValue ?? [] }.compactMap(\.doubleValue)
    let bits = values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: Float(value).bitPattern >> ($0 * 8)) }
    }
    #expect(bits == numbers)
  }

  @Test func encodeRefusesWhatItCannotWriteOrRead() throws {
    let name = try hone(
      "encode", "--model", HoneProcess.model, "--input", "collection/corpus.jsonl", "--output", "v.txt")
    #expect(name.status == 64)
    #expect(name.messages == "error: cannot write v.txt: expected a name that ends in .safetensors, .npy or .jsonl\n")
    let place = try hone(
      "encode", "--quiet", "--model", HoneProcess.model, "--input", "collection/corpus.jsonl", "--output", "no/v.npy")
    #expect(place.status == 73)
    #expect(place.messages.hasPrefix("error: cannot write no/v.npy: "))
    #expect(
      try hone("encode", "--model", "none", "--input", "collection/corpus.jsonl", "--output", "v.npy").status == 66)
    #expect(try hone("encode", "--model", HoneProcess.model, "--input", "none.jsonl", "--output", "v.npy").status == 66)
    try Files.write("{\"_id\": 3, \"text\": 4}\n", to: folder.file("bad.jsonl"))
    let bad = try hone("encode", "--model", HoneProcess.model, "--input", "bad.jsonl", "--output", "v.npy")
    #expect(bad.status == 65)
    #expect(bad.messages.contains("bad.jsonl:1"))
    #expect(!Files.exists(folder.file("v.npy")))
  }

  // MARK: - Search and measures

  @Test func searchShowsTitlesToAPerson() throws {
    let ended = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "collection/corpus.jsonl", "--query",
      "the search of query and 0",
      "--top", "3", "--quiet")
    #expect(ended.status == 0)
    #expect(ended.lines.count == 3)
    #expect(ended.lines.first?.hasPrefix("1  0.9") == true)
    #expect(ended.messages == "")
    let both = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "collection/corpus.jsonl", "--query", "chess", "--query",
      "game",
      "--json")
    let results = try #require(try json(both).arrayValue)
    #expect(results.map { $0.objectValue?["query"] } == ["chess", "game"])
    #expect(results.first?.objectValue?["hits"]?.arrayValue?.count == 10)
  }

  @Test func searchWritesARunThatEvaluateMeasures() throws {
    let searched = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "collection/corpus.jsonl", "--queries",
      "collection/queries.jsonl",
      "--output", "all.run", "--top", "5")
    #expect(searched.output == "all.run: the best 5 of 30 documents for 30 queries\n")
    let run = String(decoding: try Files.read(folder.file("all.run")), as: UTF8.self)
    #expect(run.split(separator: "\n").count == 150)
    let measured = try hone("evaluate", "--qrels", "collection/qrels/test.tsv", "--run", "all.run", "--json")
    let means = try json(measured).objectValue?["means"]?.objectValue
    #expect(means?.members.map(\.name) == ["nDCG@10", "recall@100"])
  }

  @Test func evaluateComparesRuns() throws {
    var (base, tuned) = ("", "")
    for query in 20..<30 {
      base += "q\(query) Q0 d0 1 2.0 x\nq\(query) Q0 d\(query) 2 1.0 x\n"
      tuned += "q\(query) Q0 d\(query) 1 2.0 x\n"
    }
    try Files.write(base, to: folder.file("base.run"))
    try Files.write(tuned, to: folder.file("tuned.run"))
    let plain = try hone(
      "evaluate", "--qrels", "collection/qrels/dev.tsv", "--run", "base.run", "--measures", "MRR,P@1,MAP")
    #expect(
      plain.lines == [
        "measure    mean  queries", "MRR      0.5000        5", "P@1      0.0000        5", "MAP      0.5000        5",
        "",
        "coverage  judged queries  answered  not judged  judged documents  found",
        "run                    5         5           5                 5      5",
      ])
    let compared = try hone(
      "evaluate", "--qrels", "collection/qrels/test.tsv", "--run", "tuned.run", "--baseline", "base.run", "--measures",
      "MRR")
    #expect(
      compared.lines == [
        "split     measure  baseline     run   change      95 % interval       p  win/loss/tie  verdict",
        "test.tsv  MRR        0.5000  1.0000  +0.5000  +0.5000 … +0.5000  0.0625         5/0/0  NO DIFFERENCE", "",
        "coverage  judged queries  answered  not judged  judged documents  found",
        "run                    5         5           5                 5      5",
        "baseline               5         5           5                 5      5",
      ])
    let queries = try hone(
      "evaluate", "--qrels", "collection/qrels/test.tsv", "--run", "tuned.run", "--baseline", "base.run", "--measures",
      "MRR",
      "--per-query")
    #expect(queries.lines.prefix(2) == ["query     MRR   change", "q25    1.0000  +0.5000"])
    #expect(
      try hone("evaluate", "--qrels", "collection/qrels/dev.tsv", "--run", "base.run", "--measures", "NDGC@10").status
        == 64)
    #expect(try hone("evaluate", "--qrels", "none.tsv", "--run", "base.run").status == 66)
    try Files.write("q1 Q0 d1 1\n", to: folder.file("bad.run"))
    let bad = try hone("evaluate", "--qrels", "collection/qrels/dev.tsv", "--run", "bad.run")
    #expect(bad.status == 65)
    #expect(bad.messages.contains("bad.run:1"))
  }

  @Test func inspectShowsAFolderAndAFile() throws {
    let ended = try hone("inspect", HoneProcess.model)
    #expect(ended.output.contains("\n  hidden_size: 32\n"))
    #expect(ended.output.contains("\nembeddings.word_embeddings.weight"))
    #expect(ended.messages == "")
    let file = try json(hone("inspect", Files.join(HoneProcess.model, "model.safetensors"), "--json")).objectValue
    #expect(file?["tensors"]?.arrayValue?.isEmpty == false)
    try Files.write("not a model", to: folder.file("x.safetensors"))
    #expect(try hone("inspect", "x.safetensors").status == 65)
    #expect(try hone("inspect", "nothing").messages == "error: nothing: no such file or folder; check the path\n")
  }

  // MARK: - Standard output

  @Test func aReaderThatGoesAwayIsNoFailure() throws {
    let lines = String(repeating: "find a file\n", count: 20_000)
    try Files.write(lines, to: folder.file("lines.txt"))
    let ended = try HoneProcess.shell(
      "{ \"$HONE\" tokenize --model '\(HoneProcess.model)' --input lines.txt; echo $? > status; } | head -n 1",
      in: folder.path)
    #expect(ended.lines.count == 1)
    #expect(ended.messages == "")
    #expect(try Files.read(folder.file("status")) == Array("0\n".utf8))
  }

  @Test(.enabled(if: Files.exists("/dev/full"), "this system has no /dev/full")) func aFullDiskIsAFailure() throws {
    let ended = try HoneProcess.shell("\"$HONE\" inspect '\(HoneProcess.model)' > /dev/full", in: folder.path)
    #expect(ended.status == 74)
    #expect(ended.messages.hasPrefix("error: cannot write standard output: "))
  }
}
