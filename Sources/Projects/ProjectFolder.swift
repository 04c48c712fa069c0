import Datasets
import Files
import JSONText
import Words

/// The folder of a project: a collection with its split, and recipes.
///
/// ```
/// collection/        corpus.jsonl, queries.jsonl, qrels/train.tsv, dev.tsv, test.tsv
/// split.json         the rule of the split, its seed and its numbers
/// adapt.yaml         and the other recipes
/// ```
struct ProjectFolder {
  /// The path as the user gave it, without "/" at its end.
  let path: String

  /// Chooses the folder and checks that it can be made.
  ///
  /// - Parameters:
  ///   - given: The user's choice; without it the folder is named after the first file, and lies in the working directory.
  ///   - file: The first file.
  /// - Throws: `ProjectError` where the folder has content already.
  init(_ given: String?, named file: String) throws {
    var path = given ?? Self.name(of: file)
    while path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
    guard ![".", "..", "", "/"].contains(Files.name(of: path)) else {
      throw ProjectError(.usage, "--into \(path): give the name of a new folder")
    }
    if Files.exists(path) {
      guard Files.isFolder(path) else {
        throw ProjectError(
          .cannotCreate, "\(path): there is a file of this name; choose another folder with --into")
      }
      if !(try Files.list(path).isEmpty) {
        let recipe = Files.join(path, "adapt.yaml")
        throw ProjectError(
          .cannotCreate,
          "\(path): the folder has content already; choose another with --into"
            + (Files.exists(recipe) ? ", or go on with it: hone run \(RecipeTexts.shell(recipe)) --resume" : ""))
      }
    }
    self.path = path
  }

  /// The file's name without its ending and without what would need quoting in a shell.
  private static func name(of file: String) -> String {
    var name = Files.name(of: file)
    for ending in [".csv", ".tsv", ".jsonl", ".json", ".ndjson"] where name.lowercased().hasSuffix(ending) {
      name = String(name.dropLast(ending.count))
      break
    }
    var result = ""
    for scalar in name.unicodeScalars {
      let isKept = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "."
      if isKept { result.unicodeScalars.append(scalar) } else if result.last != "-" { result += "-" }
    }
    while result.hasPrefix("-") || result.hasPrefix(".") { result.removeFirst() }
    while result.hasSuffix("-") { result.removeLast() }
    if result.isEmpty { return "project" }
    // A folder of data in the working directory keeps its name.
    let isData = (try? Files.resolve(result)).map { ExactText($0) } == (try? Files.resolve(file)).map { ExactText($0) }
    return isData && Files.exists(result) ? result + "-project" : result
  }

  /// Writes everything, whole or not at all.
  func write(_ material: Material, _ split: QuerySplit, summary: JSONValue, recipes: [(name: String, text: String)])
    throws
  {
    try DurableFolder(path).write { draft in
      let collection = Files.join(draft, "collection")
      let judgments = Files.join(collection, "qrels")
      try Files.makeFolder(judgments)
      try Self.write(Files.join(collection, "corpus.jsonl"), material.documents) { document in
        ["_id": JSONValue(document.id), "title": JSONValue(document.title), "text": JSONValue(document.text)]
      }
      let judged = material.queries.enumerated().filter { split.sides[$0.offset] != nil }.map(\.element)
      try Self.write(Files.join(collection, "queries.jsonl"), judged) { query in
        ["_id": JSONValue(query.id), "text": JSONValue(query.text)]
      }
      for side in SplitSide.allCases {
        let file = try DurableFile(Files.join(judgments, "\(side.rawValue).tsv"))
        try file.write(Array("query-id\tcorpus-id\tscore\n".utf8))
        for judgment in split.judgments(of: side) {
          let (query, document) = (material.queries[judgment.query].id, material.documents[judgment.document].id)
          try file.write(Array("\(query)\t\(document)\t\(judgment.grade)\n".utf8))
        }
        try file.commit()
      }
      try Files.synchronizeFolder(judgments)
      try Files.synchronizeFolder(collection)
      try Files.write(summary.text(indented: true) + "\n", to: Files.join(draft, "split.json"))
      for recipe in recipes { try Files.write(recipe.text, to: Files.join(draft, recipe.name)) }
    }
  }

  private static func write<Element>(_ path: String, _ elements: [Element], _ line: (Element) -> JSONValue) throws {
    let file = try DurableFile(path)
    for element in elements { try file.write(Array((line(element).text() + "\n").utf8)) }
    try file.commit()
  }
}
