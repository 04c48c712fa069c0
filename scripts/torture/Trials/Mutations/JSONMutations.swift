import JSONText

extension Mutation {
  /// Changes of every object of a file with one JSON object a line.
  static let onLines = [
    Mutation("members in another order", of: [.lines], .none) { bytes, random in
      mapObjects(bytes) { JSONValue.object(JSONObject($0.members.shuffled(using: &random))).text() }
    },
    Mutation("white space in JSON", of: [.lines], .none) { bytes, random in
      mapObjects(bytes) { spaced(.object($0), &random) }
    },
    Mutation("escaped characters", of: [.lines], .none) { bytes, _ in
      mapObjects(bytes) { escaped(.object($0)) }
    },
    Mutation("an array for lines", of: [.lines], .unclear) { bytes, _ in
      let lines = Lines(bytes).lines.map { String(decoding: $0, as: UTF8.self) }
      return Array("[\(lines.joined(separator: ",\n"))]\n".utf8)
    },
    Mutation("one member of another kind", of: [.lines], .any) { bytes, random in
      changeLine(bytes, &random) { value, random in random.pick(odd) ?? value }
    },
    Mutation("one member less", of: [.lines], .any) { bytes, random in
      changeLine(bytes, &random) { _, _ in nil }
    },
  ]

  /// Changes of a JSON file.
  static let onJSON = [
    Mutation("members in another order", of: [.json], .none) { bytes, random in
      (try? JSONReader.parse(bytes)).map { Array(shuffled($0, &random).text().utf8) }
    },
    Mutation("white space in JSON", of: [.json], .none) { bytes, random in
      (try? JSONReader.parse(bytes)).map { Array(spaced($0, &random).utf8) }
    },
    Mutation("one member of another kind", of: [.json], .any) { bytes, random in
      guard var value = try? JSONReader.parse(bytes) else { return nil }
      edit(&value, &random) { value, random in random.pick(odd) ?? value }
      return Array(value.text().utf8)
    },
    Mutation("one member less", of: [.json], .any) { bytes, random in
      guard var value = try? JSONReader.parse(bytes) else { return nil }
      edit(&value, &random) { _, _ in nil }
      return Array(value.text().utf8)
    },
  ]

  /// Values that are seldom expected.
  static let odd: [JSONValue] = [
    nil, true, false, "", " ", "\u{0}", "x", [], [[]], 0, -1, .object([:]), .number("1e308"), .number("-1e-320"),
    .number("1e999"), .number("9223372036854775807"), .number("-9223372036854775808"), .number("18446744073709551616"),
    .number("4294967297"), .number("0.5"), .string(String(repeating: "a", count: 70_000)),
    .array(Array(repeating: 1, count: 5000)), .string("../../etc/passwd"), .string("\u{202E}\u{FEFF}e\u{301}"),
  ]

  private static func mapObjects(_ bytes: [UInt8], _ change: (JSONObject) -> String) -> [UInt8]? {
    var lines = Lines(bytes)
    for index in lines.lines.indices {
      guard case .object(let object)? = try? JSONReader.parse(lines.lines[index]) else { return nil }
      lines.lines[index] = Array(change(object).utf8)
    }
    return lines.bytes
  }

  /// The file with one value of one line changed; nil for the value removes it.
  private static func changeLine(
    _ bytes: [UInt8], _ random: inout RandomNumbers,
    _ body: (JSONValue, inout RandomNumbers) -> JSONValue?
  ) -> [UInt8]? {
    var lines = Lines(bytes)
    let index = random.below(lines.lines.count)
    guard var value = try? JSONReader.parse(lines.lines[index]) else { return nil }
    edit(&value, &random, body)
    lines.lines[index] = Array(value.text().utf8)
    return lines.bytes
  }

  /// Changes one value at a random depth.
  static func edit(
    _ value: inout JSONValue, _ random: inout RandomNumbers, _ body: (JSONValue, inout RandomNumbers) -> JSONValue?
  ) {
    switch value {
    case .object(var object) where !object.members.isEmpty:
      let index = random.below(object.members.count)
      if random.below(3) > 0, isNested(object.members[index].value) {
        edit(&object.members[index].value, &random, body)
      } else if let changed = body(object.members[index].value, &random) {
        object.members[index].value = changed
      } else {
        object.members.remove(at: index)
      }
      value = .object(object)
    case .array(var elements) where !elements.isEmpty:
      let index = random.below(elements.count)
      if isNested(elements[index]) {
        edit(&elements[index], &random, body)
      } else if let changed = body(elements[index], &random) {
        elements[index] = changed
      } else {
        elements.remove(at: index)
      }
      value = .array(elements)
    default: if let changed = body(value, &random) { value = changed }
    }
  }

  private static func isNested(_ value: JSONValue) -> Bool {
    switch value {
    case .object(let object): !object.members.isEmpty
    case .array(let elements): !elements.isEmpty
    default: false
    }
  }

  private static func shuffled(_ value: JSONValue, _ random: inout RandomNumbers) -> JSONValue {
    switch value {
    case .object(let object):
      .object(JSONObject(object.members.shuffled(using: &random).map { ($0.name, shuffled($0.value, &random)) }))
    case .array(let elements): .array(elements.map { shuffled($0, &random) })
    default: value
    }
  }

  private static func spaced(_ value: JSONValue, _ random: inout RandomNumbers) -> String {
    func space() -> String { random.pick(["", " ", "  ", "\t"]) ?? "" }
    return switch value {
    case .object(let object):
      "{"
        + object.members.map {
          space() + JSONValue($0.name).text() + space() + ":" + space() + spaced($0.value, &random)
        }
        .joined(separator: space() + ",") + space() + "}"
    case .array(let elements):
      "[" + elements.map { space() + spaced($0, &random) }.joined(separator: space() + ",") + "]"
    default: value.text()
    }
  }

  /// A value with every character of its strings as an escape.
  private static func escaped(_ value: JSONValue) -> String {
    func string(_ text: String) -> String {
      "\""
        + text.utf16.map { unit in
          let digits = String(unit, radix: 16)
          return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined() + "\""
    }
    return switch value {
    case .object(let object):
      "{" + object.members.map { string($0.name) + ":" + escaped($0.value) }.joined(separator: ",") + "}"
    case .array(let elements): "[" + elements.map(escaped).joined(separator: ",") + "]"
    case .string(let text): string(text)
    default: value.text()
    }
  }
}
