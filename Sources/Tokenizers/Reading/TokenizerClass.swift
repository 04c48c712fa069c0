/// The class of transformers that makes the tokenizer of a folder.
///
/// Upstream: `models/auto/tokenization_auto.py`, for the types of models that are read here.
enum TokenizerClass: Equatable {
  /// `BertTokenizer` under all its names: of `tokenizer.json` only the vocabulary and the added tokens count, all else
  /// follows from `tokenizer_config.json` and the defaults of the class.
  case bert
  /// `DistilBertTokenizer`: the same without token types.
  case distilBERT
  /// `PreTrainedTokenizerFast`: `tokenizer.json` as it stands, without token types.
  case file

  /// The class under a name; nil for any other name.
  init?(named name: String) {
    // The older `…Fast` is another name of the same class.
    switch name.hasSuffix("Fast") ? String(name.dropLast(4)) : name {
    case "BertTokenizer", "ElectraTokenizer", "LayoutLMTokenizer", "LxmertTokenizer", "MobileBertTokenizer",
      "SqueezeBertTokenizer":
      self = .bert
    case "DistilBertTokenizer": self = .distilBERT
    case _ where name == "PreTrainedTokenizerFast" || name == "TokenizersBackend": self = .file
    default: return nil
    }
  }

  /// True if the class takes all but vocabulary and added tokens from the settings.
  var isBERT: Bool { self != .file }

  /// True if the model gets the token types of the post-processor, unless `model_input_names` says otherwise.
  var givesTokenTypes: Bool { self == .bert }

  /// The name that versions 4 and 5 of transformers know.
  var name: String {
    switch self {
    case .bert: "BertTokenizer"
    case .distilBERT: "DistilBertTokenizer"
    case .file: "PreTrainedTokenizerFast"
    }
  }
}
