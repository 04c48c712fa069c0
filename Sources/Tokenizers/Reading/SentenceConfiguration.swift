import Files
import JSONText

/// `sentence_bert_config.json`, or the file of another name that sentence-transformers looks for: what it does to the
/// tokenizer.
///
/// Upstream: `sentence_transformers/base/modules/transformer.py`, `load_config`.
struct SentenceConfiguration {
  /// The names of the file; the first that is there and not empty counts.
  private static let names = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"].map {
    "sentence_\($0)_config.json"
  }

  /// The longest text in tokens (`max_seq_length`).
  private(set) var maximumLength: Int?
  /// True if texts are lower-cased, special tokens in them excepted (`do_lower_case`).
  private(set) var lowercasesText = false
  /// The arguments for the tokenizer, which come before `tokenizer_config.json`.
  private(set) var arguments: JSONNode?
  /// The file; nil if there is none.
  private(set) var file: String?

  /// No file.
  init() {}

  /// Reads the file of a folder.
  ///
  /// - Parameter output: what the model has to give; nil for either of what is read.
  init(folder: String, output: TransformerOutput? = nil) throws(TokenizerError) {
    for name in Self.names.map({ Files.join(folder, $0) }) {
      guard let node = try JSONNode.readIfPresent(name), try !node.members().isEmpty else { continue }
      file = name
      try read(node, output)
      return
    }
  }

  private mutating func read(_ node: JSONNode, _ output: TransformerOutput?) throws(TokenizerError) {
    let fields = try node.fields(
      "max_seq_length", "do_lower_case", "model_args", "model_kwargs", "tokenizer_args", "processor_kwargs",
      "config_args", "config_kwargs", "transformer_task", "modality_config", "module_output_name", "unpad_inputs",
      "query_length", "document_length", "query_expansion", "processing_kwargs", "tokenizer_name_or_path")
    maximumLength = try fields.optional("max_seq_length")?.integer(1...(1 << 20))
    lowercasesText = try fields.optional("do_lower_case")?.boolean() ?? false
    arguments = try Self.arguments(
      fields, "tokenizer_args", "processor_kwargs",
      known: [
        "do_lower_case", "strip_accents", "tokenize_chinese_chars", "model_max_length", "max_len", "truncation_side",
        "model_input_names", "padding_side", "clean_up_tokenization_spaces", "use_fast",
      ])
    // Of the model's arguments, these change no more than its precision and its speed.
    _ = try Self.arguments(
      fields, "model_args", "model_kwargs",
      known: ["torch_dtype", "dtype", "attn_implementation", "add_pooling_layer", "low_cpu_mem_usage"])
    _ = try Self.arguments(fields, "config_args", "config_kwargs", known: [])
    for name in ["query_length", "document_length", "query_expansion", "processing_kwargs", "tokenizer_name_or_path"] {
      guard let member = fields.optional(name), member.value != .object(JSONObject()) else { continue }
      throw member.error(
        "\(member.path) is \(member.value.shortText), which changes the tokens and is not supported; remove it")
    }
    try (output.map { [$0] } ?? TransformerOutput.allCases).check(fields)
  }

  /// Arguments under one of their two names.
  private static func arguments(
    _ fields: JSONFields, _ oldName: String, _ name: String, known: [String]
  ) throws(TokenizerError) -> JSONNode? {
    guard let node = fields.optional(oldName) ?? fields.optional(name) else { return nil }
    if fields.optional(oldName) != nil, let other = fields.optional(name) {
      throw other.error("\(other.path) and \(node.path) are the same setting; keep one of them")
    }
    // What sentence-transformers itself sets, or never takes from a file.
    let replaced = ["trust_remote_code", "subfolder", "token", "cache_dir", "revision", "local_files_only"]
    for (argument, value) in try node.members() where !(known + replaced).contains(argument) {
      let remedy = known.isEmpty ? "remove it" : "expected only \(known.joined(separator: ", "))"
      throw node.error("\(node.child(argument, value).path) is not supported; \(remedy)")
    }
    return node
  }
}

/// The output of the transformer of sentence-transformers.
public enum TransformerOutput: Sendable, CaseIterable {
  /// The hidden state of each token.
  case tokenStates
  /// The scores of a head.
  case scores

  /// The `transformer_task`.
  fileprivate var task: String { self == .tokenStates ? "feature-extraction" : "sequence-classification" }
  /// The `module_output_name`.
  fileprivate var name: String { self == .tokenStates ? "token_embeddings" : "scores" }
  /// The output of the class in transformers.
  fileprivate var method: String { self == .tokenStates ? "last_hidden_state" : "logits" }
}

extension [TransformerOutput] {
  /// Refuses settings that ask for another output than these.
  fileprivate func check(_ fields: JSONFields) throws(TokenizerError) {
    if let task = fields.optional("transformer_task") { _ = try task.choice(map(\.task)) }
    if let name = fields.optional("module_output_name") { _ = try name.choice(map(\.name)) }
    guard let text = fields.optional("modality_config")?.presentMember("text") else { return }
    if let method = text.presentMember("method") { _ = try method.choice("forward") }
    if let output = text.presentMember("method_output_name") { _ = try output.choice(map(\.method)) }
  }
}
