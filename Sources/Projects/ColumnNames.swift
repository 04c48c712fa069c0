import Datasets
import Words

/// The names by which columns are known, each in lower case with "_" between words.
enum ColumnNames {
  /// Names of queries that mean nothing else.
  static let queries = [
    "query", "question", "anchor", "search_query", "search_term", "search_terms", "search", "keyword", "keywords", "q",
    "query_text", "question_text", "user_query", "utterance", "text_a", "texta", "text1", "text_1", "sentence1",
    "sentence_1", "sentence_a", "premise", "frage", "suchanfrage", "suchbegriff", "pregunta", "consulta", "domanda",
  ]
  /// Names of texts that stand for a query where no column has one of ``queries``.
  static let headings = ["subject", "title", "headline", "summary", "problem", "betreff", "titel", "titre"]
  /// Names of documents that mean nothing else.
  static let documents = [
    "positive", "pos", "document", "doc", "passage", "answer", "answers", "answer_text", "response", "reply",
    "resolution", "solution", "accepted_answer", "text_b", "textb", "text2", "text_2", "sentence2", "sentence_2",
    "sentence_b", "hypothesis", "document_text", "doc_text", "passage_text", "context", "clicked_document", "antwort",
    "respuesta", "risposta",
  ]
  /// Names of texts that stand for a document where no column has one of ``documents``.
  static let bodies = [
    "body", "text", "content", "contents", "description", "article", "page", "snippet", "product", "item", "result",
    "clicked_title", "inhalt",
  ]
  /// Names of a document's title beside its text.
  static let titles = ["title", "document_title", "doc_title", "titel", "titre"]
  /// Names of a document's identifier in another file.
  static let documentIDs = [
    "document_id", "doc_id", "docid", "docno", "positive_id", "corpus_id", "passage_id", "answer_id", "product_id",
    "item_id", "page_id", "article_id", "url", "link",
  ]
  /// Names of labels, of which a file has one.
  static let labels = [
    "label", "labels", "relevance", "relevancy", "relevant", "is_relevant", "rel", "grade", "clicks", "click",
    "clicked",
    "click_count", "num_clicks", "score", "similarity", "rating", "judgment", "judgement", "is_duplicate", "gold",
  ]
  /// Names of counts, of which any number above 0 counts.
  static let counts = ["clicks", "click", "clicked", "click_count", "num_clicks"]
  /// Names that a corpus has for its identifiers.
  static let corpusIDs = ["_id", "id"] + documentIDs

  /// True for any of these names.
  static func isKnown(_ name: String) -> Bool { all.contains(plain(name)) }

  private static let all = Set(
    [queries, headings, documents, bodies, titles, documentIDs, labels, corpusIDs].joined())

  /// A name without what its spellings differ in: letter case, and blanks and hyphens for "_".
  static func plain(_ name: String) -> String {
    String(name.trimmed.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
  }
}
