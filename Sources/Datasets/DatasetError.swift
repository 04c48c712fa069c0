public import Files

/// The problems of a data file, as many as could be found in one pass.
public struct DatasetError: UserFacingError, Equatable {
  /// The kind of failure.
  public let kind: FailureKind
  /// The first problems, one sentence each: file and line, what was expected and found, what to do.
  public let problems: [String]
  /// The number of problems, including those that are not listed.
  public let count: Int

  /// The listed problems, a line each, and how many more there are.
  public var description: String {
    let rest = count - problems.count
    return (problems + (rest > 0 ? ["and \(rest) more like these"] : [])).joined(separator: "\n")
  }

  init(_ problem: String, kind: FailureKind = .badData) {
    self.init(kind: kind, problems: [problem], count: 1)
  }

  init(_ error: FileError) {
    self.init(error.description, kind: error.kind)
  }

  fileprivate init(kind: FailureKind, problems: [String], count: Int) {
    self.kind = kind
    self.problems = problems
    self.count = count
  }
}

/// Collects the problems of one file while it is read, and what is unusual about the file but was read all the same.
struct Problems {
  /// The number of problems that are listed; the rest is counted.
  static let listed = 10

  /// A problem and the lines that have it.
  private struct Entry {
    let text: String
    let line: Int?
    var otherLines: [Int] = []
  }

  let file: String
  /// What is unusual about the file, each as a warning for the user.
  private(set) var warnings: [String] = []
  private var entries: [Entry] = []
  private var indices: [String: Int] = [:]
  /// The number of problems; one that several lines have counts for each.
  private(set) var count = 0
  private var unlisted = 0

  init(file: String) {
    self.file = file
  }

  /// Notes a problem of a line; lines that have the same one are told of together.
  mutating func add(_ text: String, line: Int) {
    count += 1
    if let index = indices[text] {
      if (entries[index].otherLines.last ?? entries[index].line) != line { entries[index].otherLines.append(line) }
    } else {
      append(Entry(text: text, line: line))
    }
  }

  /// Notes a problem of the file as a whole.
  mutating func add(_ text: String) {
    count += 1
    append(Entry(text: text, line: nil))
  }

  /// Notes what is unusual about the file as a whole and was read all the same.
  mutating func warn(_ text: String) { warnings.append("\(file): \(text)") }

  private mutating func append(_ entry: Entry) {
    if entries.count == Self.listed {
      unlisted += 1
    } else {
      indices[entry.text] = entries.count
      entries.append(entry)
    }
  }

  /// Ends the reading if there was a problem, which may come from what is unusual about the file.
  func throwIfAny() throws(DatasetError) {
    if count == 0 { return }
    let texts = entries.map { "\(file)\($0.line.map { ":\($0)" } ?? ""): \($0.text)\(Self.description($0.otherLines))" }
    throw DatasetError(kind: .badData, problems: texts + warnings, count: texts.count + warnings.count + unlisted)
  }

  private static func description(_ lines: [Int]) -> String {
    if lines.isEmpty { return "" }
    let named = lines.prefix(5).map(String.init).joined(separator: ", ")
    let rest = lines.count > 5 ? " and \(lines.count - 5) more" : ""
    return " (and in line\(lines.count == 1 ? "" : "s") \(named)\(rest))"
  }
}
