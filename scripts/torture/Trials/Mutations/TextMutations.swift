/// Bytes of a text file, split and joined at its line feeds.
struct Lines {
  var lines: [[UInt8]]

  init(_ bytes: [UInt8]) {
    lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
  }

  var bytes: [UInt8] { Array(lines.map { $0 + [0x0A] }.joined()) }
}

extension Mutation {
  private static let rows: [Task.Kind] = [.lines, .judgments, .commas, .tabs]
  private static let texts: [Task.Kind] = rows + [.recipe]

  /// How programs of the world write text files.
  static let onText = [
    Mutation("byte order mark", of: texts, .none) { bytes, _ in [0xEF, 0xBB, 0xBF] + bytes },
    Mutation("carriage returns before line feeds", of: texts, .none) { bytes, _ in
      bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    },
    Mutation("no line feed at the end", of: texts, .none) { bytes, _ in
      bytes.last == 0x0A ? Array(bytes.dropLast()) : nil
    },
    Mutation("an empty line", of: texts, .none) { bytes, random in
      var lines = Lines(bytes)
      lines.lines.insert([], at: random.below(lines.lines.count + 1))
      return lines.bytes
    },
    Mutation("carriage returns for line feeds", of: texts, .unclear) { bytes, _ in
      bytes.map { $0 == 0x0A ? 0x0D : $0 }
    },
    Mutation("UTF-16", of: texts + [.json, .vocabulary], .unclear) { bytes, random in
      let isLittle = random.below(2) == 0
      let units = Array(String(decoding: bytes, as: UTF8.self).utf16)
      let marked = random.below(2) == 0 ? units : [0xFEFF] + units
      return marked.flatMap { unit in
        let (low, high) = (UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8))
        return isLittle ? [low, high] : [high, low]
      }
    },
    Mutation("a byte that is no UTF-8", of: texts + [.json], .unclear) { bytes, random in
      var bytes = bytes
      bytes.insert(random.pick([0xFF, 0xC0, 0x80, 0xF8]) ?? 0xFF, at: random.below(bytes.count + 1))
      return bytes
    },
    Mutation("a line less", of: texts + [.vocabulary], .any) { bytes, random in
      var lines = Lines(bytes)
      lines.lines.remove(at: random.below(lines.lines.count))
      return lines.bytes
    },
    Mutation("a line twice", of: [.lines, .commas, .tabs, .recipe, .vocabulary], .any) { bytes, random in
      var lines = Lines(bytes)
      guard let line = random.pick(lines.lines) else { return nil }
      lines.lines.insert(line, at: random.below(lines.lines.count + 1))
      return lines.bytes
    },
    Mutation("two lines changed over", of: rows + [.vocabulary], .any) { bytes, random in
      var lines = Lines(bytes)
      lines.lines.swapAt(random.below(lines.lines.count), random.below(lines.lines.count))
      return lines.bytes
    },
  ]

  /// Changes of judgments that leave their meaning.
  static let onJudgments = [
    Mutation("grades with a point", of: [.judgments], .none) { bytes, _ in
      mapFields(bytes) { $0.dropLast() + [$0[$0.count - 1] + ".0"] }
    },
    Mutation("no header", of: [.judgments], .none) { bytes, _ in
      var lines = Lines(bytes)
      lines.lines.removeFirst()
      return lines.bytes
    },
    Mutation("a judgment twice", of: [.judgments], .none) { bytes, random in
      var lines = Lines(bytes)
      let line = lines.lines[1 + random.below(lines.lines.count - 1)]
      lines.lines.append(line)
      return lines.bytes
    },
    Mutation("four columns", of: [.judgments], .none) { bytes, _ in
      var lines = Lines(mapFields(bytes) { [$0[0], "0"] + $0.dropFirst() })
      lines.lines.removeFirst()
      return lines.bytes
    },
    Mutation("commas for tabs", of: [.judgments], .unclear) { bytes, _ in bytes.map { $0 == 0x09 ? 0x2C : $0 } },
    Mutation("a column less", of: [.judgments], .any) { bytes, random in
      let column = random.below(3)
      return mapFields(bytes) { fields in
        fields.indices.contains(column) ? fields.indices.filter { $0 != column }.map { fields[$0] } : fields
      }
    },
  ]

  /// Judgments with the fields of every line but the header changed.
  private static func mapFields(_ bytes: [UInt8], _ change: ([String]) -> some Collection<String>) -> [UInt8] {
    var lines = Lines(bytes)
    for index in lines.lines.indices.dropFirst() {
      let fields = lines.lines[index].split(separator: 0x09).map { String(decoding: $0, as: UTF8.self) }
      if fields.count == 3 { lines.lines[index] = Array(change(fields).joined(separator: "\t").utf8) }
    }
    return lines.bytes
  }
}
