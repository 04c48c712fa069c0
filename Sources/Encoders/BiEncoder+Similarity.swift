extension BiEncoder {
  /// True if the model's similarity orders texts as the inner products of vectors of length 1 do, false if as those of
  /// the vectors as they are.
  ///
  /// - Throws: `ModelError` for a similarity that orders them in another way.
  package var comparesUnitVectors: Bool {
    get throws(ModelError) {
      switch settings.similarity {
      case .cosine: return true
      case .dot: return false
      case .euclidean where isNormalized: return true
      case .euclidean, .manhattan:
        throw ModelError(
          path: folder.path,
          problem:
            "'similarity_fn_name' is \(settings.similarity.rawValue); hone ranks by cosine and dot: set one of them in "
            + "config_sentence_transformers.json")
      }
    }
  }
}
