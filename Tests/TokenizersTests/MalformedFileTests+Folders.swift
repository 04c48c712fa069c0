/// The folders whose tokenizer cannot be made, each with what is said about it.
extension MalformedFileTests {
  /// Files by name, and the message after the path of the folder.
  static let folders: [(files: [String: String], message: String)] = [
    ([:], ": no tokenizer here; expected the file tokenizer.json or vocab.txt"),
    (["vocab.txt": ""], "/vocab.txt: the file is empty; expected one token a line"),
    (["vocab.txt": "a\n"], #"/vocab.txt: the token "[UNK]" is missing; unk_token needs it"#),
    (["vocab.txt": "[UNK]\n[CLS]\n"], #"/vocab.txt: the token "[SEP]" is missing; sep_token needs it"#),
    (["vocab.txt": "[UNK]\n[SEP]\n"], #"/vocab.txt: the token "[CLS]" is missing; cls_token needs it"#),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"unk_token": "<unk>"}"#],
      #"/vocab.txt: the token "<unk>" is missing; unk_token needs it"#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"unk_token": ""}"#],
      #"/tokenizer_config.json: unk_token is ""; expected a token of one or more characters"#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"sep_token": 3}"#],
      "/tokenizer_config.json: sep_token is 3; expected a token, as a string or an object"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"cls_token": {"content": "[CLS]", "size": 1}}"#],
      "/tokenizer_config.json: cls_token.size is not a known field; expected only __type, content, lstrip, normalized, rstrip, single_word, special"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"cls_token": {"__type": "AddedToken", "lstrip": true}}"#],
      "/tokenizer_config.json: cls_token.content is missing"
    ),
    (
      ["vocab.txt": words, "special_tokens_map.json": #"{"cls_token": "<s>"}"#],
      #"/vocab.txt: the token "<s>" is missing; cls_token needs it"#
    ),
    (
      ["vocab.txt": words, "special_tokens_map.json": "[]"],
      "/special_tokens_map.json: the file holds an array; expected an object"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"do_lower_case": "yes"}"#],
      #"/tokenizer_config.json: do_lower_case is "yes"; expected true or false"#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"strip_accents": 1}"#],
      "/tokenizer_config.json: strip_accents is 1; expected true or false"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"do_lower_case": true"#],
      #"/tokenizer_config.json:1:23: not JSON: expected "," or "}", found the end of the text"#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": "[1]"],
      "/tokenizer_config.json: the file holds an array; expected an object"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"x_token": "a", "extra_special_tokens": {"x_token": "b"}}"#],
      #"/tokenizer_config.json: extra_special_tokens.x_token is "b", but x_token is "a" elsewhere; keep one of them"#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"tokenizer_class": "BertJapaneseTokenizer"}"#],
      "/tokenizer_config.json: tokenizer_class BertJapaneseTokenizer is not supported; expected BertTokenizer, CamembertTokenizer, DistilBertTokenizer, GPT2Tokenizer, GPTNeoXTokenizer, MPNetTokenizer, Qwen2Tokenizer, RobertaTokenizer, XLMRobertaTokenizer or PreTrainedTokenizerFast"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"tokenizer_class": 7}"#],
      "/tokenizer_config.json: tokenizer_class is 7; expected a string"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"model_max_length": "512"}"#],
      #"/tokenizer_config.json: model_max_length is "512"; expected a number"#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"model_max_length": 12.5}"#],
      "/tokenizer_config.json: model_max_length is 12.5; expected a whole number"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"additional_special_tokens": "[NEW]"}"#],
      #"/tokenizer_config.json: additional_special_tokens is "[NEW]"; expected an array"#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"added_tokens_decoder": []}"#],
      "/tokenizer_config.json: added_tokens_decoder is an array; expected an object"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"added_tokens_decoder": {"x": {"content": "y"}}}"#],
      #"/tokenizer_config.json: added_tokens_decoder.x is not named by an id; expected a name such as "100""#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"added_tokens_decoder": {"05": {"content": "y"}}}"#],
      #"/tokenizer_config.json: added_tokens_decoder["05"] is not named by an id; expected a name such as "100""#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"added_tokens_decoder": {"9": {"content": "y"}}}"#],
      #"/tokenizer_config.json: added_tokens_decoder["9"] has the id 9; expected 4, the next free id, for "y""#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"added_tokens_decoder": {"0": {"content": "[CLS]"}}}"#],
      #"/tokenizer_config.json: added_tokens_decoder["0"] has the id 0; expected 1, the id of "[CLS]" in the model"#
    ),
    (
      [
        "vocab.txt": words,
        "tokenizer_config.json": #"{"added_tokens_decoder": {"4": {"content": "y"}, "5": {"content": "y"}}}"#,
      ],
      #"/tokenizer_config.json: added_tokens_decoder["5"] is "y", which is an added token already"#
    ),
    (
      [
        "vocab.txt": "a\na\n[UNK]\n[CLS]\n[SEP]\n",
        "tokenizer_config.json": #"{"added_tokens_decoder": {"4": {"content": "y"}}}"#,
      ],
      #"/tokenizer_config.json: added_tokens_decoder["4"] has the id 4, which is that of "[SEP]" in the model"#
    ),
    (
      ["vocab.txt": words, "added_tokens.json": #"{"y": 5}"#],
      #"/added_tokens.json: y has the id 5; expected 4, the next free id, for "y""#
    ),
    (
      [
        "tokenizer.json": json,
        "tokenizer_config.json": #"{"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": true}"#,
      ],
      "/tokenizer_config.json: model_max_length is true; expected a number"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"model_max_length": 0}"#],
      "/tokenizer_config.json: model_max_length is 0; expected a number of tokens from 1"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"max_len": -1}"#],
      "/tokenizer_config.json: max_len is -1; expected a number of tokens from 1"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"do_lower_case": null}"#],
      "/tokenizer_config.json: do_lower_case is null; expected true or false"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"sep_token": null}"#],
      "/tokenizer_config.json: sep_token is null; expected a token"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"cls_token": {"content": "[CLS]"}}"#],
      "/tokenizer_config.json: cls_token.__type is missing"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"truncation_side": "middle"}"#],
      #"/tokenizer_config.json: truncation_side is "middle"; expected "left" or "right""#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"model_input_names": ["input_ids"]}"#],
      "/tokenizer_config.json: model_input_names should hold input_ids and attention_mask, without which padding changes the vectors"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"word_tokenizer_type": "mecab"}"#],
      #"/tokenizer_config.json: word_tokenizer_type is "mecab": words are cut by a tokenizer for Japanese, such as MeCab, which hone does not have; choose a model with BertTokenizer"#
    ),
    (
      ["vocab.txt": words, "config.json": #"{"tokenizer_class": "BertJapaneseTokenizer"}"#],
      "/config.json: tokenizer_class BertJapaneseTokenizer is not supported; expected BertTokenizer, CamembertTokenizer, DistilBertTokenizer, GPT2Tokenizer, GPTNeoXTokenizer, MPNetTokenizer, Qwen2Tokenizer, RobertaTokenizer, XLMRobertaTokenizer or PreTrainedTokenizerFast"
    ),
    (
      [
        "vocab.txt": words, "tokenizer_config.json": #"{"tokenizer_class": "BertTokenizer"}"#,
        "config.json": #"{"tokenizer_class": "LlamaTokenizer"}"#,
      ],
      "/config.json: tokenizer_class LlamaTokenizer is not supported; expected BertTokenizer, CamembertTokenizer, DistilBertTokenizer, GPT2Tokenizer, GPTNeoXTokenizer, MPNetTokenizer, Qwen2Tokenizer, RobertaTokenizer, XLMRobertaTokenizer or PreTrainedTokenizerFast"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"tokenizer_class": "PreTrainedTokenizerFast"}"#],
      "/vocab.txt: the class PreTrainedTokenizerFast reads no such file; expected a tokenizer.json"
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"auto_map": {"AutoTokenizer": ["x.Y", null]}}"#],
      "/tokenizer_config.json: auto_map is there: the tokenizer needs code of its own, which hone does not read; save the tokenizer without it"
    ),
    (
      ["vocab.txt": words, "added_tokens.json": #"{"y": 4, "z": 4}"#],
      #"/added_tokens.json: y has the id 4, which is that of "z" too"#
    ),
    (
      ["vocab.txt": words, "sentence_bert_config.json": #"{"tokenizer_args": {"cls_token": "a"}}"#],
      "/sentence_bert_config.json: tokenizer_args.cls_token is not supported; expected only do_lower_case, strip_accents, tokenize_chinese_chars, model_max_length, max_len, truncation_side, model_input_names, padding_side, clean_up_tokenization_spaces, use_fast"
    ),
    (
      ["vocab.txt": words, "sentence_bert_config.json": #"{"tokenizer_args": {}, "processor_kwargs": {}}"#],
      "/sentence_bert_config.json: processor_kwargs and tokenizer_args are the same setting; keep one of them"
    ),
    (
      ["vocab.txt": words, "sentence_bert_config.json": #"{"config_args": {"hidden_act": "relu"}}"#],
      "/sentence_bert_config.json: config_args.hidden_act is not supported; remove it"
    ),
    (
      ["vocab.txt": words, "sentence_roberta_config.json": #"{"query_length": 32}"#],
      "/sentence_roberta_config.json: query_length is 32, which changes the tokens and is not supported; remove it"
    ),
    (
      ["vocab.txt": words, "sentence_bert_config.json": #"{"max_seq_length": 0}"#],
      "/sentence_bert_config.json: max_seq_length is 0; expected a whole number from 1 through 1048576"
    ),
    (
      ["vocab.txt": words, "sentence_bert_config.json": #"{"module_output_name": "sentence_embedding"}"#],
      #"/sentence_bert_config.json: module_output_name is "sentence_embedding"; expected "token_embeddings" or "scores""#
    ),
    (
      ["vocab.txt": words, "tokenizer_config.json": #"{"padding_side": "left"}"#],
      "/tokenizer_config.json: padding_side is left: padding at the left gives a text other positions in other batches; set it to right"
    ),
    (
      [
        "tokenizer.json": json.replacing(
          #""Fixed": 128}, "direction": "Right""#, with: #""Fixed": 128}, "direction": "Left""#), "config.json": "{}",
      ],
      "/tokenizer.json: padding.direction is Left: padding at the left gives a text other positions in other batches; set it to Right"
    ),
    (
      ["vocab.txt": words, "tokenizer.model": ""],
      "/tokenizer.model: a vocabulary of this form is not supported; remove it, or add a tokenizer.json"
    ),
  ]
}
