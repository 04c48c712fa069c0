import Encoders
import Files
import Runs

extension ModelCard {
  /// The parts of a card that depend on the kind of model.
  struct Kind {
    /// The task under which hubs list the model.
    let task: String
    let tags: [String]
    /// The task of the results.
    let resultTask: String
    /// The title of the column of the base's scores; nil for the name in the report.
    var baseColumn: String?
    /// The sentence about the source of the results, up to the name of the collection.
    let measured: String
    let introduction: String
    let usage: String
  }
}

extension ModelCard.Kind {
  /// The card of a bi-encoder.
  ///
  /// - Parameter deed: The participle for the change of the base: "fine-tuned".
  static func biEncoder(_ model: BiEncoder, base: String, name: String, deed: String) -> ModelCard.Kind {
    let baseName = Files.name(of: base)
    return ModelCard.Kind(
      task: "sentence-similarity", tags: ["sentence-similarity", "feature-extraction"],
      resultTask: "information-retrieval", baseColumn: "`\(baseName)`", measured: "Measured on the whole corpus of",
      introduction: """
        # \(name)

        `\(baseName)` \(deed) with Hone \(Hone.version): a bi-encoder that maps queries and documents to vectors of
        \(model.dimensions) numbers, compared by \(model.settings.similarity.title). Texts are cut at \(model.maximumLength) tokens; pooling: \(model.pooling.name).

        """,
      usage: """
        ## Use

        ```python
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer("path/to/this/folder")
        queries = model.encode(["a query"], prompt_name="query")
        documents = model.encode(["a document"], prompt_name="document")
        print(model.similarity(queries, documents))
        ```

        ```sh
        hone search --model path/to/this/folder --corpus corpus.jsonl --query "a query"
        ```

        """)
  }

  /// The card of a cross-encoder.
  ///
  /// - Parameters:
  ///   - candidates: The documents that were ranked: "the 50 best documents of the first stage".
  static func crossEncoder(
    _ model: CrossEncoder, base: String, name: String, candidates: String
  ) -> ModelCard.Kind {
    ModelCard.Kind(
      task: "text-ranking", tags: ["cross-encoder", "reranker"], resultTask: "text-ranking",
      measured: "Measured by ranking \(candidates) for every judged query of",
      introduction: """
        # \(name)

        `\(Files.name(of: base))` fine-tuned with Hone \(Hone.version): a cross-encoder that reads a query and a document
        together and gives one score, the larger the better the document fits. Scores are raw logits: rank by them as they
        are. sentence-transformers applies \(model.activation.name) to them unless it is told otherwise. Pairs are cut at
        \(model.maximumLength) tokens.

        """,
      usage: """
        ## Use

        ```python
        from sentence_transformers import CrossEncoder

        model = CrossEncoder("path/to/this/folder")
        print(model.predict([("a query", "a document")]))
        ```

        ```sh
        hone rerank --model path/to/this/folder --corpus corpus.jsonl --queries queries.jsonl --run first.run --output second.run
        ```

        """)
  }
}
