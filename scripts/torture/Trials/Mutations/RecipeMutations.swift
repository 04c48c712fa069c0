extension Mutation {
  /// Changes of a recipe.
  static let onRecipes = [
    Mutation("sections in another order", of: [.recipe], .none) { bytes, random in
      var lines = Lines(bytes)
      guard lines.lines.allSatisfy({ $0.first != 0x20 }) else { return nil }
      lines.lines.shuffle(using: &random)
      return lines.bytes
    },
    Mutation("a comment", of: [.recipe], .none) { bytes, random in
      var lines = Lines(bytes)
      lines.lines.insert(Array("# a comment: { [ \"".utf8), at: random.below(lines.lines.count + 1))
      return lines.bytes
    },
    Mutation("spaces at the ends of lines", of: [.recipe], .none) { bytes, _ in
      bytes.flatMap { $0 == 0x0A ? [0x20, 0x20, 0x0A] : [$0] }
    },
    Mutation("a misspelt word", of: [.recipe], .any) { bytes, random in
      let letters = bytes.indices.filter { (0x61...0x7A).contains(bytes[$0]) }
      guard let place = random.pick(letters) else { return nil }
      var bytes = bytes
      bytes[place] = UInt8(0x61 + random.below(26))
      return bytes
    },
    Mutation("another number", of: [.recipe], .any) { bytes, random in
      replaceNumber(bytes, by: random.pick(numbers) ?? "0", &random)
    },
    Mutation("another value", of: [.recipe], .any) { bytes, random in
      replaceNumber(
        bytes,
        by: random.pick(["null", "~", "[]", "{}", "\"\"", "true", "&a 1", "*a", "!!int 1", "|", "x: y", "'"]) ?? "",
        &random)
    },
  ]

  private static let numbers = [
    "0", "-1", "1", "2", "3", "0.0", "-0.0", "1e-30", "1e30", "1e308", "1e999", ".inf", "-.inf", ".nan", "NaN", "0x10",
    "0o7", "1_000", "2147483648", "4294967296", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
    "18446744073709551616", "1000000000", "999999999999", "0.999999999", "1.0000001", "1.5",
  ]

  /// Puts a text in the place of one number.
  private static func replaceNumber(_ bytes: [UInt8], by text: String, _ random: inout RandomNumbers) -> [UInt8]? {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let starts = bytes.indices.filter { isDigit(bytes[$0]) && $0 > 0 && [0x20, 0x2C, 0x5B].contains(bytes[$0 - 1]) }
    guard let start = random.pick(starts) else { return nil }
    let end = bytes[start...].firstIndex { !isDigit($0) && ![0x2E, 0x65, 0x2D].contains($0) } ?? bytes.count
    var bytes = bytes
    bytes.replaceSubrange(start..<end, with: Array(text.utf8))
    return bytes
  }
}
