import Retrieval

func documents(_ pairs: [(String, Float)]) -> [ScoredDocument] {
  pairs.map { ScoredDocument(id: $0.0, score: $0.1) }
}
