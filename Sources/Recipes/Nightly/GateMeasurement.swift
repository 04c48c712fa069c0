import Datasets
import Evaluation
import Files
import JSONText
import Registry
import Retrieval
import Runs
import Words

/// The measurement of a candidate and of what it must beat, in one process on the same data.
struct GateMeasurement {
  private let section: GateSection
  private let plan: EvaluationPlan
  private let collection: Collection
  private let champion: (folders: SearchPipeline.Folders, isPromoted: Bool)
  private let candidate: SearchPipeline.Folders
  private let context: RunContext

  /// Reads the collection.
  ///
  /// - Parameter isPromoted: True if the champion is a version; false for the models of the first night.
  init(
    _ section: GateSection, champion: SearchPipeline.Folders, isPromoted: Bool, candidate: SearchPipeline.Folders,
    _ context: RunContext
  ) throws {
    self.section = section
    self.champion = (champion, isPromoted)
    self.candidate = candidate
    self.context = context
    collection = try Collection(folder: section.collection)
    plan = try EvaluationPlan(
      collection, splits: section.splits, measures: [section.measure.measure], excludeSameID: section.excludeSameID,
      warn: { context.report(.warning($0)) })
  }

  /// The outcome of the gate.
  struct Result {
    let decision: GateDecision
    /// The means of both on everything that was measured.
    let measures: [JSONValue]
    /// True if the candidate is worse on the deciding split, more than chance explains.
    let isWorse: Bool
  }

  /// Measures and decides.
  ///
  /// Time and size are compared with those of a promoted champion only: the models of the first night set no limits.
  ///
  /// - Parameter trained: The queries that the candidate was trained on.
  func decide(trainedOn trained: Set<NormalizedText>, cache: EncodingCache?) throws -> Result {
    let measured = MeasuredValues()
    context.report(.note("measuring the \(champion.isPromoted ? "champion" : "base") in \(champion.folders.model)"))
    let before = try pipeline(champion.folders, cache)
    context.report(.note("measuring the candidate in \(candidate.model)"))
    let after = try pipeline(candidate, cache)
    func values(_ name: String) throws -> PairedValues {
      let values = try self.values(of: name, before, after)
      measured.list.append(values)
      return values
    }
    let deciding = try values(section.split)
    var evidence = GateEvidence(deciding: deciding)
    evidence.slices = slices(of: deciding) + (try (section.slices ?? []).map(values))
    measured.list += evidence.slices.filter { $0.name.hasPrefix("\(section.split)/") }
    evidence.leaked = leaked(trained, into: section.split)
    for name in section.splits.dropFirst() { warn(leaked(trained, into: name), into: name) }
    evidence.size = (champion.isPromoted ? try champion.folders.bytes : nil, try candidate.bytes)
    let latency = try self.latency(before, after)
    evidence.latency = (champion.isPromoted ? latency.before : nil, latency.after)
    if let heldOut = section.heldOut { evidence.heldOut = { try values(heldOut) } }
    let decision = try GateDecision(evidence, rules: section.rules)
    return Result(
      decision: decision, measures: measured.list.compactMap(Self.means), isWorse: isWorse(deciding))
  }

  // MARK: - Parts

  private func pipeline(_ folders: SearchPipeline.Folders, _ cache: EncodingCache?) throws -> SearchPipeline {
    try SearchPipeline(folders, top: section.top, plan, cache: cache, report: context.reportOrStop)
  }

  /// The values of a split's queries under both.
  private func values(of name: String, _ before: SearchPipeline, _ after: SearchPipeline) throws -> PairedValues {
    guard let split = plan.splits.first(where: { $0.name == name }) else {
      throw RunError(.internalError, "the plan of the gate lacks split '\(name)'")
    }
    let measure = section.measure.measure
    var texts = CandidateTexts(collection)
    func values(_ pipeline: SearchPipeline) throws -> MeasureValues {
      let ranking = try pipeline.ranking(
        of: split.queries, split: name, depth: measure.depth, &texts, report: context.reportOrStop)
      return try MeasureValues(of: ranking, against: split.topics, measures: [measure], complete: true)
    }
    return PairedValues(name, measure, champion: try values(before), candidate: try values(after))
  }

  /// The values of the slices that the queries themselves name.
  private func slices(of values: PairedValues) -> [PairedValues] {
    var names: [String] = []
    for query in values.queries {
      if let slice = collection.queries[query]?.slice, !names.contains(slice) { names.append(slice) }
    }
    return names.sorted().map { name in
      values.slice(name) { query in collection.queries[query]?.slice.map { ExactText($0) } == ExactText(name) }
    }
  }

  /// The number of a split's queries that were trained on, in any spelling.
  private func leaked(_ trained: Set<NormalizedText>, into name: String) -> Int {
    plan.splits.first { $0.name == name }?.queries.count { trained.contains(NormalizedText($0.text)) } ?? 0
  }

  private func warn(_ leaked: Int, into name: String) {
    guard leaked > 0, let all = plan.splits.first(where: { $0.name == name })?.queries.count else { return }
    context.report(
      .warning(
        "\(NumberText.counted(leaked, of: all, "query", plural: "queries")) of split '\(name)' "
          + "\(leaked == 1 ? "was" : "were") trained on; what is measured there says little"))
  }

  /// The median time of a query with each, measured in turn after one untimed query.
  private func latency(_ before: SearchPipeline, _ after: SearchPipeline) throws -> (before: Double, after: Double) {
    let queries = plan.splits.first { $0.name == section.split }?.queries ?? []
    let count = min(section.timedQueries, queries.count)
    var texts = CandidateTexts(collection)
    func seconds(_ pipeline: SearchPipeline, _ query: Query) throws -> Double {
      let started = ContinuousClock.now
      _ = try pipeline.ranking(
        of: [query], split: "", depth: section.measure.measure.depth, &texts, report: { _ in })
      return started.duration(to: .now).seconds
    }
    if let first = queries.first {
      _ = try seconds(before, first)
      _ = try seconds(after, first)
    }
    var times: (before: [Double], after: [Double]) = ([], [])
    for index in 0..<count {
      let query = queries[index * queries.count / count]
      times.before.append(try seconds(before, query))
      times.after.append(try seconds(after, query))
      try context.reportOrStop(
        .progress(RunProgress(task: "timing", done: index + 1, total: count, unit: "queries")))
    }
    return (PipelineLatency.Times(times.before).median, PipelineLatency.Times(times.after).median)
  }

  /// True if a paired test says that the candidate is worse.
  private func isWorse(_ values: PairedValues) -> Bool {
    guard let champion = values.champion, let test = try? PairedTest(baseline: champion, candidate: values.candidate)
    else { return false }
    return test.meanDifference < 0 && test.pValue < section.rules.alpha
  }

  private static func means(_ values: PairedValues) -> JSONValue? {
    func mean(_ values: [Double]) -> JSONValue? {
      let mean = values.reduce(0, +) / Double(values.count)
      return mean.isFinite ? JSONValue(mean) : nil
    }
    guard let value = mean(values.candidate) else { return nil }
    var object = JSONObject([
      ("split", JSONValue(values.name)), ("measure", JSONValue(values.measure)), ("value", value),
    ])
    object["champion"] = values.champion.flatMap(mean)
    object["queries"] = JSONValue(values.queries.count)
    return .object(object)
  }
}

/// The values measured so far, the held-out ones included.
private final class MeasuredValues {
  var list: [PairedValues] = []
}
