import Files
import JSONText
import Registry
import Runs
import Synchronization
import TestSupport
import Words

@testable import Recipes

/// Nights over a tiny model: six words that each mean another word, which a moment's training learns and nobody can guess.
struct NightWorkshop {
  let folder = TemporaryFolder()

  static let words = ["search", "query", "text", "word", "find", "fast"]
  static let meanings = ["file", "image", "sound", "game", "play", "chess"]
  private static let others = ["board", "network", "packet"]
  private static let goldens = Files.join(Locations.repositoryRoot, "Tests/Goldens")

  var output: String { folder.file("runs") }
  var registry: ModelRegistry { get throws { try ModelRegistry(folder.file("models"), name: "words") } }
  var champion: String? { get throws { try registry.champion()?.description } }

  /// Writes the collection; nothing has arrived yet.
  init() throws {
    let pairs = Self.others.flatMap { first in Self.others.map { "\(first) and \($0)" } }
    try folder.write(
      "collection/corpus.jsonl",
      (Self.meanings.map { "the \($0)" } + pairs).enumerated().map {
        "{\"_id\": \"d\($0.offset)\", \"text\": \"\($0.element)\"}\n"
      }.joined())
    let forms = [
      "dev": ["* *", "* * *", "the * *", "* * the"], "test": ["* * * *", "the * * *", "* * * the", "* the *"],
    ]
    var queries = ""
    for (split, forms) in forms.sorted(by: { $0.key < $1.key }) {
      var judgments = "query-id\tcorpus-id\tscore\n"
      for word in Self.words.indices {
        for form in forms.indices {
          let text = forms[form].replacing("*", with: Self.words[word])
          queries +=
            "{\"_id\": \"\(split)\(word)-\(form)\", \"text\": \"\(text)\", \"slice\": \"form\(form % 2)\"}\n"
          judgments += "\(split)\(word)-\(form)\td\(word)\t1\n"
        }
      }
      try folder.write("collection/qrels/\(split).tsv", judgments)
    }
    try folder.write("collection/queries.jsonl", queries)
    try Files.makeFolder(folder.file("arrivals"))
  }

  /// A file of rows arrives.
  ///
  /// - Parameters:
  ///   - forms: The forms of each word's query; `*` stands for the word.
  ///   - shift: The number of places by which the answers are wrong.
  func arrive(_ name: String, _ forms: [String], shift: Int = 0) throws {
    let rows = forms.flatMap { form in
      Self.words.indices.map { word in
        "{\"query\": \"\(form.replacing("*", with: Self.words[word]))\", "
          + "\"positive\": \"the \(Self.meanings[(word + shift) % Self.meanings.count])\"}\n"
      }
    }
    try folder.write("arrivals/\(name)", rows.joined())
  }

  static let text = """
    recipe: nightly
    registry: { folder: $F/models, name: words }
    base: { folder: $B }
    start: base
    arrivals: { folder: $F/arrivals, collection: $F/collection }
    stages:
      - name: adapt
        recipe: trainBiEncoder
        model: { folder: $start, maximumLength: 16 }
        data: { rows: $rows }
        batch: { queries: 6, uniqueTexts: true }
        optimizer: { rate: 5e-3 }
        schedule: { steps: 60 }
        checkpoint: { every: 10 }
    gate:
      { model: $adapt, collection: $F/collection, heldOut: test, top: 5, timedQueries: 2, largestLatencyRatio: 1000 }
    output: { folder: $F/runs }
    """

  /// The recipe with a second stage, the reranker.
  static let withReranker = text.replacing(
    "gate:\n  { model: $adapt,",
    with: """
        - name: negatives
          recipe: mineNegatives
          model: { folder: $adapt }
          data: { rows: $rows, collection: $F/collection }
          sources: [{ name: model, candidates: 6, negatives: 3 }]
          rules: [{ name: knownPositives }]
        - name: rerank
          recipe: trainCrossEncoder
          model: { folder: $adapt, maximumLength: 32 }
          data: { rows: $negatives }
          batch: { groups: 6 }
          loss: { name: infoNCE }
          optimizer: { rate: 5e-3 }
          schedule: { steps: 40 }
      gate:
        { model: $adapt, reranker: $rerank,
      """)

  func recipe(_ text: String = text, _ overrides: [String] = []) throws -> RecipeFile {
    let filled = text.replacing("$F", with: folder.path).replacing("$B", with: Files.join(Self.goldens, "bert-tiny"))
    return try RecipeFile("night.yaml", bytes: Array(filled.utf8), overrides: overrides)
  }

  /// A night's outcome, and what it has reported.
  struct Report {
    let result: JSONObject
    let exitCode: Int32
    let notes: [String]
    let warnings: [String]

    var status: String? { result["status"]?.stringValue }
    var reasons: [String] { result["reasons"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
  }

  /// Runs a night.
  ///
  /// - Parameter stop: Is told each event, and true if the night is asked to stop from then on.
  func night(
    _ text: String = text, _ overrides: [String] = [], stop: @escaping @Sendable (RunEvent) -> Bool = { _ in false }
  ) throws -> Report {
    let events = Mutex<[RunEvent]>([])
    let isStopped = Mutex(false)
    let file = try recipe(text, overrides)
    let outcome = try file.run(
      in: RunContext(
        recipe: file.annotated, resume: false,
        report: { event in
          events.withLock { $0.append(event) }
          if stop(event) { isStopped.withLock { $0 = true } }
        }, isInterrupted: { isStopped.withLock { $0 } }))
    let reported = events.withLock { $0 }
    return Report(
      result: try JSONReader.parse(Array(outcome.json.utf8)).objectValue ?? [:], exitCode: outcome.exitCode,
      notes: reported.compactMap { if case .note(let text) = $0 { text } else { nil } },
      warnings: reported.compactMap { if case .warning(let text) = $0 { text } else { nil } })
  }

  /// The decision that stands in the folder of all nights.
  var decision: JSONObject {
    get throws { try JSONReader.parse(Files.read(folder.file("runs/decision.json"))).objectValue ?? [:] }
  }

  /// The names of the folders of stages.
  var stages: [String] { get throws { try Files.list(output).filter { Files.isFolder(Files.join(output, $0)) } } }
}
