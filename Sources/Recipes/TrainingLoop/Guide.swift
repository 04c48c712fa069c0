import Datasets
import Encoders
import Evaluation
import Kernels
import OrderedCollections
import Retrieval
import Runs
import Tensors
import Training
import Words

/// A model that points out false negatives in the batches of a training run.
///
/// Its weights are fixed, so every text is encoded once, before the first epoch that needs it.
struct Guide {
  private let model: BiEncoder
  private let margin: GuideMargin
  private var queries = TextVectors()
  private var documents = TextVectors()

  /// Loads the guide.
  init(_ settings: GuideSection, warn: (String) -> Void) throws {
    model = try BiEncoder(folder: settings.folder)
    model.taskWarning().map(warn)
    margin = settings.margin
  }

  /// Encodes the texts of the rows that are new.
  mutating func prepare(for rows: [TrainingRow], report: (RunEvent) throws -> Void) throws {
    try queries.add(rows.map(\.query)) { [model] in
      try model.vectors(of: $0, as: .query, task: "guide: encoding queries", report: report).buffer.elements
    }
    try documents.add(rows.flatMap { [$0.positive] + $0.negatives }) { [model] in
      try model.vectors(of: $0, as: .document, task: "guide: encoding documents", report: report).buffer.elements
    }
  }

  /// The columns of a batch that the guide takes for false negatives of each query.
  func falseNegatives(in batch: RowBatch) -> [[Int]] {
    let scores = queries.matrix(of: batch.queries).matmul(documents.matrix(of: batch.documents).transposed)
    return margin.falseNegatives(scores, positives: batch.positives)
  }
}

/// The vectors of distinct texts, in the order of their addition.
private struct TextVectors {
  private var known: OrderedSet<ExactText> = []
  private var numbers: [Float] = []

  private var width: Int { known.isEmpty ? 0 : numbers.count / known.count }

  /// Adds the texts that are new.
  mutating func add(_ texts: [String], vectors: ([String]) throws -> [Float]) rethrows {
    let new = texts.filter { known.append(ExactText($0)).inserted }
    if !new.isEmpty { numbers += try vectors(new) }
  }

  /// - Shape: `[texts, width]`
  func matrix(of texts: [String]) -> Tensor {
    Tensor(
      texts.flatMap { text in known.firstIndex(of: ExactText(text)).map { numbers[$0 * width..<($0 + 1) * width] } ?? []
      },
      shape: [texts.count, width])
  }
}
