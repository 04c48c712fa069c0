package import Datasets
package import Encoders
package import JSONText
import Retrieval
package import Runs
import Words

/// The time of a single query from its text to the end of each stage, as a person waits for it.
package struct PipelineLatency {
  /// The times of many queries, in seconds.
  package struct Times {
    private let sorted: [Double]

    package init(_ seconds: [Double]) { sorted = seconds.sorted() }

    /// The median; of an even number, the mean of the two in the middle.
    package var median: Double { sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2 }

    /// The 90th percentile, by the nearest rank.
    package var ninetieth: Double {
      sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int((0.9 * Double(sorted.count)).rounded(.up)) - 1)]
    }

    package var json: [(name: String, value: JSONValue)] {
      [("medianSeconds", JSONValue(median)), ("ninetiethSeconds", JSONValue(ninetieth))]
    }
  }

  /// The number of timed queries.
  package let queries: Int
  /// The times of encoding the query and searching.
  package let search: Times
  /// The times of tokenizing and scoring a query's pairs, by the number of pairs.
  package let reranking: [(candidates: Int, times: Times)]

  /// Times the stages, after running each once untimed.
  ///
  /// - Parameters:
  ///   - queries: Queries to choose from; those timed are spread evenly over them.
  ///   - settings: The number of queries, and the numbers of documents each.
  package init(
    of firstStage: FirstStage, _ model: CrossEncoder, queries all: [Query], settings: Latency,
    texts: inout CandidateTexts, report: (RunEvent) throws -> Void
  ) throws {
    let count = min(settings.queries, all.count)
    let chosen = (0..<count).map { all[$0 * all.count / count] }
    let most = settings.candidates.max() ?? 0
    let steps = count * (settings.candidates.count + 1)
    var done = 0
    func advance() throws {
      done += 1
      try report(.progress(RunProgress(task: "timing", done: done, total: steps, unit: "queries")))
    }
    /// Runs the first stage for one query; nothing is reported while the clock runs.
    func found(_ query: Query) throws -> Ranking {
      try firstStage.ranking(of: [query], depth: most, task: "", report: { _ in })
    }
    func seconds(_ body: () throws -> Void) rethrows -> Double {
      let started = ContinuousClock.now
      try body()
      return started.duration(to: .now).seconds
    }

    if let first = chosen.first { _ = try found(first) }
    var pairs: [[(query: String, document: String)]] = []
    var searches: [Double] = []
    for query in chosen {
      var ranking = Ranking()
      searches.append(try seconds { ranking = try found(query) })
      pairs.append(try texts.pairs(of: ranking, from: "the first stage"))
      try advance()
    }
    reranking = try settings.candidates.map { candidates in
      if let first = pairs.first { _ = try model.score(Array(first.prefix(candidates))) }
      let times = try pairs.map { pairs in
        let part = Array(pairs.prefix(candidates))
        let time = try seconds { _ = try model.score(part) }
        try advance()
        return time
      }
      return (candidates: candidates, times: Times(times))
    }
    self.queries = count
    search = Times(searches)
  }

  package var json: JSONValue {
    [
      "queries": JSONValue(queries), "search": .object(JSONObject(search.json)),
      "reranking": .array(
        reranking.map { .object(JSONObject([(name: "candidates", value: JSONValue($0.candidates))] + $0.times.json)) }),
    ]
  }
}
