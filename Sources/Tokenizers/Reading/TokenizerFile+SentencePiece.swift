import JSONText

/// The components of `tokenizer.json` that stand in for those of sentencepiece.
extension TokenizerFile {
  /// The normalizer `Precompiled`.
  static func readPrecompiled(_ node: JSONNode) throws(TokenizerError) -> Precompiled {
    let table = try node.fields("type", "precompiled_charsmap")["precompiled_charsmap"]
    guard let bytes = Base64.decoded(try table.string().utf8) else { throw table.unexpected("Base64") }
    do throws(Precompiled.Fault) {
      return try Precompiled(bytes)
    } catch {
      throw table.error("\(table.path) is not a table of sentencepiece: \(error.message)")
    }
  }

  /// The normalizer `Replace`.
  static func readReplacement(_ node: JSONNode) throws(TokenizerError) -> Replacement {
    let fields = try node.fields("type", "pattern", "content")
    let content = Array(try fields["content"].string().utf8)
    let pattern = try fields["pattern"]
    let kinds = try pattern.members("{\"String\": ...} or {\"Regex\": ...}")
    guard kinds.count == 1, let kind = kinds.first else {
      throw pattern.error("\(pattern.path) has \(kinds.count) members; expected one, String or Regex")
    }
    let text = try pattern.fields("String", "Regex")[kind.name]
    let string = try text.string()
    guard !string.isEmpty else { throw text.unexpected("one or more characters") }
    if kind.name == "String" { return Replacement(pattern: .text(Array(string.utf8)), content: content) }
    guard let expression = Replacement.Expression.allCases.first(where: { $0.rawValue.utf8.elementsEqual(string.utf8) })
    else {
      let known = Replacement.Expression.allCases.map { JSONNode.quoted($0.rawValue) }.joined(separator: ", ")
      throw text.error(
        "\(text.path) is \(JSONNode.quoted(string)), a regular expression that is not supported; expected one of \(known)"
      )
    }
    return Replacement(pattern: .expression(expression), content: content)
  }

  /// The pre-tokenizer `Metaspace`, in its older forms too.
  static func readMetaspace(_ node: JSONNode) throws(TokenizerError) -> Metaspace {
    let fields = try node.fields("type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep")
    let mark = try fields["replacement"]
    let text = try mark.string()
    guard text.unicodeScalars.count == 1 else { throw mark.unexpected("one character") }
    if let repeated = fields.optional("str_rep") { _ = try repeated.string() }
    var prefix = Metaspace.Prefix.always
    if let scheme = node.member("prepend_scheme") {
      prefix = Metaspace.Prefix(rawValue: try scheme.choice("always", "first", "never")) ?? .always
    }
    if let adds = fields.optional("add_prefix_space"), try !adds.boolean(), prefix != .never {
      throw adds.error("\(adds.path) is false, but prepend_scheme is \(prefix.rawValue); set prepend_scheme to never")
    }
    return Metaspace(mark: Array(text.utf8), prefix: prefix, splits: try fields.optional("split")?.boolean() ?? true)
  }
}
