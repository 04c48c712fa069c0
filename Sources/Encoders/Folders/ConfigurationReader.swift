import JSONText
import Kernels

/// Reads a JSON configuration and collects all its problems for one message.
struct ConfigurationReader {
  let path: String
  let object: JSONObject
  private var problems: [(key: String, text: String)] = []

  /// Opens a file whose top level is an object.
  init(_ path: String) throws {
    self.path = path
    object =
      try JSONFile.read(path).objectValue
      ?? { throw ModelError(path: path, problem: "the top level should be an object") }()
  }

  /// A file as it would be with another value under a key.
  init(_ reader: ConfigurationReader, setting key: String, to value: JSONValue) {
    path = reader.path
    var changed = reader.object
    changed[key] = value
    object = changed
  }

  /// Reads an integer in a range; if it is not one, the lower bound stands in until `finish` throws.
  ///
  /// - Parameter fallback: what the class of transformers takes if the key is missing; nil if the key must be there.
  mutating func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) -> Int {
    guard let value = object[key] else {
      if let fallback { return fallback }
      report(key, "is missing (an integer)")
      return range.lowerBound
    }
    guard let integer = value.integerValue, range.contains(integer) else {
      report(key, "should be an integer from \(range.lowerBound) to \(range.upperBound), found \(value.shortText)")
      return range.lowerBound
    }
    return integer
  }

  /// Reads the row of the padding token in the word embeddings, which has no gradient; nil if there is none.
  ///
  /// As `padding_idx` of PyTorch's `Embedding`, a number below 0 counts from the end. A row outside of the table is never
  /// looked up, and is none.
  ///
  /// - Parameters:
  ///   - count: the number of rows.
  ///   - fallback: the id that the class of transformers takes if the key is missing.
  mutating func paddingRow(of count: Int, default fallback: Int) -> Int32? {
    let value = object["pad_token_id"]
    if value == .null { return nil }
    let row = value.map(\.integerValue) ?? fallback
    guard let row else {
      report("pad_token_id", "should be an integer or null, found \(value?.shortText ?? "")")
      return nil
    }
    return (-count..<count).contains(row) ? Int32(row < 0 ? row + count : row) : nil
  }

  /// Reads an integer that has two names; where both are there, they must agree.
  mutating func integer(_ key: String, or alias: String, in range: ClosedRange<Int>) -> Int {
    guard let other = object[alias] else { return integer(key, in: range) }
    guard let value = object[key] else { return integer(alias, in: range) }
    if value != other {
      report(alias, "is another name of '\(key)' and should be \(value.shortText), found \(other.shortText)")
    }
    return integer(key, in: range)
  }

  /// Reads a number in a range.
  ///
  /// - Parameter fallback: what the class of transformers takes if the key is missing; nil if the key must be there.
  mutating func number(_ key: String, in range: Range<Double>, default fallback: Float? = nil) -> Float {
    guard let value = object[key] else {
      if let fallback { return fallback }
      report(key, "is missing (a number)")
      return Float(range.lowerBound)
    }
    guard let number = value.doubleValue, range.contains(number) else {
      report(key, "should be a number from \(range.lowerBound) to below \(range.upperBound), found \(value.shortText)")
      return Float(range.lowerBound)
    }
    return Float(number)
  }

  /// Reads a number in a range; nil if the key is missing or null.
  mutating func optionalNumber(_ key: String, in range: Range<Double>) -> Float? {
    guard let value = object[key], value != .null else { return nil }
    return number(key, in: range)
  }

  /// Reads a number that has two names; where both are there, they must agree.
  mutating func number(
    _ key: String, or alias: String, in range: Range<Double>, default fallback: Float
  ) -> Float {
    guard let other = object[alias] else { return number(key, in: range, default: fallback) }
    guard let value = object[key] else { return number(alias, in: range) }
    if value.doubleValue != other.doubleValue {
      report(alias, "is another name of '\(key)' and should be \(value.shortText), found \(other.shortText)")
    }
    return number(key, in: range)
  }

  /// Reads true or false.
  mutating func boolean(_ key: String, default fallback: Bool) -> Bool {
    guard let value = object[key] else { return fallback }
    if let truth = value.boolValue { return truth }
    report(key, "should be true or false, found \(value.shortText)")
    return fallback
  }

  /// Reads an activation under its name in transformers.
  mutating func activation(_ key: String, default fallback: Activation) -> Activation {
    choice(
      key,
      [
        "gelu": .gelu, "gelu_new": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "silu": .silu, "swish": .silu,
        "relu": .relu,
      ], default: fallback)
  }

  /// Reads one of some strings; if the key is missing, the class of transformers takes the fallback.
  mutating func choice<Value>(_ key: String, _ choices: [String: Value], default fallback: Value) -> Value {
    object[key] == nil ? fallback : choice(key, choices, else: fallback)
  }

  /// Reads one of some strings.
  mutating func choice<Value>(_ key: String, _ choices: [String: Value], else fallback: Value) -> Value {
    requireChoice(key, Array(choices.keys))
    return object[key]?.stringValue.flatMap { choices[$0] } ?? fallback
  }

  /// Reports a key whose value is not one of some strings.
  mutating func requireChoice(_ key: String, _ choices: [String], orAbsent: Bool = false) {
    guard let value = object[key], !(orAbsent && value == .null) else {
      if !orAbsent { report(key, "is missing (\(choices.sorted().joined(separator: ", ")))") }
      return
    }
    if value.stringValue.map(choices.contains) != true {
      report(key, "should be \(choices.sorted().joined(separator: " or ")), found \(value.shortText)")
    }
  }

  /// Reports a key that asks for causal attention.
  mutating func requireBidirectional(_ key: String) {
    requireFalse(key, "each token sees only those before it, which hone does not compute")
  }

  /// Reports a key that is there and neither false nor null.
  mutating func requireFalse(_ key: String, _ reason: String) {
    guard let value = object[key], value != .null, value != false else { return }
    report(key, value == true ? "is true: \(reason)" : "should be true or false, found \(value.shortText)")
  }

  /// Reports a key that is there and neither true nor null.
  mutating func requireTrue(_ key: String, _ reason: String) {
    guard let value = object[key], value != .null, value != true else { return }
    report(key, value == false ? "is false: \(reason)" : "should be true or false, found \(value.shortText)")
  }

  /// Reports keys that ask for a decoder.
  mutating func requireEncoder() {
    requireBidirectional("is_decoder")
    requireFalse("add_cross_attention", "the model reads the states of another one, which hone does not compute")
  }

  /// Reports a padding token that has no row in the table of words.
  mutating func requirePaddingRow(_ id: Int, of count: Int) {
    if isSound("pad_token_id", "vocab_size") && id >= count {
      report("pad_token_id", "is \(id), but 'vocab_size' is \(count)")
    }
  }

  /// Reports heads that do not divide a width.
  mutating func requireHeads(_ key: String, _ heads: Int, _ widthKey: String, _ width: Int) {
    if isSound(key, widthKey) && width % heads != 0 {
      report(key, "\(heads) heads do not divide \(widthKey) \(width)")
    }
  }

  /// Reports heads that do not divide a width, or that have no halves for rotary positions to turn.
  mutating func requireRotaryHeads(_ key: String, _ heads: Int, _ widthKey: String, _ width: Int) {
    requireHeads(key, heads, widthKey, width)
    if isSound(key, widthKey) && width / heads % 2 != 0 {
      report(key, "\(heads) heads of \(widthKey) \(width) have an odd width, and rotary positions turn pairs")
    }
  }

  /// Notes a problem with a key.
  mutating func report(_ key: String, _ problem: String) { problems.append((key, "'\(key)' \(problem)")) }

  /// True if no problem was noted with any of these keys, so their values may be checked together.
  func isSound(_ keys: String...) -> Bool { !problems.contains { keys.contains($0.key) } }

  /// Throws the problems that were noted.
  func finish() throws(ModelError) {
    if !problems.isEmpty { throw ModelError(path: path, problems: problems.map(\.text)) }
  }
}
