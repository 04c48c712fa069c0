import Files

extension BytePairs {
  /// The model of a byte-level class: that of `tokenizer.json`, or `vocab.json` and `merges.txt`.
  ///
  /// - Parameters:
  ///   - file: `tokenizer.json` or `vocab.json`.
  ///   - read: the model of `tokenizer.json`.
  init(
    _ folder: String, _ kind: TokenizerClass, file: String, _ read: TokenModel?
  ) throws(TokenizerError) {
    guard let read else {
      let mergesFile = Files.join(folder, "merges.txt")
      guard Files.exists(mergesFile) else {
        throw TokenizerError("\(mergesFile): the file is missing; \(kind.name) needs it beside vocab.json")
      }
      let root = try JSONNode.read(file)
      let vocabulary = try TokenizerFile.readVocabulary(
        JSONNode(file: file, path: "the vocabulary", value: root.value))
      let merges = try MergesFile.read(mergesFile)
      let table = try TokenizerFile.mergeTable(merges, of: vocabulary, Options()) { "\(mergesFile): merge \($0 + 1)" }
      self.init(vocabulary: vocabulary, merges: table, options: Options())
      return
    }
    guard case .bytePairs(let model) = read else {
      throw TokenizerError("\(file): the model is none of BPE, which \(kind.name) needs")
    }
    guard model.options.continuation.isEmpty else {
      throw TokenizerError(
        "\(file): model.continuing_subword_prefix is there, but \(kind.name) does without it; use the class "
          + "PreTrainedTokenizerFast")
    }
    self = model
  }
}
