/// The files that cannot be used, each with what is said about it.
extension MalformedFileTests {
  static let template = """
    {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, \
    {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, \
    {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], \
    "tokens": ["[CLS]"]}}}
    """

  static let vocabulary = """
    {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "a": 3, "##b": 4, "é": 5}
    """

  static let normalizer = """
    {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, \
    "lowercase": true}
    """

  /// The same template with three parts, so that no other template can follow it.
  static let three = template.replacing(
    #"[{"SpecialToken""#, with: #"[{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken""#)

  static let second = """
    {"id": 7, "content": "nEW", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true, \
    "special": false}
    """

  /// Some processors with commas between them.
  static func bert(_ count: Int) -> String {
    let processor = #"{"type": "BertProcessing", "sep": ["[CLS]", 2], "cls": ["[CLS]", 2]}"#
    return Array(repeating: processor, count: count).joined(separator: ", ")
  }

  static let words = "[UNK]\n[CLS]\n[SEP]\na\n"

  /// A small `tokenizer.json` that is in order and has every section.
  static let json = """
    {
     "version": "1.0",
     "truncation": {"direction": "Right", "max_length": 128, "strategy": "LongestFirst", "stride": 0},
     "padding": {"strategy": {"Fixed": 128}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, \
    "pad_type_id": 0, "pad_token": "[PAD]"},
     "added_tokens": [
      {"id": 1, "content": "[UNK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, \
    "special": true},
      {"id": 6, "content": "New", "single_word": true, "lstrip": true, "rstrip": true, "normalized": true, \
    "special": false}
     ],
     "normalizer": \(normalizer),
     "pre_tokenizer": {"type": "BertPreTokenizer"},
     "post_processor": \(template),
     "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
     "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", \
    "max_input_chars_per_word": 100, "vocab": \(vocabulary)}
    }
    """

  /// What is put in the place of a part of that file, and the message after the path of the folder.
  static let cases: [(part: String, replacement: String, message: String)] = [
    // The whole
    (json, "", "/tokenizer.json:1:1: not JSON: expected a value, found the end of the text"),
    (json, "[]", "/tokenizer.json: the file holds an array; expected an object"),
    (json, #""text""#, #"/tokenizer.json: the file holds "text"; expected an object"#),
    (json, "{}", "/tokenizer.json: model is missing"),
    ("\n}", "\n", #"/tokenizer.json:14:1: not JSON: expected "," or "}", found the end of the text"#),
    ("\n}", "\n}}", #"/tokenizer.json:14:2: not JSON: expected the end of the text, found "}""#),
    (
      #""version""#, "version",
      #"/tokenizer.json:2:2: not JSON: expected a member name in quotation marks, found "v""#
    ),
    (
      #""1.0","#, #""1.0",,"#,
      #"/tokenizer.json:2:19: not JSON: expected a member name in quotation marks, found ",""#
    ),
    (
      #""1.0","#, #""1.0", "version": "1.0","#,
      #"/tokenizer.json:2:20: not JSON: the member name "version" stands twice in one object"#
    ),
    (#""1.0""#, #""2.0""#, #"/tokenizer.json: version is "2.0"; expected "1.0""#),
    (#""1.0""#, "1.0", #"/tokenizer.json: version is 1.0; expected "1.0""#),
    (#""1.0""#, "null", #"/tokenizer.json: version is null; expected "1.0""#),
    (
      #""decoder": {"#, #""decode": {"#,
      "/tokenizer.json: decode is not a known field; expected only version, truncation, padding, added_tokens, normalizer, pre_tokenizer, post_processor, decoder, model"
    ),
    (
      #""decoder": {"#, #""new section": {"#,
      #"/tokenizer.json: ["new section"] is not a known field; expected only version, truncation, padding, added_tokens, normalizer, pre_tokenizer, post_processor, decoder, model"#
    ),
    // Truncation, padding and decoder
    (
      #""direction": "Right", "max_length""#, #""direction": "right", "max_length""#,
      #"/tokenizer.json: truncation.direction is "right"; expected "Left" or "Right""#
    ),
    (
      #""max_length": 128"#, #""max_length": -1"#,
      "/tokenizer.json: truncation.max_length is -1; expected a whole number from 0 through 9223372036854775807"
    ),
    (#""max_length": 128, "#, "", "/tokenizer.json: truncation.max_length is missing"),
    (
      #""LongestFirst""#, #""longest_first""#,
      #"/tokenizer.json: truncation.strategy is "longest_first"; expected "LongestFirst", "OnlyFirst" or "OnlySecond""#
    ),
    (
      #""stride": 0"#, #""stride": false"#,
      "/tokenizer.json: truncation.stride is false; expected a whole number from 0 through 9223372036854775807"
    ),
    (
      #"{"Fixed": 128}"#, #""Fixed""#,
      #"/tokenizer.json: padding.strategy is "Fixed"; expected "BatchLongest" or {"Fixed": a whole number}"#
    ),
    (
      #"{"Fixed": 128}"#, #"{"Fixed": "128"}"#,
      #"/tokenizer.json: padding.strategy.Fixed is "128"; expected a whole number from 0 through 9223372036854775807"#
    ),
    (
      #"{"Fixed": 128}"#, #"{"Longest": 128}"#,
      "/tokenizer.json: padding.strategy.Longest is not a known field; expected only Fixed"
    ),
    (
      #""pad_to_multiple_of": null"#, #""pad_to_multiple_of": -8"#,
      "/tokenizer.json: padding.pad_to_multiple_of is -8; expected a whole number from 0 through 9223372036854775807"
    ),
    (
      #""pad_id": 0"#, #""pad_id": 0.5"#,
      "/tokenizer.json: padding.pad_id is 0.5; expected a whole number from 0 through 2147483647"
    ),
    (#""pad_token": "[PAD]""#, #""pad_token": 0"#, "/tokenizer.json: padding.pad_token is 0; expected a string"),
    (
      #"{"type": "WordPiece", "prefix""#, #"{"type": "Subword", "prefix""#,
      "/tokenizer.json: decoder.type Subword is not supported; expected BPEDecoder, ByteFallback, ByteLevel, CTC, Fuse, Metaspace, Replace, Sequence, Strip, WordPiece"
    ),
    (#"{"type": "WordPiece", "prefix""#, #"{"prefix""#, "/tokenizer.json: decoder.type is missing"),
    // Added tokens
    (
      #""id": 6"#, #""id": 99"#,
      #"/tokenizer.json: added_tokens[1] has the id 99; expected 6, the next free id, for "New""#
    ),
    (
      #""id": 1,"#, #""id": 0,"#,
      #"/tokenizer.json: added_tokens[0] has the id 0; expected 1, the id of "[UNK]" in the model"#
    ),
    (
      #""id": 1,"#, #""id": -1,"#,
      "/tokenizer.json: added_tokens[0].id is -1; expected a whole number from 0 through 2147483647"
    ),
    (
      #""id": 1,"#, #""id": 4294967297,"#,
      "/tokenizer.json: added_tokens[0].id is 4294967297; expected a whole number from 0 through 2147483647"
    ),
    (
      #""id": 1,"#, #""id": 1e0,"#,
      "/tokenizer.json: added_tokens[0].id is 1e0; expected a whole number from 0 through 2147483647"
    ),
    (#""id": 1, "#, "", "/tokenizer.json: added_tokens[0].id is missing"),
    (
      #""content": "New""#, #""content": "[UNK]""#,
      #"/tokenizer.json: added_tokens[1] is "[UNK]", which is an added token already"#
    ),
    (
      #""content": "New""#, #""content": """#,
      #"/tokenizer.json: added_tokens[1].content is ""; expected a token of one or more characters"#
    ),
    (
      #""content": "New""#, #""content": null"#,
      "/tokenizer.json: added_tokens[1].content is null; expected a string"
    ),
    (
      #""content": "New""#, #""content": "\u00AD""#,
      #"/tokenizer.json: nothing is left of the added token "­" after the normalizer"#
    ),
    (
      #""New""#, "\"" + String(repeating: "x", count: 1025) + "\"",
      #"/tokenizer.json: added_tokens[1].content has a token of 1025 bytes, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."; at most 1024 are read"#
    ),
    (
      #""single_word": true"#, #""single_word": 1"#,
      "/tokenizer.json: added_tokens[1].single_word is 1; expected true or false"
    ),
    (#""lstrip": true, "#, "", "/tokenizer.json: added_tokens[1].lstrip is missing"),
    (
      #""rstrip": true"#, #""rstrip": true, "strip": true"#,
      "/tokenizer.json: added_tokens[1].strip is not a known field; expected only id, content, single_word, lstrip, rstrip, normalized, special"
    ),
    (
      #""special": false}"#, "\"special\": false}, " + second,
      #"/tokenizer.json: the added tokens "New" and "nEW" are the same after the normalizer; one of them needs "normalized": false"#
    ),
    (#""special": false}"#, #""special": false}, 7"#, "/tokenizer.json: added_tokens[2] is 7; expected an object"),
    (#""é": 5"#, #""é": 6"#, #"/tokenizer.json: added_tokens[1] has the id 6, which is that of "é" in the model"#),
    // Normalizer and pre-tokenizer
    (
      #""BertNormalizer""#, #""Unaccent""#,
      "/tokenizer.json: normalizer.type Unaccent is not supported; expected BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Strip, StripAccents or a Sequence of these"
    ),
    (
      #""BertNormalizer""#, #""Re\nplace""#,
      #"/tokenizer.json: normalizer.type "Re\nplace" is not supported; expected BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Strip, StripAccents or a Sequence of these"#
    ),
    (#""BertNormalizer""#, "7", "/tokenizer.json: normalizer.type is 7; expected a string"),
    (#""type": "BertNormalizer", "#, "", "/tokenizer.json: normalizer.type is missing"),
    (
      #""clean_text": true"#, #""clean_text": "yes""#,
      #"/tokenizer.json: normalizer.clean_text is "yes"; expected true or false"#
    ),
    (
      #""lowercase": true"#, #""lowercase": null"#,
      "/tokenizer.json: normalizer.lowercase is null; expected true or false"
    ),
    (#""clean_text": true, "#, "", "/tokenizer.json: normalizer.clean_text is missing"),
    (
      #""strip_accents": null"#, #""strip_accents": 0"#,
      "/tokenizer.json: normalizer.strip_accents is 0; expected true or false"
    ),
    (
      #""strip_accents": null"#, #""strip_accent": null"#,
      "/tokenizer.json: normalizer.strip_accent is not a known field; expected only type, clean_text, handle_chinese_chars, strip_accents, lowercase"
    ),
    (
      normalizer, #"{"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Nmtx"}]}"#,
      "/tokenizer.json: normalizer.normalizers[1].type Nmtx is not supported; expected BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Strip, StripAccents or a Sequence of these"
    ),
    (normalizer, #"{"type": "Strip", "strip_left": true}"#, "/tokenizer.json: normalizer.strip_right is missing"),
    (
      normalizer, "{\"type\": \"NF\u{212A}C\"}",
      #"/tokenizer.json: normalizer.type "NFKC" is not supported; expected BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Strip, StripAccents or a Sequence of these"#
    ),
    (
      #""BertPreTokenizer""#, #""UnicodeScripts""#,
      "/tokenizer.json: pre_tokenizer.type UnicodeScripts is not supported; expected BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Split, Whitespace, WhitespaceSplit or a Sequence of these"
    ),
    (
      #""BertPreTokenizer""#, #""BertPreTokenizer", "x": {}"#,
      "/tokenizer.json: pre_tokenizer.x is not a known field; expected only type"
    ),
    (#"{"type": "BertPreTokenizer"}"#, "[]", "/tokenizer.json: pre_tokenizer is an array; expected an object"),
    (
      #""BertPreTokenizer""#, #""Sequence", "pretokenizers": {}"#,
      "/tokenizer.json: pre_tokenizer.pretokenizers is an object; expected an array"
    ),
    (
      #"{"type": "BertPreTokenizer"}"#,
      String(repeating: #"{"type": "Sequence", "pretokenizers": ["#, count: 90),
      "/tokenizer.json:10:2514: not JSON: arrays and objects are nested deeper than 128 levels"
    ),
    (
      #""BertPreTokenizer""#,
      #""Sequence", "pretokenizers": ["# + Array(repeating: "{}", count: 65).joined(separator: ",") + "]",
      "/tokenizer.json: pre_tokenizer.pretokenizers has 65 elements; at most 64 are read"
    ),
    // Post-processor
    (
      #""TemplateProcessing""#, #""Template""#,
      "/tokenizer.json: post_processor.type Template is not supported; expected BertProcessing, ByteLevel, RobertaProcessing, TemplateProcessing or a Sequence of these"
    ),
    (
      #""ids": [2]"#, #""ids": [77]"#,
      #"/tokenizer.json: post_processor.special_tokens["[CLS]"].ids[0] is 77; expected the id of a token"#
    ),
    (
      #""ids": [2]"#, #""ids": [2, 2]"#,
      #"/tokenizer.json: post_processor.special_tokens["[CLS]"] has 2 ids and 1 tokens; expected as many of both"#
    ),
    (
      #""SpecialToken": {"id": "[CLS]""#, #""SpecialToken": {"id": "[SEP]""#,
      #"/tokenizer.json: post_processor.single[0].SpecialToken.id is "[SEP]"; expected a name in special_tokens"#
    ),
    (
      #""A", "type_id": 0}}], "pair""#, #""B", "type_id": 0}}], "pair""#,
      #"/tokenizer.json: post_processor.single[1].Sequence.id is "B"; expected "A""#
    ),
    (
      #", {"Sequence": {"id": "A", "type_id": 0}}], "pair""#, #"], "pair""#,
      "/tokenizer.json: post_processor.single does not use the sequence A"
    ),
    (
      #", {"Sequence": {"id": "B", "type_id": 1}}]"#, "]",
      "/tokenizer.json: post_processor.pair does not use the sequence B"
    ),
    (
      #""type_id": 1"#, #""type_id": "1""#,
      #"/tokenizer.json: post_processor.pair[1].Sequence.type_id is "1"; expected a whole number from 0 through 2147483647"#
    ),
    (
      #"{"SpecialToken": {"#, #"{"Sequence": {}, "SpecialToken": {"#,
      "/tokenizer.json: post_processor.single[0] has 2 members; expected one, Sequence or SpecialToken"
    ),
    (
      #"{"SpecialToken": {"#, #"{"Special": {"#,
      "/tokenizer.json: post_processor.single[0].Special is not a known field; expected only Sequence, SpecialToken"
    ),
    (
      #"{"SpecialToken": {"id": "[CLS]", "type_id": 0}}"#, #""[CLS]""#,
      #"/tokenizer.json: post_processor.single[0] is "[CLS]"; expected {"Sequence": ...} or {"SpecialToken": ...}"#
    ),
    (
      template, #"{"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": [2]}"#,
      #"/tokenizer.json: post_processor.cls is an array; expected a token and its id, such as ["[SEP]", 102]"#
    ),
    (
      template, #"{"type": "BertProcessing", "sep": ["[SEP]", 9], "cls": ["[CLS]", 2]}"#,
      "/tokenizer.json: post_processor.sep[1] is 9; expected the id of a token"
    ),
    (
      template, #"{"type": "BertProcessing", "sep": ["a", 3], "cls": ["a", 3], "trim_offsets": true}"#,
      "/tokenizer.json: post_processor.trim_offsets is not a known field; expected only type, sep, cls"
    ),
    (
      template, #"{"type": "RobertaProcessing", "sep": ["a", 3], "cls": ["a", 3], "trim_offsets": true}"#,
      "/tokenizer.json: post_processor.add_prefix_space is missing"
    ),
    (
      template, #"{"type": "Sequence", "processors": [{"type": "BertProcessing"}]}"#,
      "/tokenizer.json: post_processor.processors[0].sep is missing"
    ),
    (
      template, #"{"type": "Sequence", "processors": ["# + three + ", " + template + "]}",
      "/tokenizer.json: post_processor gives a template 3 pieces; expected 1 or 2, so no other template may come before it"
    ),
    (
      template,
      #"{"type": "Sequence", "processors": [{"type": "Sequence", "processors": ["# + bert(40)
        + #"]}, {"type": "Sequence", "processors": ["# + bert(25) + "]}]}",
      "/tokenizer.json: post_processor has 65 processors inside; at most 64 are read"
    ),
    (
      #""ids": [2]"#, #""ids": ["# + Array(repeating: "2", count: 1025).joined(separator: ",") + "]",
      #"/tokenizer.json: post_processor.special_tokens["[CLS]"].ids has 1025 elements; at most 1024 are read"#
    ),
    // Model
    (
      #"{"type": "WordPiece", "unk_token""#, #"{"type": "WordLevel", "unk_token""#,
      "/tokenizer.json: model.type WordLevel is not supported; expected BPE, Unigram or WordPiece"
    ),
    (
      #"{"type": "WordPiece", "unk_token""#, #"{"type": null, "unk_token""#,
      "/tokenizer.json: model.type is null; expected a string"
    ),
    (#""unk_token": "[UNK]", "#, "", "/tokenizer.json: model.unk_token is missing"),
    (#""unk_token": "[UNK]""#, #""unk_token": null"#, "/tokenizer.json: model.unk_token is null; expected a string"),
    (
      ###""continuing_subword_prefix": "##""###, #""continuing_subword_prefix": []"#,
      "/tokenizer.json: model.continuing_subword_prefix is an array; expected a string"
    ),
    (
      #""max_input_chars_per_word": 100"#, #""max_input_chars_per_word": 99999999999999999999"#,
      "/tokenizer.json: model.max_input_chars_per_word is 99999999999999999999; expected a whole number from 0 through 9223372036854775807"
    ),
    (
      #""max_input_chars_per_word": 100"#, #""max_input_chars_per_word": 100, "merges": []"#,
      "/tokenizer.json: model.merges is not a known field; expected only type, unk_token, continuing_subword_prefix, max_input_chars_per_word, vocab"
    ),
    (vocabulary, "{}", "/tokenizer.json: model.vocab is empty; expected at least one token"),
    (vocabulary, #"[["a", 0.5]]"#, "/tokenizer.json: model.vocab is an array; expected an object"),
    (
      ###""##b": 4"###, ###""##b": 3"###,
      ###"/tokenizer.json: model.vocab gives the id 3 to "a" and to "##b"; ids must be unique"###
    ),
    (
      ###""##b": 4"###, ###""##b": -4"###,
      ###"/tokenizer.json: model.vocab["##b"] is -4; expected a whole number from 0 through 2147483647"###
    ),
    (
      ###""##b": 4"###, ###""##b": 2147483648"###,
      ###"/tokenizer.json: model.vocab["##b"] is 2147483648; expected a whole number from 0 through 2147483647"###
    ),
    (
      ###""##b": 4"###, ###""##b": "4""###,
      ###"/tokenizer.json: model.vocab["##b"] is "4"; expected a whole number from 0 through 2147483647"###
    ),
    (
      ###""##b": 4"###, ###""##b": 4.0"###,
      ###"/tokenizer.json: model.vocab["##b"] is 4.0; expected a whole number from 0 through 2147483647"###
    ),
    (
      ###""##b": 4"###, ###""##\u000a\"b": null"###,
      ###"/tokenizer.json: model.vocab["##\n\"b"] is null; expected a whole number from 0 through 2147483647"###
    ),
    (
      ###""##b""###, "\"" + String(repeating: "y", count: 65_537) + "\"",
      #"/tokenizer.json: model.vocab has a token of 65537 bytes, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy..."; at most 65536 are read"#
    ),
    (
      #""[PAD]": 0"#, #""[PAD]": 0, "[PAD]": 7"#,
      #"/tokenizer.json:13:145: not JSON: the member name "[PAD]" stands twice in one object"#
    ),
    (
      #""[PAD]": 0"#, #""[PAD]": 0, "[P\u0041D]": 7"#,
      #"/tokenizer.json:13:145: not JSON: the member name "[PAD]" stands twice in one object"#
    ),
    (#""é": 5"#, #""\ud800": 5"#, "/tokenizer.json:13:188: not JSON: an escape names half of a surrogate pair"),
    (
      #""é": 5"#, "\"\u{1}\": 5",
      "/tokenizer.json:13:188: not JSON: a control character stands in a string without an escape (0x01)"
    ),
    (#""é": 5"#, #""é": 05"#, "/tokenizer.json:13:193: not JSON: a number starts with 0"),
    (
      #""é": 5"#, #""é": 5,"#,
      #"/tokenizer.json:13:194: not JSON: expected a member name in quotation marks, found "}""#
    ),
    (#""é": 5}"#, #""é": 5"#, #"/tokenizer.json:14:2: not JSON: expected "," or "}", found the end of the text"#),
  ]
}
