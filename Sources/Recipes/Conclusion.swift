import JSONText

/// The end of a program: its result, the printed lines, and the page of its report.
struct Conclusion {
  var result: JSONValue
  var lines: [String]
  var page: String
}
