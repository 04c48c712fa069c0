package import Encoders
package import Retrieval
package import Runs
package import Tensors
import Words

extension BiEncoder {
  /// The vectors of texts with length 1, so that inner products are cosines.
  ///
  /// - Parameters:
  ///   - task: The name of the task in progress reports.
  ///   - cache: The cache that keeps vectors between runs; without one all texts are encoded.
  ///   - report: Receives the progress; an error it throws stops the work.
  package func vectors(
    of texts: [String], as role: TextRole, task: String, cache: EncodingCache? = nil,
    report: (RunEvent) throws -> Void
  ) throws -> Vectors {
    let embeddings = try embeddings(of: texts, as: role, task: task, cache: cache, report: report)
    return try isNormalized ? embeddings.vectors : embeddings.unitVectors
  }

  /// The vectors of texts for search, with the parameters of ``vectors(of:as:task:cache:report:)``: their inner products
  /// order documents as the model's similarity does.
  package func searchVectors(
    of texts: [String], as role: TextRole, task: String, cache: EncodingCache? = nil,
    report: (RunEvent) throws -> Void
  ) throws -> Vectors {
    if try comparesUnitVectors {
      return try vectors(of: texts, as: role, task: task, cache: cache, report: report)
    }
    return try embeddings(of: texts, as: role, task: task, cache: cache, report: report).vectors
  }

  /// The vectors of texts as the model gives them, with the parameters of ``vectors(of:as:task:cache:report:)``.
  package func embeddings(
    of texts: [String], as role: TextRole, task: String, cache: EncodingCache? = nil, report: (RunEvent) throws -> Void
  ) throws -> Tensor {
    if let cache { return try cache.encode(texts, with: self, as: role, task: task, report: report) }
    return try encode(texts, as: role) { share in
      try report(.progress(RunProgress(encoding: task, share: share, of: texts.count)))
    }
  }
}

extension Tensor {
  /// The rows as vectors.
  package var vectors: Vectors {
    get throws { try Vectors(buffer, count: shape[0], width: shape[1]) }
  }

  /// The rows as vectors of length 1, so that inner products are cosines.
  package var unitVectors: Vectors {
    get throws { try shape[0] == 0 ? vectors : normalizedRows().vectors }
  }
}
