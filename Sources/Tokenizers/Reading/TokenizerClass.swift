/// The class of transformers that makes the tokenizer of a folder.
///
/// Upstream: `models/auto/tokenization_auto.py`, for the types of models that are read here.
enum TokenizerClass: Equatable {
  /// `BertTokenizer` under all its names: of `tokenizer.json` only the vocabulary and the added tokens count, all else
  /// follows from `tokenizer_config.json` and the defaults of the class.
  case bert
  /// `DistilBertTokenizer`: the same without token types.
  case distilBERT
  /// `MPNetTokenizer`: the same with the special tokens of RoBERTa.
  case mpnet
  /// `XLMRobertaTokenizer`: of `tokenizer.json` the pieces, the table of `Precompiled` and the added tokens.
  case xlmRoberta
  /// `CamembertTokenizer`: the same with another unknown token.
  case camembert
  /// `RobertaTokenizer`: of `tokenizer.json` the vocabulary, the merges and the added tokens.
  case roberta
  /// `GPT2Tokenizer`: the same, and the post-processor.
  case gpt2
  /// `GPTNeoXTokenizer`: as `RobertaTokenizer`.
  case gptNeoX
  /// `Qwen2Tokenizer`: as `GPT2Tokenizer`.
  case qwen2
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
    case "MPNetTokenizer": self = .mpnet
    case "XLMRobertaTokenizer": self = .xlmRoberta
    case "CamembertTokenizer": self = .camembert
    case "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer", "LEDTokenizer": self = .roberta
    case "GPT2Tokenizer": self = .gpt2
    case "GPTNeoXTokenizer": self = .gptNeoX
    case "Qwen2Tokenizer": self = .qwen2
    case _ where name == "PreTrainedTokenizerFast" || name == "TokenizersBackend": self = .file
    default: return nil
    }
  }

  /// What class a type of models gets where no file names one; nil for types that this says nothing about.
  ///
  /// - Parameter isForced: true if the type gets it whatever files say.
  static func usual(for type: String) -> (kind: TokenizerClass, isForced: Bool)? {
    switch type {
    case "bert", "distilbert", "electra", "mobilebert", "squeezebert", "nomic_bert": (.bert, false)
    case "mpnet": (.mpnet, false)
    case "xlm-roberta", "xmod", "gte", "jina_embeddings_v3": (.xlmRoberta, false)
    case "xlm-roberta-xl": (.file, true)
    case "camembert": (.camembert, false)
    case "roberta", "roberta-prelayernorm", "longformer", "bart", "data2vec-text", "ibert", "lilt": (.roberta, false)
    case "gpt2", "gpt_neo", "gptj", "opt", "phi", "starcoder2": (.gpt2, false)
    case "gpt_neox", "olmo", "olmoe", "mpt": (.gptNeoX, false)
    case "qwen2": (.qwen2, true)
    case "qwen3", "qwen3_moe", "qwen2_moe": (.qwen2, false)
    case "modernbert", "modernbert-decoder", "olmo2", "granite", "stablelm": (.file, true)
    case "llama", "eurobert": (.file, false)
    default: nil
    }
  }

  /// True if the class takes WordPiece vocabularies, and all else from the settings.
  var isBERT: Bool { self == .bert || self == .distilBERT || self == .mpnet }

  /// True if the class takes the pieces of a Unigram model, and nearly all else from the settings.
  var isUnigram: Bool { self == .xlmRoberta || self == .camembert }

  /// True if the class is one of byte-level models.
  var isByteLevel: Bool { [.roberta, .gpt2, .gptNeoX, .qwen2].contains(self) }

  /// True if the class makes normalizer and pre-tokenizer itself, whatever `tokenizer.json` has.
  var isRebuilt: Bool { self != .file }

  /// True if the model gets the token types of the post-processor, unless `model_input_names` says otherwise.
  var givesTokenTypes: Bool { self == .bert }

  /// The tokens of the class by their roles where nothing else is stated.
  var standardTokens: [String: String] {
    let end = "<|endoftext|>"
    switch self {
    case .bert, .distilBERT:
      return [
        "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]",
      ]
    case .roberta, .xlmRoberta, .camembert, .mpnet:
      return [
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": self == .mpnet ? "[UNK]" : "<unk>", "sep_token": "</s>",
        "pad_token": "<pad>",
        "cls_token": "<s>", "mask_token": "<mask>",
      ]
    case .gpt2: return ["bos_token": end, "eos_token": end, "unk_token": end]
    case .gptNeoX: return ["bos_token": end, "eos_token": end, "unk_token": end, "pad_token": "<|padding|>"]
    case .qwen2: return ["eos_token": end, "unk_token": end, "pad_token": end]
    case .file: return [:]
    }
  }

  /// Further special tokens of the class where no file has any.
  var standardExtraTokens: [String] {
    self == .camembert ? ["<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"] : []
  }

  /// A token of a role as the class makes it of its text alone.
  func token(ofRole role: String, _ token: DeclaredToken) -> DeclaredToken {
    guard self == .mpnet || self == .camembert && role == "mask_token", DeclaredTokens.roleNames.contains(role) else {
      return token
    }
    var made = token
    made.isText = false
    made.token.stripsLeft = role == "mask_token"
    return made
  }

  /// The roles without which the class makes no sense.
  var neededRoles: Set<String> {
    switch self {
    case .bert, .distilBERT, .mpnet: ["unk_token", "sep_token", "cls_token"]
    case .xlmRoberta, .camembert: ["bos_token", "eos_token"]
    case .roberta: ["sep_token", "cls_token"]
    case .gpt2, .gptNeoX, .qwen2, .file: []
    }
  }

  /// The files that the class reads where there is no `tokenizer.json`, the vocabulary first.
  var vocabularyFiles: [String] {
    switch self {
    case .bert, .distilBERT, .mpnet: ["vocab.txt"]
    case .xlmRoberta, .camembert: ["sentencepiece.bpe.model"]
    case .roberta, .gpt2, .gptNeoX, .qwen2: ["vocab.json", "merges.txt"]
    case .file: []
    }
  }

  /// The name that versions 4 and 5 of transformers know.
  var name: String {
    switch self {
    case .bert: "BertTokenizer"
    case .distilBERT: "DistilBertTokenizer"
    case .mpnet: "MPNetTokenizer"
    case .xlmRoberta: "XLMRobertaTokenizer"
    case .camembert: "CamembertTokenizer"
    case .roberta: "RobertaTokenizer"
    case .gpt2: "GPT2Tokenizer"
    case .gptNeoX: "GPTNeoXTokenizer"
    case .qwen2: "Qwen2Tokenizer"
    case .file: "PreTrainedTokenizerFast"
    }
  }
}
