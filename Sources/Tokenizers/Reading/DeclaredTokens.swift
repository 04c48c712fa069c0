import JSONText

/// The tokens that the files of a folder declare around the vocabulary, as the reference collects them.
///
/// `added_tokens_decoder` of `tokenizer_config.json` stands for all older forms: where it is, neither
/// `special_tokens_map.json` nor `added_tokens.json` counts, nor, for BertTokenizer, the added tokens of `tokenizer.json`.
///
/// Upstream: `tokenization_utils_base.py`, `_from_pretrained`, and `tokenization_utils_tokenizers.py`, `__init__`.
struct DeclaredTokens {
  /// The tokens with a role, such as `cls_token`, in the order of the reference.
  private(set) var roles: [(name: String, token: DeclaredToken)] = []
  private var places: [[UInt8]: Int] = [:]
  /// Further special tokens.
  private(set) var extra: [DeclaredToken] = []
  /// The tokens with an id.
  private var listed = ListedTokens()
  /// The tokens that make the same token of `added_tokens.json` special: those that the reference has read by then.
  private var makingSpecial: Set<[UInt8]> = []
  private let kind: TokenizerClass
  /// The file of the vocabulary.
  private let file: String

  /// The roles that every tokenizer of transformers has, in the order of the reference.
  static let roleNames = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// Collects the tokens.
  ///
  /// - Parameters:
  ///   - map: `special_tokens_map.json`, where it counts.
  ///   - added: `added_tokens.json`, where it counts.
  ///   - file: the file of the vocabulary, and what was read of `tokenizer.json`.
  ///   - pieces: the tokens that a model of sentencepiece declares by itself.
  init(
    _ configuration: TokenizerConfiguration, _ kind: TokenizerClass, map: JSONNode?, added: JSONNode?,
    file: (node: JSONNode, parts: TokenizerParts?), pieces: [DeclaredToken]?
  ) throws(TokenizerError) {
    self.kind = kind
    let standard = kind.standardTokens
    self.file = file.node.file
    for name in Self.roleNames {
      let node = map?.member(name) ?? configuration.setting(name)
      let isOfMap = map?.member(name) != nil
      if let node, !node.isNull {
        let token = try Self.role(node, isOfMap: isOfMap)
        try append(name, token.isText ? kind.token(ofRole: name, token) : token)
        // An object in tokenizer_config.json is none of them: it is still compared as a whole.
        if token.isText || isOfMap { makingSpecial.insert(token.token.content) }
      } else if let node, kind.neededRoles.contains(name) {
        throw node.unexpected("a token")
      } else if node == nil, let text = standard[name] {
        try append(name, kind.token(ofRole: name, DeclaredToken(text, file.node)))
      } else if node == nil, name == "pad_token", !kind.isRebuilt, let text = file.parts?.paddingToken, !text.isEmpty {
        try append(name, DeclaredToken(text, file.node))
      }
    }
    // The reference collects the texts of tokenizer_config.json by themselves, and last.
    try readOtherRoles(configuration.settings, isOfMap: false, texts: false)
    try readOtherRoles(map, isOfMap: true, texts: false)
    try readOtherRoles(map, isOfMap: true, texts: true)
    try readOtherRoles(configuration.settings, isOfMap: false, texts: true)
    try readExtra(configuration, map, pieces)
    if let node = configuration.setting("added_tokens_decoder") {
      try readDecoder(node)
    } else {
      try readAdded(added)
      for token in file.parts?.addedTokens ?? [] { try listed.append(token.id, DeclaredToken(token, file.node)) }
    }
  }

  /// The token of a role.
  func role(_ name: String) -> DeclaredToken? { places[Array(name.utf8)].map { roles[$0].token } }

  /// Adds all of them to a vocabulary, in the order of the reference.
  func add(to vocabulary: inout AddedVocabulary) throws(TokenizerError) {
    let special = Set(roles.map(\.token.token.content))
    let listed = listed.ascending
    let known = Set(listed.map(\.token.token.content) + vocabulary.tokens.map(\.content))
    func add(_ token: DeclaredToken, id: Int32? = nil) throws(TokenizerError) {
      var token = token
      token.token.isSpecial = token.token.isSpecial || special.contains(token.token.content)
      try vocabulary.add(token.added, id: id, token.node)
    }
    for (id, token) in listed { try add(token, id: id) }
    try requireNeeded(vocabulary)
    var texts: Set<[UInt8]> = []
    for token in roles.map(\.token) + extra where !known.contains(token.token.content) {
      if token.isText, !texts.insert(token.token.content).inserted { continue }
      try add(token)
    }
  }

  /// Refuses a vocabulary that lacks a token of every text; the reference would add it, without an embedding.
  private func requireNeeded(_ vocabulary: AddedVocabulary) throws(TokenizerError) {
    for (name, token) in roles where kind.neededRoles.contains(name) {
      guard vocabulary.id(of: token.token.content) == nil else { continue }
      throw TokenizerError(
        "\(file): the token \(JSONNode.quoted(token.text)) is missing; \(name) needs it")
    }
  }

  // MARK: - Reading

  /// A token of a role: its text, or an object with its options.
  private static func role(_ node: JSONNode, isOfMap: Bool) throws(TokenizerError) -> DeclaredToken {
    if case .string = node.value { return DeclaredToken(try node.token(), node) }
    guard case .object = node.value else { throw node.unexpected("a token, as a string or an object") }
    return try DeclaredToken(object: node, hasType: !isOfMap, isSpecial: isOfMap)
  }

  /// The tokens under other names that end like those of a role: the texts, or the objects.
  private mutating func readOtherRoles(_ settings: JSONNode?, isOfMap: Bool, texts: Bool) throws(TokenizerError) {
    guard let settings else { return }
    for (name, value) in try settings.members() where name.hasSuffix("_token") && !Self.roleNames.contains(name) {
      switch value {
      case .string where texts, .object where !texts:
        try append(name, try Self.role(settings.child(name, value), isOfMap: isOfMap))
      default: break
      }
    }
  }

  /// Adds a role, whose name must not stand for two tokens.
  private mutating func append(_ name: String, _ token: DeclaredToken) throws(TokenizerError) {
    guard let other = role(name) else {
      places[Array(name.utf8)] = roles.count
      return roles.append((name, token))
    }
    guard other.token.content != token.token.content else { return }
    throw token.node.error(
      "\(token.node.path) is \(JSONNode.quoted(token.text)), but \(name) is \(JSONNode.quoted(other.text)) elsewhere; "
        + "keep one of them")
  }

  /// `extra_special_tokens`, and its older name `additional_special_tokens` where the newer one gives no list.
  private mutating func readExtra(
    _ configuration: TokenizerConfiguration, _ map: JSONNode?, _ pieces: [DeclaredToken]?
  ) throws(TokenizerError) {
    let (name, olderName) = ("extra_special_tokens", "additional_special_tokens")
    var newer = configuration.setting(name)
    var older = configuration.setting(olderName)
    let isEmpty = newer.map { $0.isNull || $0.value == [] || $0.value == [:] } ?? true
    if isEmpty, let node = older { (newer, older) = (node, nil) }
    if let node = newer, case .object = node.value {
      try readRoles(node)
      newer = nil
    }
    var tokens = try newer.map { (node) throws(TokenizerError) in try Self.list(node, isOfMap: false) }
    if let node = map?.member(name) {
      if case .object = node.value {
        try readRoles(node)
        tokens = nil
      } else {
        tokens = try (node.isNull ? [] : tokens ?? []) + Self.list(node, isOfMap: true)
      }
    }
    for token in tokens ?? [] where token.isText || token.node.file == map?.file {
      makingSpecial.insert(token.token.content)
    }
    if let node = map?.member(olderName) {
      // The reference takes this list as it stands, and knows no objects in it.
      for token in node.isNull ? [] : try node.elements(atMost: Limits.tokens) { _ = try token.string() }
      older = node
    }
    if tokens == nil, let pieces { tokens = pieces }
    if tokens == nil, let older { tokens = try Self.list(older, isOfMap: false) }
    let node = JSONNode(file: file, path: "", value: .null)
    extra = tokens ?? kind.standardExtraTokens.map { DeclaredToken($0, node) }
  }

  /// Roles of names of their own.
  private mutating func readRoles(_ node: JSONNode) throws(TokenizerError) {
    for (name, value) in try node.members() {
      try append(name, try Self.role(node.child(name, value), isOfMap: false))
    }
  }

  /// A list of tokens; null is an empty one.
  private static func list(_ node: JSONNode, isOfMap: Bool) throws(TokenizerError) -> [DeclaredToken] {
    guard !node.isNull else { return [] }
    return try node.elements(atMost: Limits.tokens).map { (node) throws(TokenizerError) in
      try role(node, isOfMap: isOfMap)
    }
  }

  /// `added_tokens_decoder`.
  private mutating func readDecoder(_ node: JSONNode) throws(TokenizerError) {
    for (name, value) in try node.members() {
      let entry = node.child(name, value)
      guard let id = Int32(name), id >= 0, String(id).utf8.elementsEqual(name.utf8) else {
        throw entry.error("\(entry.path) is not named by an id; expected a name such as \"100\"")
      }
      try listed.append(id, try DeclaredToken(object: entry, hasType: false))
    }
  }

  /// `added_tokens.json`: ids by token; a token that is special elsewhere is special here.
  private mutating func readAdded(_ added: JSONNode?) throws(TokenizerError) {
    guard let added else { return }
    for (name, value) in try added.members() {
      let entry = added.child(name, value)
      try entry.check(name, limit: Limits.addedTokenBytes)
      guard !name.isEmpty else { throw added.error("the added token \"\" is empty; remove it") }
      var token = DeclaredToken(name, entry)
      token.token.isSpecial = makingSpecial.contains(token.token.content)
      token.isNormalized = !token.token.isSpecial
      try listed.append(try entry.id(), token)
    }
  }
}

/// Tokens under ids, each of which only one token may have.
private struct ListedTokens {
  private var tokens: [Int32: DeclaredToken] = [:]
  private var ids: [[UInt8]: Int32] = [:]

  /// The tokens in the order of their ids.
  var ascending: [(id: Int32, token: DeclaredToken)] {
    tokens.sorted { $0.key < $1.key }.map { (id: $0.key, token: $0.value) }
  }

  /// Lists a token; the same one in a later file takes its options from there.
  mutating func append(_ id: Int32, _ token: DeclaredToken) throws(TokenizerError) {
    let content = token.token.content
    if let other = tokens[id], other.token.content != content {
      throw other.node.error(
        "\(other.node.path) has the id \(id), which is that of \(JSONNode.quoted(token.text)) too")
    }
    if let known = ids[content], known != id {
      throw token.node.error(
        "\(token.node.path) is \(JSONNode.quoted(token.text)), which is an added token already")
    }
    tokens[id] = token
    ids[content] = id
  }
}
