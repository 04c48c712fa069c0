import JSONText

/// `config.json` of the Pooling module in both its schemas: verbose, with a key for each mode, and compact, with the
/// names of the modes, which sentence-transformers reads from 5.4 on.
///
/// Upstream: sentence-transformers 6.2, `sentence_transformer/modules/pooling.py`.
struct PoolingConfiguration {
  let pooling: Pooling
  /// True if a prompt's tokens take part in pooling.
  let poolsPrompt: Bool
  /// The width of the states that are pooled; nil where the file does not say it.
  let width: Int?

  /// The order in which readers put the vectors of the verbose schema.
  private static let verboseOrder: [Pooling.Mode] = [.cls, .max, .mean, .meanSqrt, .weightedMean, .last]
  private static let prefix = "pooling_mode_"

  init(_ pooling: Pooling, poolsPrompt: Bool, width: Int) {
    self.pooling = pooling
    self.poolsPrompt = poolsPrompt
    self.width = width
  }

  /// Reads the file; the reader notes every key that is wrong.
  init(_ reader: inout ConfigurationReader) {
    pooling = Self.pooling(&reader)
    poolsPrompt = reader.boolean("include_prompt", default: true)
    let keys = ("embedding_dimension", "word_embedding_dimension")
    let hasWidth = reader.object[keys.0] != nil || reader.object[keys.1] != nil
    width = hasWidth ? reader.integer(keys.0, or: keys.1, in: 1...(1 << 20)) : nil
  }

  /// The modes; the compact schema goes first, and of neither the mean is taken.
  private static func pooling(_ reader: inout ConfigurationReader) -> Pooling {
    let key = "pooling_mode"
    guard let value = reader.object[key] else { return verbosePooling(&reader) }
    let names = value.stringValue.map { [$0] } ?? value.arrayValue?.map { $0.stringValue ?? "" } ?? []
    let modes = names.compactMap { name in Pooling.Mode.allCases.first { $0.compactName == name } }
    if modes.count == names.count, let pooling = Pooling(modes) { return pooling }
    let known = Pooling.Mode.allCases.map(\.compactName).joined(separator: ", ")
    reader.report(key, "should be one of \(known) or a list of them, found \(value.shortText)")
    return .mean
  }

  private static func verbosePooling(_ reader: inout ConfigurationReader) -> Pooling {
    let known = verboseOrder.map { prefix + $0.verboseName }
    for (name, _) in reader.object.members where name.hasPrefix(prefix) && !known.contains(name) {
      reader.report(name, "is no way of pooling; expected \(known.joined(separator: ", "))")
    }
    let modes = verboseOrder.filter { reader.boolean(prefix + $0.verboseName, default: false) }
    return Pooling(modes) ?? .mean
  }

  /// The content of the file: the verbose schema, which every reader knows, where it has the modes in this order.
  var json: JSONValue {
    var members: [(name: String, value: JSONValue)] = []
    if pooling.modes == Self.verboseOrder.filter(pooling.modes.contains) {
      members += width.map { [("word_embedding_dimension", JSONValue($0))] } ?? []
      // The order of the keys in the files of sentence-transformers.
      for mode in [Pooling.Mode.cls, .mean, .max, .meanSqrt, .weightedMean, .last] {
        members.append((Self.prefix + mode.verboseName, JSONValue(pooling.modes.contains(mode))))
      }
    } else {
      members += width.map { [("embedding_dimension", JSONValue($0))] } ?? []
      members.append(("pooling_mode", .array(pooling.modes.map { JSONValue($0.compactName) })))
    }
    members.append(("include_prompt", JSONValue(poolsPrompt)))
    return .object(JSONObject(members))
  }
}

extension Pooling.Mode {
  /// The end of the mode's key in the verbose schema.
  fileprivate var verboseName: String {
    switch self {
    case .mean: "mean_tokens"
    case .cls: "cls_token"
    case .max: "max_tokens"
    case .meanSqrt: "mean_sqrt_len_tokens"
    case .weightedMean: "weightedmean_tokens"
    case .last: "lasttoken"
    }
  }

  /// The name of the mode in the compact schema.
  fileprivate var compactName: String {
    switch self {
    case .mean: "mean"
    case .cls: "cls"
    case .max: "max"
    case .meanSqrt: "mean_sqrt_len_tokens"
    case .weightedMean: "weightedmean"
    case .last: "lasttoken"
    }
  }
}
