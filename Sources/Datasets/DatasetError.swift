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

/// Collects the problems of one file while it is read.
struct Problems {
  /// The number of problems that are listed; the rest is counted.
  static let listed = 10

  let file: String
  private var texts: [String] = []
  private(set) var count = 0

  init(file: String) {
    self.file = file
  }

  /// Notes a problem of a line.
  mutating func add(_ text: String, line: Int) {
    count += 1
    if count <= Self.listed { texts.append("\(file):\(line): \(text)") }
  }

  /// Notes a problem of the file as a whole.
  mutating func add(_ text: String) {
    count += 1
    if count <= Self.listed { texts.append("\(file): \(text)") }
  }

  /// Ends the reading if there was a problem.
  func throwIfAny() throws(DatasetError) {
    if count > 0 { throw DatasetError(kind: .badData, problems: texts, count: count) }
  }
}
