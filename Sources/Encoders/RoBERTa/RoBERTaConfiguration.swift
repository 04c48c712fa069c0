import JSONText

/// The shape of a RoBERTa encoder, as `config.json` gives it: that of BERT, and the padding token.
///
/// The classes XLM-RoBERTa, RoBERTa and CamemBERT of transformers are the same model.
public struct RoBERTaConfiguration: Sendable, Equatable {
  /// The keys that RoBERTa has in common with BERT.
  public let bert: BERTConfiguration
  /// The id of the padding token, which is also its row in the table of positions; those of a text follow after it.
  public let paddingID: Int
  /// The class of transformers.
  let variant: RoBERTaVariant

  /// Reads `config.json`; the reader notes every missing, mistyped or unsupported key.
  init(_ reader: inout ConfigurationReader) {
    bert = BERTConfiguration(&reader, positions: "absolute", readsPadding: false)
    paddingID = reader.integer("pad_token_id", in: 0...(1 << 22), default: 1)
    variant = RoBERTaVariant(reader.object)
    if let code = reader.object.stated("auto_map"), !reader.object.needsFlashXLMRoBERTa {
      reader.report("auto_map", ForeignModel.ownCodeProblem(code))
    }
    reader.requirePaddingRow(paddingID, of: bert.vocabularySize)
    if reader.isSound("pad_token_id", "max_position_embeddings") && bert.maximumPositions <= paddingID + 1 {
      reader.report(
        "max_position_embeddings",
        "is \(bert.maximumPositions), but the positions of a text begin after 'pad_token_id' \(paddingID), at "
          + "\(paddingID + 1)")
    }
  }

  /// The longest sequence, in tokens.
  var positions: Int { max(1, bert.maximumPositions - paddingID - 1) }
}
