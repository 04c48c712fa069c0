import Files
public import Testing

/// A page for the project's users, in Markdown.
public struct Page: Sendable, CustomTestStringConvertible {
  /// The file, relative to the repository.
  public let file: String
  /// Its lines.
  public let lines: [String]

  /// The folder of the catalogue, relative to the repository.
  public static let catalogue = "Sources/Recipes/Documentation.docc"

  /// Every page of the catalogue.
  public static let guides: [Page] = names(in: catalogue).map { Page("\(catalogue)/\($0)") }

  /// Every page: the catalogue's and those at the top of the repository.
  public static let all = names(in: ".").map { Page($0) } + guides

  private static func names(in folder: String) -> [String] {
    let names = (try? Files.list(Files.join(Locations.repositoryRoot, folder))) ?? []
    return names.filter { $0.hasSuffix(".md") }.sorted()
  }

  /// Reads a page.
  public init(_ file: String) {
    self.file = file
    let bytes = (try? Files.read(Files.join(Locations.repositoryRoot, file))) ?? []
    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// The name of the page among the guides.
  public var name: String { String(Files.name(of: file).dropLast(3)) }

  /// The file.
  public var testDescription: String { file }

  /// The fenced blocks of a language, each without its fences.
  public func blocks(_ language: String) -> [String] {
    var (blocks, open): ([String], [String]?) = ([], nil)
    var isOther = false
    for line in lines {
      if line.hasPrefix("```") {
        if let block = open { blocks.append(block.joined(separator: "\n")) }
        let isEnd = open != nil || isOther
        open = !isEnd && line == "```\(language)" ? [] : nil
        isOther = !isEnd && open == nil
      } else {
        open?.append(line)
      }
    }
    return blocks
  }

  /// The code within sentences and tables.
  public var spans: [String] {
    var isFenced = false
    return lines.flatMap { line -> [String] in
      if line.hasPrefix("```") { isFenced.toggle() }
      if isFenced || line.hasPrefix("```") { return [] }
      let parts = line.split(separator: "`", omittingEmptySubsequences: false)
      return parts.indices.filter { $0 % 2 == 1 && $0 < parts.count - 1 }.map { String(parts[$0]) }
    }
  }

  /// The targets of links, those to places on the Web left out.
  public var links: [String] {
    lines.joined(separator: "\n").split(separator: "](").dropFirst().compactMap { rest in
      rest.split(separator: ")", omittingEmptySubsequences: false).first.map(String.init)
    }.filter { !$0.contains("://") }
  }
}
