extension Mutation {
  private static let tables: [Task.Kind] = [.commas, .tabs]

  /// How spreadsheets and data frames write tables; no cell of the tasks holds a comma, a tab or a quotation mark.
  static let onTables = [
    Mutation("quotation marks around every cell", of: [.commas], .none) { bytes, _ in
      mapCells(bytes, to: ",") { "\"\($0)\"" }
    },
    Mutation("quotation marks around every cell", of: [.tabs], .unclear) { bytes, _ in
      mapCells(bytes, to: "\t") { "\"\($0)\"" }
    },
    Mutation("columns in another order", of: tables, .none) { bytes, random in
      var order = [0, 1, 2]
      order.shuffle(using: &random)
      return mapRows(bytes) { cells in order.map { cells[$0] } }
    },
    Mutation("semicolons", of: tables, .unclear) { bytes, _ in mapCells(bytes, to: ";") { $0 } },
    Mutation("bars", of: tables, .unclear) { bytes, _ in mapCells(bytes, to: "|") { $0 } },
    Mutation("tabs for commas", of: [.commas], .unclear) { bytes, _ in mapCells(bytes, to: "\t") { $0 } },
    Mutation("commas for tabs", of: [.tabs], .unclear) { bytes, _ in mapCells(bytes, to: ",") { $0 } },
    Mutation("a line that names the separator", of: tables, .unclear) { bytes, random in
      Array("sep=\(random.pick([",", ";", "\t"]) ?? ",")\r\n".utf8) + bytes
    },
    Mutation("semicolons, named", of: tables, .unclear) { bytes, _ in
      Array("sep=;\n".utf8) + mapCells(bytes, to: ";") { $0 }
    },
    Mutation("a column of row numbers", of: tables, .unclear) { bytes, _ in
      var number = -2
      return mapRows(bytes) { cells in
        number += 1
        return [number < 0 ? "" : "\(number)"] + cells
      }
    },
    Mutation("an empty column at the end", of: tables, .unclear) { bytes, _ in mapRows(bytes) { $0 + [""] } },
    Mutation("names in capitals", of: tables, .unclear) { bytes, _ in
      var isHeader = true
      return mapRows(bytes) { cells in
        defer { isHeader = false }
        return isHeader ? cells.map { $0.uppercased() } : cells
      }
    },
    Mutation("spaces around cells", of: tables, .any) { bytes, random in
      mapCells(bytes, to: separator(of: bytes)) { random.below(3) == 0 ? " \($0) " : $0 }
    },
    Mutation("no header", of: tables, .any) { bytes, _ in
      var lines = Lines(bytes)
      lines.lines.removeFirst()
      return lines.bytes
    },
    Mutation("a cell less", of: tables, .any) { bytes, random in
      let row = random.below(9)
      var number = -1
      return mapRows(bytes) { cells in
        number += 1
        return number == row ? Array(cells.dropLast()) : cells
      }
    },
    Mutation("a quotation mark", of: tables, .any) { bytes, random in
      var bytes = bytes
      bytes.insert(0x22, at: random.below(bytes.count))
      return bytes
    },
  ]

  private static func separator(of bytes: [UInt8]) -> String { bytes.contains(0x09) ? "\t" : "," }

  private static func mapCells(_ bytes: [UInt8], to separator: String, _ change: (String) -> String) -> [UInt8] {
    mapRows(bytes, to: separator) { $0.map(change) }
  }

  /// The table with the cells of every line changed.
  private static func mapRows(
    _ bytes: [UInt8], to separator: String? = nil, _ change: ([String]) -> [String]
  ) -> [UInt8] {
    let old = Self.separator(of: bytes)
    var lines = Lines(bytes)
    for index in lines.lines.indices {
      let cells = String(decoding: lines.lines[index], as: UTF8.self).split(
        separator: old, omittingEmptySubsequences: false)
      lines.lines[index] = Array(change(cells.map(String.init)).joined(separator: separator ?? old).utf8)
    }
    return lines.bytes
  }
}
