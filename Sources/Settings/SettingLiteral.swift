import Yams

/// A value as it stands in a recipe.
package indirect enum SettingLiteral: Sendable, Equatable {
  /// One entry of a section.
  package struct Entry: Sendable, Equatable {
    package var key: String
    package var value: SettingLiteral
  }

  /// A number, a truth value or a text.
  case scalar(String, isText: Bool)
  case list([SettingLiteral])
  case section([Entry])

  /// A value as it is encoded.
  init(_ value: some Encodable) throws {
    let text = try SettingsFile.text(of: ["value": value])
    self = try Yams.compose(yaml: text, .basic)?.mapping?.first.map { Self($0.value) } ?? .list([])
  }

  private init(_ node: Node) {
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      let isNumberOrTruth = isPlain && (Double(scalar.string) != nil || ["true", "false"].contains(scalar.string))
      self = .scalar(scalar.string, isText: !isNumberOrTruth)
    case .sequence(let sequence): self = .list(sequence.map { Self($0) })
    case .mapping(let mapping):
      self = .section(mapping.map { Entry(key: $0.key.scalar?.string ?? "", value: Self($0.value)) })
    case .alias: self = .list([])
    }
  }

  /// The value on one line, as in a recipe: `2e-05`, `[nDCG@10, recall@100]`, `{ name: first }`.
  package var line: String {
    switch self {
    case .scalar(let text, isText: false): text
    case .scalar(let text, isText: true): Self.quoted(text)
    case .list(let items): "[\(items.map(\.line).joined(separator: ", "))]"
    case .section(let entries):
      "{ \(entries.map { "\(Self.quoted($0.key)): \($0.value.line)" }.joined(separator: ", ")) }"
    }
  }

  /// A text, in quotes where it would mean something else without them.
  private static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic }
    func isPlain(_ scalar: Unicode.Scalar) -> Bool {
      isLetter(scalar) || ("0"..."9").contains(scalar) || "@/._-+".unicodeScalars.contains(scalar)
    }
    if scalars.allSatisfy(isPlain), scalars.first.map(isLetter) == true { return text }
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\t": "\\t"
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}
