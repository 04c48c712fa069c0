import Datasets
import JSONText
import Words

/// The steps that a run will take, and the examples that they will really have.
struct StepPlan: Equatable {
  /// The number of steps.
  let count: Int
  /// The sizes of the steps.
  let (smallest, median, largest): (Int, Int, Int)
  /// The examples of a step that the recipe asks for.
  let asked: Int
  /// The examples of the data.
  private let examples: Int
  /// The noun for an example, and the setting that asks for their number.
  private let (unit, setting): (String, String)

  /// The epochs whose steps are looked at where a run has a number of steps.
  private static let mostEpochs = 100

  /// Plans the steps of a run on some data.
  ///
  /// The number of steps of an epoch may vary where texts are kept apart, so every epoch is looked at; of a run with a
  /// given number of steps, the first ones.
  init<Data: TrainingData>(of data: Data, for length: TrainingSpan) {
    (unit, setting) = (Data.unit, Data.sizeSetting)
    var steps = 0
    var sizes: [Int: Int] = [:]
    func add(_ batches: some Sequence<[Int]>) {
      for batch in batches {
        sizes[batch.count, default: 0] += 1
        steps += 1
      }
    }
    switch length {
    case .epochs(let epochs):
      for epoch in 0..<epochs { add(data.batches(epoch: epoch)) }
      count = steps
    case .steps(let wanted):
      for epoch in 0..<Self.mostEpochs where steps < wanted {
        add(data.batches(epoch: epoch).prefix(wanted - steps))
      }
      count = wanted
    }
    asked = data.sampler.batchSize
    examples = data.count
    let ascending = sizes.sorted { $0.key < $1.key }
    smallest = ascending.first?.key ?? 0
    largest = ascending.last?.key ?? 0
    var below = 0
    median =
      ascending.first { size in
        below += size.value
        return 2 * below > steps
      }?.key ?? 0
  }

  /// The sizes in words: "4 rows", "4 rows, the smallest of 2", "1 to 3 rows, the median 1 (batch.queries asks for 4: …)".
  var sizes: String {
    let full = NumberText.counted(median, unit)
    if median == asked {
      return smallest == asked ? full : "\(full), the smallest of \(NumberText.count(smallest))"
    }
    let range =
      smallest == largest
      ? full
      : "\(NumberText.count(smallest)) to \(NumberText.counted(largest, unit)), the median \(NumberText.count(median))"
    let reason =
      examples < asked
      ? "the data has \(NumberText.count(examples))" : "\(unit)s with a text in common are kept apart"
    return "\(range) (\(setting) asks for \(NumberText.count(asked)): \(reason))"
  }

  /// The sizes for `result.json`.
  var json: JSONValue {
    [
      "asked": JSONValue(asked), "smallest": JSONValue(smallest), "median": JSONValue(median),
      "largest": JSONValue(largest),
    ]
  }
}
