import Encoders
import Retrieval
import Tensors

extension BiEncoder {
  /// The vectors of texts with length 1, so that inner products are cosines.
  ///
  /// - Parameters:
  ///   - task: What is being done, for progress.
  ///   - report: Gets the progress; what it throws ends the work.
  func vectors(
    of texts: [String], as role: TextRole, task: String, report: (RunEvent) throws -> Void
  ) throws -> Vectors {
    let embeddings = try encode(texts, as: role) { share in
      try report(.progress(RunProgress(encoding: task, share: share, of: texts.count)))
    }
    let unit = isNormalized || texts.isEmpty ? embeddings : embeddings.normalizedRows()
    return try Vectors(unit.buffer, count: texts.count, width: dimensions)
  }
}

extension Measure {
  /// How many documents of a query's list the measure looks at; 1,000 where it looks at all, as is usual.
  var depth: Int {
    switch self {
    case .recall(let cut), .precision(let cut), .success(let cut): cut
    case .nDCG(let cut), .averagePrecision(let cut), .reciprocalRank(let cut): cut ?? 1000
    case .rPrecision: 1000
    }
  }
}
