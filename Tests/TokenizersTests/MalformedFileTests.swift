import Files
import JSONText
import Testing
import Tokenizers

/// Files that cannot be used: one clear error each, and never a trap.
@Suite struct MalformedFileTests {
  @Test("The file that the others are made from is in order")
  func base() throws {
    let tokenizer = try withFolder(["tokenizer.json": Self.json]) {
      try Tokenizer(file: Files.join($0, "tokenizer.json"))
    }
    #expect(try tokenizer.encode("ab new a").ids == [2, 3, 4, 6, 3])
    #expect(tokenizer.padID == 0)
  }

  @Test("Every fault of tokenizer.json")
  func tokenizerJSON() throws {
    for (number, entry) in Self.cases.enumerated() {
      check(["tokenizer.json": try replaced(entry.part, by: entry.replacement)], entry.message, "case \(number)")
    }
  }

  @Test("Every fault of vocab.txt and of the files beside it")
  func vocabularyFiles() throws {
    for (number, entry) in Self.folders.enumerated() {
      let kind: FailureKind = entry.files.isEmpty ? .missingInput : .badData
      check(entry.files, entry.message, kind: kind, "folder \(number)")
    }
  }

  @Test("Bytes that are not UTF-8, in every file")
  func invalidUTF8() throws {
    let messages = [
      "tokenizer.json": "/tokenizer.json:1:4: not JSON: the text is not UTF-8",
      "tokenizer_config.json": "/tokenizer_config.json:1:4: not JSON: the text is not UTF-8",
      "special_tokens_map.json": "/special_tokens_map.json:1:4: not JSON: the text is not UTF-8",
      "vocab.txt": "/vocab.txt:2: not UTF-8 text",
    ]
    for (name, message) in messages {
      try withFolder(["vocab.txt": Self.words]) { folder in
        try Files.write(
          Array((name == "vocab.txt" ? "a\n" : "{\"a").utf8) + [0xC3, 0x28, 0x0A], to: Files.join(folder, name))
        let error = try #require(throws: TokenizerError.self) { try Tokenizer(folder: folder) }
        #expect(error.description == folder + message)
      }
    }
  }

  @Test("A folder that is not there, and folders in the place of files")
  func missingFiles() throws {
    let missing = try #require(throws: TokenizerError.self) { try Tokenizer(folder: "/no/such/model") }
    #expect(
      missing.description == "/no/such/model: no tokenizer here; expected the file tokenizer.json or vocab.txt")
    #expect(missing.kind == .missingInput)
    for name in ["tokenizer.json", "vocab.txt", "tokenizer_config.json"] {
      try withFolder([:]) { folder in
        try Files.makeFolder(Files.join(folder, name))
        if name == "tokenizer_config.json" { try Files.write(Self.json, to: Files.join(folder, "tokenizer.json")) }
        let error = try #require(throws: TokenizerError.self) { try Tokenizer(folder: folder) }
        #expect(error.description.hasPrefix("cannot read \(folder)/\(name): "))
      }
    }
  }

  @Test("A vocab.txt with more lines than are read")
  func tooManyTokens() throws {
    let lines = String(repeating: "\n", count: (1 << 22) + 1)
    check(["vocab.txt": lines], "/vocab.txt: the file has more than 4194304 tokens; no more are read", "lines")
    let token = String(repeating: "z", count: 65_537)
    check(["vocab.txt": "a\n\(token)\n"], "/vocab.txt:2: the token has 65537 bytes; at most 65536 are read", "line")
  }

  /// Reads what is left of good files after random damage: an error, or a tokenizer that encodes.
  ///
  /// Each file is also read with the name `vocab` written with an escape, which keeps the fast reading of vocabularies
  /// out; both ways must agree.
  @Test("Random damage", arguments: 0..<4)
  func randomDamage(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let vocabulary = Self.words + "##b\né\nnew\n"
    let settings =
      #"{"do_lower_case": true, "model_max_length": 5, "added_tokens_decoder": {"0": {"content": "[UNK]"}}}"#
    var refused = 0
    for round in 0..<300 {
      let name = ["tokenizer.json", "tokenizer.json", "vocab.txt", "tokenizer_config.json"][round % 4]
      let whole = name == "tokenizer.json" ? Self.json : name == "vocab.txt" ? vocabulary : settings
      let damaged = damage(Array(whole.utf8), &random)
      try withFolder(name == "tokenizer_config.json" ? ["vocab.txt": vocabulary] : [:]) { folder in
        try Files.write(damaged, to: Files.join(folder, name))
        let first = read(folder)
        if first == nil { refused += 1 }
        guard name == "tokenizer.json" else { return }
        let escaped = String(decoding: damaged, as: UTF8.self).replacing("\"vocab\"", with: "\"voc\\u0061b\"")
        guard damaged == Array(String(decoding: damaged, as: UTF8.self).utf8) else { return #expect(first == nil) }
        try Files.write(escaped, to: Files.join(folder, name))
        #expect(read(folder) == first, "\(String(decoding: damaged, as: UTF8.self))")
      }
    }
    #expect(refused > 100 && refused < 300)
  }

  @Test("Random damage to the files beside a vocabulary")
  func randomDamageBesideVocabulary() throws {
    let files = [
      "vocab.txt": Self.words + "##b\né\nnew\n",
      "tokenizer_config.json": #"{"max_len": 5, "truncation_side": "left", "additional_special_tokens": ["é"]}"#,
      "special_tokens_map.json": #"{"cls_token": {"content": "[CLS]", "lstrip": true}, "mask_token": "new"}"#,
      "added_tokens.json": #"{"x": 7, "new": 6}"#,
      "sentence_bert_config.json": #"{"max_seq_length": 4, "do_lower_case": true, "tokenizer_args": {"max_len": 9}}"#,
    ]
    var random = SplitMix(state: 11)
    var (refused, kept) = (0, 0)
    for round in 0..<400 {
      let name = files.keys.sorted()[round % files.count]
      let damaged = damage(Array((files[name] ?? "").utf8), &random)
      try withFolder(files) { folder in
        try Files.write(damaged, to: Files.join(folder, name))
        if read(folder) == nil { refused += 1 } else { kept += 1 }
      }
    }
    #expect(refused > 100 && kept > 10)
  }

  /// What a tokenizer makes of a text; nil where the folder holds none.
  private func read(_ folder: String) -> [Encoding?]? {
    guard let tokenizer = try? Tokenizer(folder: folder) else { return nil }
    return ["", "ab New [UNK] é É\u{301} x", "[CLS]"].flatMap { text in
      [try? tokenizer.encode(text), try? tokenizer.encode(text, text, maximumLength: 6)]
    }
  }

  private func damage(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0...2, using: &random) {
      guard !bytes.isEmpty else { break }
      let place = Int.random(in: bytes.indices, using: &random)
      let end = min(bytes.count, place + Int.random(in: 1...8, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4: bytes[place] = Array("0123456789\"{}[]:,\\-eu".utf8).randomElement(using: &random) ?? 0
      default: bytes.removeSubrange(place..<(Int.random(in: 0..<20, using: &random) == 0 ? bytes.count : place + 1))
      }
    }
    return bytes
  }

  /// The base file with one part, which occurs once, replaced.
  private func replaced(_ part: String, by replacement: String) throws -> String {
    let pieces = Self.json.split(separator: part, omittingEmptySubsequences: false)
    try #require(pieces.count == 2, "\(part) occurs \(pieces.count - 1) times")
    return pieces.joined(separator: replacement)
  }

  private func check(_ files: [String: String], _ message: String, kind: FailureKind = .badData, _ name: String) {
    do {
      try withFolder(files) { folder in
        let error = try #require(throws: TokenizerError.self, "\(name)") {
          // By itself, a file is read as it stands; in a folder, only what its class takes from it.
          let file = Files.join(folder, "tokenizer.json")
          _ = try files.count == 1 && Files.exists(file) ? Tokenizer(file: file) : Tokenizer(folder: folder)
        }
        #expect(error.description == folder + message, "\(name)")
        #expect(error.kind == kind, "\(name)")
      }
    } catch {
      Issue.record("\(name): \(error)")
    }
  }
}

/// A small generator of random numbers, the same everywhere for one seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
