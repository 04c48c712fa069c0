/// The settings of a project's recipes that depend on its data, on the model and on the memory of the machine.
struct TrainingPlan: Equatable {
  /// The rows of training: pairs of a query and a relevant document.
  let rows: Int
  /// The most tokens of a text.
  let maximumLength: Int
  /// The rows of a step.
  let batch: Int
  /// The most tokens whose activations live at once.
  let tokens: Int
  let epochs: Int
  let rate: Double
  /// The steps of the run.
  let steps: Int
  /// The steps between two evaluations.
  let every: Int
  /// The documents of an evaluation during training.
  let evaluatedDocuments: Int
  /// True if each row gets mined negatives.
  let minesNegatives: Bool
  /// The epochs between two minings.
  let miningInterval: Int
  /// True if dev has queries enough to choose weights by.
  let choosesWeights: Bool
  /// The most tokens of a query and a document together that the model reads.
  let limitOfPairs: Int
  /// The second measure: deep in a large corpus, shallow in a small one.
  let recall: Int

  /// The share of texts that are read whole.
  static let wholeShare = 0.99
  /// Fewer rows are trained without mined negatives: most other documents are in a step already, and of so few the
  /// hardest are often right answers.
  static let fewestMinedRows = 100
  /// Fewer rows cannot train a reranker, which begins with a new classifier that ranks at random.
  static let fewestRerankerRows = 200
  /// Fewer queries say too little about which weights are best.
  static let fewestChoosingQueries = 50

  /// True if there are rows enough for a reranker.
  var trainsReranker: Bool { rows >= Self.fewestRerankerRows }

  /// - Parameters:
  ///   - rows: The pairs of the training side.
  ///   - dev: The queries of the dev side.
  ///   - queries, documents: The lengths of all.
  ///   - limit: The most tokens of a text that the model reads.
  ///   - positions: The most tokens that it can read.
  ///   - memory: The bytes of the machine's memory.
  init(
    rows: Int, dev: Int, queries: TextLengths, documents: TextLengths, limit: Int, positions: Int, memory: UInt64
  ) {
    self.rows = rows
    limitOfPairs = positions
    let needed = max(queries.quantile(Self.wholeShare), documents.quantile(Self.wholeShare))
    let length = max(3, min(limit, max(32, (needed + 15) / 16 * 16)))
    maximumLength = length
    switch rows {
    case ..<100: (batch, epochs, rate) = (16, 4, 2e-5)
    case ..<500: (batch, epochs, rate) = (32, 4, 3e-5)
    case ..<2000: (batch, epochs, rate) = (32, 2, 4e-5)
    case ..<10_000: (batch, epochs, rate) = (64, 2, 3e-5)
    default: (batch, epochs, rate) = (64, 1, 2e-5)
    }
    minesNegatives = rows >= Self.fewestMinedRows
    steps = epochs * ((rows + batch - 1) / batch)
    let means = [queries, documents].map { lengths in
      Double(lengths.read(upTo: length).reduce(0, +)) / Double(max(1, lengths.counts.count))
    }
    let step = Double(batch) * (means[0] + (minesNegatives ? 2 : 1) * means[1]) * 1.25
    let most = memory < 6_000_000_000 ? 4096 : 8192
    tokens = max(maximumLength, min(most, (Int(step) / 256 + 1) * 256))
    every = max(1, (steps + 3) / 4)
    evaluatedDocuments = min(1500, max(300, rows / 2))
    // Mining reads the whole corpus; it is not to take longer than the training between two minings.
    let corpus = documents.read(upTo: length).reduce(0, +)
    let epoch = Double(rows) * (means[0] + 2 * means[1]) * 3
    miningInterval = Double(corpus) > epoch / 2 ? epochs : 1
    choosesWeights = dev >= Self.fewestChoosingQueries
    recall = documents.counts.count < 2000 ? 10 : 100
  }
}
