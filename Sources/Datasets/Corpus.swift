import JSONText
import OrderedCollections
import Words

/// A document to be found.
public struct Document: Sendable, Equatable {
  /// The identifier.
  public var id: String
  /// The title; empty when there is none.
  public var title: String
  /// The text.
  public var text: String

  /// Makes a document.
  public init(id: String, title: String = "", text: String) {
    self.id = id
    self.title = title
    self.text = text
  }

  /// The text given to a model: title, a space and text, without white space at the ends.
  public var content: String { "\(title) \(text)".trimmed }

  /// True if neither title nor text has anything to read; such a document is no training text and no negative.
  public var isBlank: Bool { title.isBlank && text.isBlank }
}

/// The documents of a collection.
///
/// The file is a `corpus.jsonl` in BEIR's layout: an object a line with `_id`, `text` and, if there is one, `title`. Other
/// members are ignored. Identifiers are strings without white space, or integers, and are equal only when their UTF-8 bytes are.
public struct Corpus: Sendable {
  /// The documents in the order of the file.
  public let documents: [Document]
  /// What is unusual about the file and was read all the same, each as a warning for the user.
  public let warnings: [String]
  private let ids: OrderedSet<ExactText>

  /// Reads a corpus file.
  ///
  /// - Parameter file: The path, or "-" for standard input.
  /// - Throws: `DatasetError` with the problems of all lines: members that are missing or of another type, identifiers that occur
  ///   twice, lines that are no JSON objects; or nothing in the file.
  public init(file: String) throws(DatasetError) {
    var documents: [Document] = []
    (ids, warnings) = try readEntries(of: file, "document") { record, problems in
      guard let id = record.identifier("_id", &problems), let text = record.textOrNothing("text", &problems) else {
        return nil
      }
      var title = ""
      if record.value("title") != nil {
        guard let given = record.textOrNothing("title", &problems) else { return nil }
        title = given
      }
      documents.append(Document(id: id, title: title, text: text))
      return id
    }
    self.documents = documents
  }

  private init(documents: [Document], warnings: [String]) {
    self.documents = documents
    self.warnings = warnings
    ids = OrderedSet(documents.map { ExactText($0.id) })
  }

  /// The corpus without its blank documents, which nothing can be learnt from.
  public func withoutBlankDocuments() -> Corpus {
    documents.contains(where: \.isBlank)
      ? Corpus(documents: documents.filter { !$0.isBlank }, warnings: warnings) : self
  }

  /// The index of a document in ``documents``, or nil when there is none of this identifier.
  public func index(of id: String) -> Int? { ids.firstIndex(of: ExactText(id)) }

  /// The document of an identifier, or nil.
  public subscript(id: String) -> Document? { index(of: id).map { documents[$0] } }
}

/// A query.
public struct Query: Sendable, Equatable {
  /// The identifier.
  public var id: String
  /// The text.
  public var text: String
  /// The kind of queries that it belongs to, measured beside the whole; nil for none.
  public var slice: String?

  /// Makes a query.
  public init(id: String, text: String, slice: String? = nil) {
    self.id = id
    self.text = text
    self.slice = slice
  }
}

/// The queries of a collection.
///
/// The file is a `queries.jsonl` in BEIR's layout: an object a line with `_id` and `text`, which may be empty, and, if there is
/// one, `slice`, a name for the kind of the query. Other members are ignored. Identifiers follow the rules of ``Corpus`` and do not begin with `#`, as comments of run files do.
public struct Queries: Sendable {
  /// The queries in the order of the file.
  public let queries: [Query]
  /// What is unusual about the file and was read all the same, each as a warning for the user.
  public let warnings: [String]
  private let ids: OrderedSet<ExactText>

  /// Reads a file of queries.
  ///
  /// - Parameter file: The path, or "-" for standard input.
  /// - Throws: `DatasetError`, as ``Corpus/init(file:)`` does.
  public init(file: String) throws(DatasetError) {
    var queries: [Query] = []
    (ids, warnings) = try readEntries(of: file, "query") { record, problems in
      guard let id = record.queryIdentifier("_id", &problems), let text = record.textOrNothing("text", &problems)
      else { return nil }
      var slice: String?
      if record.value("slice") != nil {
        guard let given = record.text("slice", &problems) else { return nil }
        slice = given
      }
      queries.append(Query(id: id, text: text, slice: slice))
      return id
    }
    self.queries = queries
  }

  /// The index of a query in ``queries``, or nil when there is none of this identifier.
  public func index(of id: String) -> Int? { ids.firstIndex(of: ExactText(id)) }

  /// The query of an identifier, or nil.
  public subscript(id: String) -> Query? { index(of: id).map { queries[$0] } }
}

/// Reads a file of JSON lines, each an entry with an identifier of its own.
///
/// - Parameters:
///   - file: The path.
///   - noun: The word for an entry in messages.
///   - read: Takes an entry in and returns its identifier; returns nil after noting a problem.
/// - Returns: The identifiers, numbered in the order of the entries, and what is unusual about the file.
private func readEntries(
  of file: String, _ noun: String, _ read: (Record, inout Problems) -> String?
) throws(DatasetError) -> (ids: OrderedSet<ExactText>, warnings: [String]) {
  var problems = Problems(file: file)
  var ids: OrderedSet<ExactText> = []
  var lines: [Int] = []
  try JSONObjects.forEach(of: file, &problems) { line, object, problems in
    guard let id = read(Record(line: line, object: object), &problems) else { return }
    let (isNew, number) = ids.append(ExactText(id))
    if isNew {
      lines.append(line)
    } else {
      problems.add(
        "\(noun) \"\(id)\" occurs twice (first in line \(lines[number])); give each \(noun) an identifier of its own",
        line: line)
    }
  }
  if problems.count == 0 && lines.isEmpty {
    problems.add("expected an object a line with \"_id\" and \"text\", found nothing; check that the file is complete")
  }
  try problems.throwIfAny()
  return (ids, problems.warnings)
}
