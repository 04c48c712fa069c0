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
/// It never changes, so every text is encoded once, before the epoch that needs it first.
struct Guide {
  private let model: BiEncoder
  private let margin: GuideMargin
  private var queries = TextVectors()
  private var documents = TextVectors()

  /// Loads the guide.
  init(_ settings: GuideSection) throws {
    model = try BiEncoder(folder: settings.folder)
    margin = settings.margin
  }

  /// Encodes what the rows have and no rows before them had.
  mutating func prepare(for rows: [TrainingRow], report: (RunEvent) throws -> Void) throws {
    try queries.add(rows.map(\.query)) { [model] in
      try model.vectors(of: $0, as: .query, task: "guide: encoding queries", report: report).buffer.elements
    }
    try documents.add(rows.flatMap { [$0.positive] + $0.negatives }) { [model] in
      try model.vectors(of: $0, as: .document, task: "guide: encoding documents", report: report).buffer.elements
    }
  }

  /// The columns of a batch that are taken for false negatives of each query.
  func falseNegatives(in batch: RowBatch) -> [[Int]] {
    let scores = queries.matrix(of: batch.queries).matmul(documents.matrix(of: batch.documents).transposed)
    return margin.falseNegatives(scores, positives: batch.positives)
  }
}

/// The vectors of texts, in the order in which they came.
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
