import Files
import JSONText
import Testing

@testable import Tokenizers

/// The files made by Tests/Goldens/make/make_tokenizer_tables_and_goldens.py, and what else tests read and make.
enum Golden {
  private static let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()

  /// The folder of the files.
  static let folder = (tests + ["Goldens"]).joined(separator: "/")

  static func path(_ name: String) -> String { Files.join(folder, name) }

  static func text(_ name: String) throws -> String {
    String(decoding: try Files.read(path(name)), as: UTF8.self)
  }

  /// The objects of a JSONL file; at least one.
  static func rows(_ name: String) throws -> [JSONObject] {
    let reader = try LineReader(path(name))
    var rows: [JSONObject] = []
    while let line = try reader.next() {
      rows.append(try #require(try JSONReader.parse(line.bytes).objectValue, "\(name):\(line.number)"))
    }
    try #require(!rows.isEmpty, "\(name) is empty")
    return rows
  }

  /// The tokenizer that a `tokenizer.json` with this text describes.
  static func tokenizer(_ json: JSONValue) throws -> Tokenizer {
    try withFolder(["tokenizer.json": json.text()]) { try Tokenizer(file: Files.join($0, "tokenizer.json")) }
  }

  /// The tokenizer of a `tokenizer.json` in one of the folders here.
  static func tokenizer(in folder: String) throws -> Tokenizer { try Tokenizer(file: path("\(folder)/tokenizer.json")) }

  /// A tokenizer with these components and a vocabulary of one token.
  static func tokenizer(normalizer: JSONValue = nil, preTokenizer: JSONValue = nil) throws -> Tokenizer {
    try tokenizer([
      "normalizer": normalizer, "pre_tokenizer": preTokenizer,
      "model": [
        "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": ["[UNK]": 0],
      ],
    ])
  }

  /// A BertNormalizer under the settings that the golden files have names for.
  static func bertNormalizer(_ name: String) -> JSONValue {
    [
      "type": "BertNormalizer", "clean_text": JSONValue(name != "no_cjk_no_clean"),
      "handle_chinese_chars": JSONValue(name != "no_cjk_no_clean"),
      "strip_accents": name == "lower_keep_accents" ? false : nil, "lowercase": JSONValue(name != "cased"),
    ]
  }

  /// The 32-bit hash FNV-1a.
  static func hash(_ bytes: some Sequence<UInt8>, from start: UInt32 = 0x811C_9DC5) -> UInt32 {
    bytes.reduce(start) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }

  static func hash(of ids: [Int32], from start: UInt32 = 0x811C_9DC5) -> UInt32 {
    ids.reduce(start) { hash, id in
      let bits = UInt32(bitPattern: id)
      return Golden.hash([0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) }, from: hash)
    }
  }
}

extension JSONObject {
  /// The cases of a row; at least one.
  func cases() throws -> [JSONValue] {
    let cases = try #require(self["cases"]?.arrayValue)
    try #require(!cases.isEmpty)
    return cases
  }
  func string(_ name: String) throws -> String { try #require(self[name]?.stringValue) }
  func integers(_ name: String) throws -> [Int32] {
    try #require(self[name]?.arrayValue).map { Int32(try #require($0.integerValue)) }
  }
  func strings(_ name: String) throws -> [String] {
    try #require(self[name]?.arrayValue).map { try #require($0.stringValue) }
  }
}

/// Calls `body` with a new folder of files, by name, that is removed afterwards; files named `.model` are given in Base64.
func withFolder<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
  let folder = "/tmp/hone-tokenizers-\(UInt64.random(in: .min ... .max))"
  try Files.makeFolder(folder)
  defer { try? Files.remove(folder) }
  for (name, text) in files {
    let path = Files.join(folder, name)
    if name.hasSuffix(".model") {
      try Files.write(try #require(Base64.decoded(text.utf8)), to: path)
    } else {
      try Files.write(text, to: path)
    }
  }
  return try body(folder)
}
