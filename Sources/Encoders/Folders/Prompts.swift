import JSONText

/// The prompts of a model: texts by name, which are put before what is encoded, and the name of the default one.
public struct Prompts: Sendable, Equatable {
  /// The texts by name, in their order.
  private var texts = JSONObject()
  /// The prompt that readers use where none is named; nil for none.
  public var defaultName: String?

  /// Empty prompts.
  init(always roles: [String] = []) {
    for role in roles { self[role] = "" }
  }

  /// Reads `prompts` and `default_prompt_name`.
  ///
  /// - Parameter roles: names that a model of this kind always has.
  init(_ reader: inout ConfigurationReader, always roles: [String]) {
    self.init(always: roles)
    if let value = reader.object["prompts"], value != .null {
      if value.objectValue == nil { reader.report("prompts", "should be an object of texts, found \(value.shortText)") }
      for (name, text) in value.objectValue?.members ?? [] {
        if text != .null && text.stringValue == nil {
          reader.report("prompts", "should have a text under \"\(name)\", found \(text.shortText)")
        }
        self[name] = text.stringValue ?? ""
      }
    }
    guard let value = reader.object["default_prompt_name"], value != .null else { return }
    defaultName = value.stringValue
    if defaultName.flatMap({ self[$0] }) == nil {
      reader.report("default_prompt_name", "should be the name of a prompt, found \(value.shortText)")
    }
  }

  /// The text of a prompt; nil if there is none of this name.
  public subscript(_ name: String) -> String? {
    get { texts[name]?.stringValue }
    set { texts[name] = newValue.map { JSONValue($0) } }
  }

  /// True if no text is ever changed.
  var isEmpty: Bool { defaultName == nil && texts.members.allSatisfy { $0.value == "" } }

  /// The text of the default prompt; empty without one.
  var defaultText: String { defaultName.flatMap { self[$0] } ?? "" }

  /// The members that readers know.
  var members: [(name: String, value: JSONValue)] {
    [("prompts", .object(texts)), ("default_prompt_name", defaultName.map { JSONValue($0) } ?? .null)]
  }
}
