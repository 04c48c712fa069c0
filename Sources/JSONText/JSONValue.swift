/// A JSON value as it is in the text.
///
/// Numbers keep their exact text, objects the order of their members. Two values are equal when their text would
/// be: strings by their UTF-8 bytes, numbers by their text (`1` is not `1.0`), members in order.
public enum JSONValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number, as its text.
  case number(String)
  /// A string, unescaped.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)
}

/// A JSON object: named values in the order of the text.
public struct JSONObject: Sendable {
  /// The members in order; text that was read has every name once.
  public var members: [(name: String, value: JSONValue)]

  /// Makes an object of members in order.
  public init(_ members: [(name: String, value: JSONValue)] = []) {
    self.members = members
  }

  /// The value of the member with this name, compared by UTF-8 bytes.
  ///
  /// Setting replaces the member in its position or adds it at the end; nil removes it. The search is linear.
  public subscript(_ name: String) -> JSONValue? {
    get {
      for member in members where haveSameBytes(member.name, name) { return member.value }
      return nil
    }
    set {
      let index = members.firstIndex { haveSameBytes($0.name, name) }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
  }
}

// MARK: - Equality

extension JSONValue: Equatable {
  /// True if two values have the same text.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): haveSameBytes(left, right)
    case (.string(let left), .string(let right)): haveSameBytes(left, right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}

extension JSONObject: Equatable {
  /// True if two objects have the same members in the same order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.elementsEqual(right.members) { haveSameBytes($0.name, $1.name) && $0.value == $1.value }
  }
}

/// True if two strings are the same bytes; `==` is also true of canonically equivalent ones.
private func haveSameBytes(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}

// MARK: - Looking inside

extension JSONValue {
  /// The text of a string, else nil.
  public var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The truth value, else nil.
  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// A number that is written as a plain integer (no fraction, no exponent) and fits `Int`, else nil.
  public var integerValue: Int? {
    if case .number(let text) = self { Int(text) } else { nil }
  }

  /// A number as the nearest `Double`; nil for anything else and for numbers beyond its range.
  public var doubleValue: Double? {
    guard case .number(let text) = self, let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// The elements of an array, else nil.
  public var arrayValue: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The object, else nil.
  public var objectValue: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  /// The kind of value, in words for a message: "a string", "null".
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

// MARK: - In messages

extension JSONValue {
  /// The text of a value for a message, which is cut where it is long.
  public var shortText: String {
    let text = text()
    return text.utf8.count <= 200 ? text : "\(text.prefix(80))… (\(text.utf8.count) bytes)"
  }
}

// MARK: - Making values

extension JSONValue {
  /// A number from an integer.
  public init(_ value: Int) { self = .number(String(value)) }

  /// A number as the shortest text that reads back as the same `Double`; the value must be finite.
  public init(_ value: Double) { self = .number(finiteText(value)) }

  /// A number as the shortest text that reads back as the same `Float`; the value must be finite.
  public init(_ value: Float) { self = .number(finiteText(value)) }

  /// A string.
  public init(_ value: String) { self = .string(value) }

  /// A truth value.
  public init(_ value: Bool) { self = .bool(value) }

  /// An array.
  public init(_ elements: [JSONValue]) { self = .array(elements) }
}

private func finiteText<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ value: Number) -> String {
  guard value.isFinite else { fatalError("JSON has no number for \(value); check for it before making the value") }
  return value.description
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self.init(value) }

  /// A number.
  public init(integerLiteral value: Int) { self.init(value) }

  /// A number.
  public init(floatLiteral value: Double) { self.init(value) }

  /// A truth value.
  public init(booleanLiteral value: Bool) { self.init(value) }

  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self.init(elements) }

  /// An object with its members in the order of the literal.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.map { (name: $0.0, value: $0.1) }))
  }

  /// `null`.
  public init(nilLiteral: ()) { self = .null }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object with its members in the order of the literal.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements.map { (name: $0.0, value: $0.1) })
  }
}
