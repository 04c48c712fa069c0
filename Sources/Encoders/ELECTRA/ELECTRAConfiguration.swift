/// The shape of an ELECTRA encoder, as `config.json` gives it: that of BERT, and the width of the embeddings.
public struct ELECTRAConfiguration: Sendable, Equatable {
  /// The keys that ELECTRA has in common with BERT.
  public let bert: BERTConfiguration
  /// Width of the embeddings, which a linear map projects to that of the hidden states where the two differ.
  public let embeddingSize: Int

  /// Reads `config.json`; the reader notes every missing, mistyped or unsupported key.
  init(_ reader: inout ConfigurationReader) {
    bert = BERTConfiguration(&reader)
    // If the key is missing, the default of `ElectraConfig` in transformers 5.24.
    embeddingSize = reader.integer("embedding_size", in: 1...(1 << 14), default: 128)
  }

  /// True if the embeddings have another width than the hidden states.
  var projectsEmbeddings: Bool { embeddingSize != bert.hiddenSize }
}
