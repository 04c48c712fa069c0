import JSONText

/// The components of `tokenizer.json` that have a type.
extension TokenizerFile {
  // MARK: - Normalizers

  static func readNormalizer(_ node: JSONNode) throws(TokenizerError) -> Normalizer {
    let type = try componentType(node)
    switch try type.keyword() {
    case "BertNormalizer":
      let fields = try node.fields(
        "type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase")
      let lowercases = try fields["lowercase"].boolean()
      return .bert(
        BertNormalizer(
          cleansText: try fields["clean_text"].boolean(),
          isolatesIdeographs: try fields["handle_chinese_chars"].boolean(),
          // Null means the same as `lowercase`.
          stripsAccents: try fields.optional("strip_accents")?.boolean() ?? lowercases,
          lowercases: lowercases))
    case "Lowercase": return try withoutFields(node, .lowercase)
    case "StripAccents": return try withoutFields(node, .stripAccents)
    case "NFD": return try withoutFields(node, .decomposition(compatibility: false))
    case "NFKD": return try withoutFields(node, .decomposition(compatibility: true))
    case "NFC": return try withoutFields(node, .composition(compatibility: false))
    case "NFKC": return try withoutFields(node, .composition(compatibility: true))
    case "ByteLevel": return try withoutFields(node, .alphabet)
    case "Nmt": return try withoutFields(node, .machineTranslation)
    case "Precompiled": return .precompiled(try readPrecompiled(node))
    case "Prepend": return .prefix(Array(try node.fields("type", "prepend")["prepend"].string().utf8))
    case "Replace": return .replacement(try readReplacement(node))
    case "Strip":
      let fields = try node.fields("type", "strip_left", "strip_right")
      return .strip(left: try fields["strip_left"].boolean(), right: try fields["strip_right"].boolean())
    case "Sequence":
      let steps = try node.fields("type", "normalizers")["normalizers"].elements(atMost: Limits.steps)
      return .sequence(try steps.map(readNormalizer))
    default:
      throw unsupported(
        type,
        "BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Strip, "
          + "StripAccents or a Sequence of these")
    }
  }

  // MARK: - Pre-tokenizers

  static func readPreTokenizer(_ node: JSONNode) throws(TokenizerError) -> PreTokenizer {
    let type = try componentType(node)
    switch try type.keyword() {
    case "BertPreTokenizer": return try withoutFields(node, .scanner(WordScanner(.bert)))
    case "Whitespace": return try withoutFields(node, .scanner(WordScanner(.whitespace)))
    case "WhitespaceSplit": return try withoutFields(node, .scanner(WordScanner(.whitespaceSplit)))
    case "ByteLevel": return .byteLevel(try readByteLevel(node))
    case "Metaspace": return .metaspace(try readMetaspace(node))
    case "Split": return try readSplit(node)
    case "Digits":
      return .digits(individual: try node.fields("type", "individual_digits")["individual_digits"].boolean())
    case "Punctuation":
      _ = try node.fields("type", "behavior")
      return .punctuation(try node.member("behavior").map(readBehavior) ?? .isolated)
    case "Sequence":
      let steps = try node.fields("type", "pretokenizers")["pretokenizers"].elements(atMost: Limits.steps)
      return .sequence(try steps.map(readPreTokenizer))
    default:
      throw unsupported(
        type,
        "BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Split, Whitespace, WhitespaceSplit or a Sequence "
          + "of these")
    }
  }

  private static func readByteLevel(_ node: JSONNode) throws(TokenizerError) -> ByteLevel {
    let fields = try node.fields("type", "add_prefix_space", "trim_offsets", "use_regex")
    return ByteLevel(
      addsPrefixSpace: try fields["add_prefix_space"].boolean(),
      cutsWords: try node.member("use_regex")?.boolean() ?? true, trimsOffsets: try fields["trim_offsets"].boolean())
  }

  private static func readSplit(_ node: JSONNode) throws(TokenizerError) -> PreTokenizer {
    let fields = try node.fields("type", "pattern", "behavior", "invert")
    let kinds = try fields["pattern"].fields("String", "Regex")
    let isRegex = kinds.optional("String") == nil
    guard try kinds.node.members().count == 1 else {
      throw kinds.node.unexpected("one pattern, as {\"String\": ...} or {\"Regex\": ...}")
    }
    let text = try kinds[isRegex ? "Regex" : "String"]
    let pattern: SplitPattern = isRegex ? .regex(try text.string()) : .string(try text.string())
    guard let matches = pattern.matches else {
      throw isRegex
        ? text.error(
          "\(text.path) is \(JSONNode.quoted(try text.string())), which is none of the patterns that hone cuts words with: "
            + "those of GPT-2, GPT-4, GPT-4o, Llama 3, Qwen 2, Qwen 3.5 and Mistral, and runs of one kind of character")
        : text.unexpected("a text of one or more characters")
    }
    let splitter = Splitter(matches, try readBehavior(try fields["behavior"]), inverts: try fields["invert"].boolean())
    return .split(pattern, splitter)
  }

  private static func readBehavior(_ node: JSONNode) throws(TokenizerError) -> Splitter.Behavior {
    guard let behavior = Splitter.Behavior(rawValue: try node.keyword()) else {
      throw node.unexpected("one of " + Splitter.Behavior.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return behavior
  }

  // MARK: - Post-processors

  static func readPostProcessor(
    _ node: JSONNode, _ known: KnownIDs
  ) throws(TokenizerError) -> [PostProcessor.Step] {
    let type = try componentType(node)
    switch try type.keyword() {
    case "BertProcessing":
      let fields = try node.fields("type", "sep", "cls")
      let separator = try tokenPair(try fields["sep"], known)
      return [.bert(separator: separator, classifier: try tokenPair(try fields["cls"], known))]
    case "RobertaProcessing":
      let fields = try node.fields("type", "sep", "cls", "trim_offsets", "add_prefix_space")
      // Both only move offsets.
      _ = try fields["trim_offsets"].boolean()
      _ = try fields["add_prefix_space"].boolean()
      let separator = try tokenPair(try fields["sep"], known)
      return [.roberta(separator: separator, classifier: try tokenPair(try fields["cls"], known))]
    case "TemplateProcessing": return [try readTemplate(node, known)]
    case "ByteLevel":
      // Moves offsets only.
      _ = try readByteLevel(node)
      return []
    case "Sequence":
      let steps = try node.fields("type", "processors")["processors"].elements(atMost: Limits.steps)
      let all = try steps.map { (step) throws(TokenizerError) in try readPostProcessor(step, known) }.flatMap(\.self)
      guard all.count <= Limits.steps else {
        throw node.error("\(node.path) has \(all.count) processors inside; at most \(Limits.steps) are read")
      }
      return all
    default:
      throw unsupported(
        type, "BertProcessing, ByteLevel, RobertaProcessing, TemplateProcessing or a Sequence of these")
    }
  }

  /// `["[SEP]", 102]`.
  private static func tokenPair(_ node: JSONNode, _ known: KnownIDs) throws(TokenizerError) -> Int32 {
    guard case .array(let elements) = node.value, elements.count == 2, case .string = elements[0] else {
      throw node.unexpected("a token and its id, such as [\"[SEP]\", 102]")
    }
    return try known.id(try node.elements()[1])
  }

  private static func readTemplate(
    _ node: JSONNode, _ known: KnownIDs
  ) throws(TokenizerError) -> PostProcessor.Step {
    let fields = try node.fields("type", "single", "pair", "special_tokens")
    let table = try fields["special_tokens"]
    var specials = SpecialTokens()
    for (name, value) in try table.members() {
      let entry = table.child(name, value)
      let fields = try entry.fields("id", "ids", "tokens")
      _ = try fields["id"].string()
      let ids = try fields["ids"].elements(atMost: Limits.templatePieces).map { (node) throws(TokenizerError) in
        try known.id(node)
      }
      let tokens = try fields["tokens"].elements().map { (node) throws(TokenizerError) in try node.string() }
      guard ids.count == tokens.count else {
        throw entry.error("\(entry.path) has \(ids.count) ids and \(tokens.count) tokens; expected as many of both")
      }
      specials.insert(name, ids)
    }
    let single = try readPieces(try fields["single"], texts: ["A"], specials)
    let pair = try readPieces(try fields["pair"], texts: ["A", "B"], specials)
    return .template(single: single, pair: pair)
  }

  /// The parts of a template, one array for each; every one of `texts` must occur, and no other.
  private static func readPieces(
    _ node: JSONNode, texts: [String], _ specials: SpecialTokens
  ) throws(TokenizerError) -> [[PostProcessor.Part]] {
    var unused = Set(texts)
    var pieces: [[PostProcessor.Part]] = []
    for element in try node.elements(atMost: Limits.templatePieces) {
      let kinds = try element.members("{\"Sequence\": ...} or {\"SpecialToken\": ...}")
      guard kinds.count == 1, let kind = kinds.first else {
        throw element.error("\(element.path) has \(kinds.count) members; expected one, Sequence or SpecialToken")
      }
      let fields = try element.fields("Sequence", "SpecialToken")
      let piece = try fields[kind.name]
      let settings = try piece.fields("id", "type_id")
      let id = try settings["id"]
      let name = try id.string()
      let typeID = try settings["type_id"].id()
      if kind.name == "Sequence" {
        guard let index = texts.firstIndex(of: name) else {
          throw id.unexpected(texts.map { "\"\($0)\"" }.joined(separator: " or "))
        }
        unused.remove(name)
        pieces.append([.text(index, typeID: typeID)])
      } else {
        guard let ids = specials[name] else { throw id.unexpected("a name in special_tokens") }
        pieces.append(ids.map { .special(id: $0, typeID: typeID) })
      }
    }
    if let missing = unused.min() {
      throw node.error("\(node.path) does not use the sequence \(missing)")
    }
    return pieces
  }

  /// The ids of the special tokens of a template, by name.
  private struct SpecialTokens {
    private var names = ByteTable(capacity: 4)
    private var ids: [[Int32]] = []

    mutating func insert(_ name: String, _ ids: [Int32]) {
      // Names are unique: JSON with two members of one name is refused.
      _ = names.insert(name.utf8)
      self.ids.append(ids)
    }

    subscript(_ name: String) -> [Int32]? { names.index(of: name.utf8).map { ids[$0] } }
  }

  // MARK: - Shared

  private static func componentType(_ node: JSONNode) throws(TokenizerError) -> JSONNode {
    _ = try node.members()
    guard let type = node.member("type") else { throw node.error("\(node.child("type").path) is missing") }
    return type
  }

  /// A component that is nothing but its type.
  private static func withoutFields<Component>(
    _ node: JSONNode, _ component: Component
  ) throws(TokenizerError) -> Component {
    _ = try node.fields("type")
    return component
  }
}

/// The ids that tokens have: what a post-processor inserts must be among them, or no model has a row for it.
struct KnownIDs {
  private let model: Vocabulary
  private let added: Set<Int32>

  init(model: Vocabulary, addedTokens: [AddedToken]) {
    self.model = model
    added = Set(addedTokens.map(\.id))
  }

  func id(_ node: JSONNode) throws(TokenizerError) -> Int32 {
    let id = try node.id()
    guard model.token(id) != nil || added.contains(id) else {
      throw node.unexpected("the id of a token")
    }
    return id
  }
}
