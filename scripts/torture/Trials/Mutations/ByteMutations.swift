import JSONText

extension Mutation {
  private static let every = Task.Kind.allCases

  /// Changes of any file, whatever is in it.
  static let onBytes = [
    Mutation("a byte changed", of: every, .any) { bytes, random in
      guard !bytes.isEmpty else { return nil }
      var bytes = bytes
      bytes[place(in: bytes, &random)] = UInt8(truncatingIfNeeded: random.next())
      return bytes
    },
    Mutation("a byte more", of: every, .any) { bytes, random in
      var bytes = bytes
      bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place(in: bytes, &random))
      return bytes
    },
    Mutation("bytes less", of: every, .any) { bytes, random in
      let start = place(in: bytes, &random)
      var bytes = bytes
      bytes.removeSubrange(start..<min(bytes.count, start + 1 + random.below(8)))
      return bytes
    },
    Mutation("bytes twice", of: every, .any) { bytes, random in
      let start = place(in: bytes, &random)
      var twice = bytes
      twice.insert(contentsOf: bytes[start..<min(bytes.count, start + 1 + random.below(40))], at: start)
      return twice
    },
    Mutation("cut", of: every, .any) { bytes, random in Array(bytes.prefix(place(in: bytes, &random))) },
    Mutation("empty", of: every, .any) { _, _ in [] },
    Mutation("a NUL", of: [.recipe, .lines, .judgments, .commas, .tabs, .json, .vocabulary], .any) { bytes, random in
      var bytes = bytes
      bytes.insert(0, at: place(in: bytes, &random))
      return bytes
    },
    Mutation("nested deeply", of: [.recipe, .lines, .json], .any) { bytes, random in
      let bracket: UInt8 = random.below(2) == 0 ? 0x5B : 0x7B
      var bytes = bytes
      let brackets = [UInt8](repeating: bracket, count: 1 + random.below(5000))
      bytes.insert(contentsOf: brackets, at: place(in: bytes, &random))
      return bytes
    },
  ]

  /// Changes of a safetensors file.
  static let onWeights = [
    Mutation("another header", of: [.weights], .none) { bytes, random in
      mapHeader(bytes) { JSONValue.object(JSONObject($0.members.shuffled(using: &random))).text() }
    },
    Mutation("a header with metadata", of: [.weights], .none) { bytes, _ in
      mapHeader(bytes) { header in
        var header = header
        header["__metadata__"] = ["format": "pt", "note": "x"]
        return JSONValue.object(header).text()
      }
    },
    Mutation("a header of odd values", of: [.weights], .any) { bytes, random in
      mapHeader(bytes) { header in
        var value = JSONValue.object(header)
        edit(&value, &random) { value, random in random.below(4) == 0 ? nil : random.pick(odd) ?? value }
        return value.text()
      }
    },
    Mutation("numbers that are not finite", of: [.weights], .any) { bytes, random in
      guard bytes.count > 4000 else { return nil }
      var bytes = bytes
      let place = (bytes.count - 4 - random.below(2000)) / 4 * 4
      let pattern: [UInt8] = random.below(2) == 0 ? [0, 0, 0xC0, 0x7F] : [0, 0, 0x80, 0x7F]
      bytes.replaceSubrange(place..<place + 4, with: pattern)
      return bytes
    },
  ]

  /// A place in the file; every second one is near the start, where headers are.
  private static func place(in bytes: [UInt8], _ random: inout RandomNumbers) -> Int {
    bytes.isEmpty ? 0 : random.below(random.below(2) == 0 ? min(bytes.count, 3000) : bytes.count)
  }

  /// The file with another text as its header, padded to eight bytes as the format wants it.
  private static func mapHeader(_ bytes: [UInt8], _ change: (JSONObject) -> String) -> [UInt8]? {
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count >= 8 + length, case .object(let header)? = try? JSONReader.parse(bytes[8..<8 + length]) else {
      return nil
    }
    var text = Array(change(header).utf8)
    while text.count % 8 != 0 { text.append(0x20) }
    let size: [UInt8] = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return size + text + Array(bytes[(8 + length)...])
  }
}
