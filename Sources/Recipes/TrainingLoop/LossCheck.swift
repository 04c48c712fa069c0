import Files
import Runs
import Training
import Words

/// The check that a loss can learn from the examples of a run, by what the loss states about itself.
///
/// What is certain to teach nothing, or the same score for everything, is an error; what is likely to is a warning with
/// the count and an example.
struct LossCheck<Data: TrainingData> {
  private let loss: any RankingLoss
  private let data: Data
  /// The file of the examples.
  private let source: String

  init(_ loss: LossSetting, on data: Data, from source: String) {
    self.loss = loss.loss
    self.data = data
    self.source = source
  }

  private var name: String { type(of: loss).name }
  private var examples: Range<Int> { 0..<data.count }

  /// Checks the numbers that the loss reads: labels and grades, or a teacher's scores.
  func values(_ warn: (String) -> Void) throws {
    if Data.scores == .cosines, let temperature = loss.temperatureOfScores, temperature > 1 {
      warn(
        "the loss \(name) divides cosines, which lie between −1 and 1, by a temperature of \(temperature), so that it hardly "
          + "tells them apart; temperatures are small, such as 0.05, and a scale is 1 / temperature")
    }
    if let range = type(of: loss).labels { try labels(in: range) }
    if data.readsTeacherScores || loss.contrast == .target { try sizes() }
    if data.readsTeacherScores, loss.contrast.isAmongDocuments {
      try teacherOrder()
      teacherMargins(warn)
    } else if !loss.contrast.isAmongDocuments {
      try differentValues()
    }
  }

  /// The largest magnitude of a teacher's score or a target: differences, their squares and sums of many stay 32-bit numbers.
  private static var largestTarget: Float { 1e15 }

  /// Scores whose differences or squares overflow would end a run in the middle.
  private func sizes() throws {
    for example in examples {
      guard let value = data.values(of: example).first(where: { $0.magnitude > Self.largestTarget }) else { continue }
      let (what, remedy) = data.readsTeacherScores ? ("teacher's score", "\"scores\"") : ("label", "the labels")
      throw RunError(
        .badData,
        "\(source): \(data.place(of: example)) has the \(what) \(value), with which the loss \(name) overflows; scale "
          + "\(remedy) to less than \(Self.largestTarget)")
    }
  }

  private func labels(in range: ClosedRange<Int>) throws {
    for example in examples {
      guard let label = data.values(of: example).first(where: { !type(of: loss).canRead(label: $0) }) else { continue }
      let others = Losses.all.filter {
        [.labels, .wantedScores].contains($0.needs) && $0.labels == nil && $0.reads(Data.scores)
      }.map { $0.name }
      throw RunError(
        .badData,
        "\(source): \(data.place(of: example)) has the label \(label); the loss \(name) needs labels from "
          + "\(range.lowerBound) to \(range.upperBound); scale them to that"
          + (others.isEmpty ? "" : ", or use \(others.alternatives)"))
    }
  }

  /// A loss that fits each score to its target learns one score for everything where the targets are all the same.
  private func differentValues() throws {
    guard let first = examples.lazy.compactMap({ data.values(of: $0).first }).first,
      examples.allSatisfy({ data.values(of: $0).allSatisfy { $0 == first } })
    else { return }
    let (what, remedy) =
      data.readsTeacherScores
      ? ("every teacher's score is", "check \"scores\"")
      : data.isLabelled
        ? ("every label is", "add pairs with other labels")
        : ("every document has the grade", data.remedy(for: .grades))
    throw RunError(
      .badData, "\(source): \(what) \(first), so that the loss \(name) has nothing to tell apart; \(remedy)")
  }

  private func teacherOrder() throws {
    let isOrdered = examples.contains { example in
      let scores = data.values(of: example)
      return scores.contains { $0 != scores[0] }
    }
    if isOrdered || data.count == 0 { return }
    throw RunError(
      .badData,
      "\(source): in every \(Data.unit) the teacher's scores are all the same, so that the loss \(name) has nothing to "
        + "tell apart; check \"scores\"")
  }

  private func teacherMargins(_ warn: (String) -> Void) {
    guard let range = loss.teacherMargins else { return }
    var (count, example) = (0, 0)
    var farthest: Float = 0
    for index in examples {
      let scores = data.values(of: index)
      let outside = scores.dropFirst().map { scores[0] - $0 }.filter { !range.contains($0) }
      guard let margin = outside.max(by: { $0.magnitude < $1.magnitude }) else { continue }
      count += 1
      if margin.magnitude > farthest.magnitude { (farthest, example) = (margin, index) }
    }
    if count == 0 { return }
    warn(
      "\(source): \(share(count, of: data.count)) \(count == 1 ? "has" : "have") a teacher's margin that no model can "
        + "reach, such as \(data.place(of: example)) with \(farthest): the scores of the loss \(name) differ by "
        + "\(range.lowerBound) to \(range.upperBound); scale \"scores\", or set 'loss.similarity: dot'")
  }

  // MARK: - Steps

  /// The cells of score matrices that are looked at.
  private static var mostCells: Int { 100_000_000 }
  /// The epochs that are looked at for something to learn from.
  private static var mostEpochs: Int { 10 }

  /// Checks that the examples of the first epoch have something to be compared with in their steps.
  func steps(_ warn: (String) -> Void) throws {
    let found = lacking(epoch: 0)
    guard let example = found.lacking.first else { return }
    let missing = loss.contrast.missing
    if found.lacking.count == found.all,
      (1..<Self.mostEpochs).allSatisfy({ epoch in
        let found = lacking(epoch: epoch)
        return found.lacking.count == found.all
      })
    {
      throw RunError(
        .badData,
        "\(source): none of \(NumberText.counted(data.count, Data.unit)) has \(missing), with steps of "
          + "\(NumberText.counted(found.largest, Data.unit)) at most, so that the loss \(name) would learn nothing; "
          + data.remedy(for: loss.contrast))
    }
    warn(
      "\(source): \(share(found.lacking.count, of: found.all)) \(found.lacking.count == 1 ? "lacks" : "lack") "
        + "\(missing), such as \(data.place(of: example)); the loss \(name) learns nothing from them; "
        + data.remedy(for: loss.contrast))
  }

  /// The examples of an epoch that have nothing to be compared with, the number of those looked at, and their largest
  /// step.
  private func lacking(epoch number: Int) -> (lacking: [Int], all: Int, largest: Int) {
    let epoch = data.epoch(number)
    var (lacking, all, largest, cells): ([Int], Int, Int, Int) = ([], 0, 0, 0)
    for batch in epoch.batches where cells < Self.mostCells {
      let (targets, documents) = epoch.targets(of: batch)
      for (example, isContrasted) in zip(batch, targets.has(loss.contrast, documents: documents)) where !isContrasted {
        lacking.append(example)
      }
      all += batch.count
      largest = max(largest, batch.count)
      cells += targets.queries * documents
    }
    return (lacking, all, largest)
  }

  private func share(_ count: Int, of all: Int) -> String {
    "\(NumberText.count(count)) of \(NumberText.counted(all, Data.unit)) "
      + "(\(NumberText.fixed(100 * Double(count) / Double(max(1, all)), decimals: 1)) %)"
  }
}

extension Contrast {
  /// The lack of an example that has nothing to be compared with, in words.
  fileprivate var missing: String {
    switch self {
    case .stepDocuments: "a negative in its step"
    case .ownNegatives, .ownNegativesOrStepDocuments: "a negative"
    case .grades: "two documents of different grades"
    case .labels: "another label beside it in its step"
    case .target: "a target"
    }
  }
}
