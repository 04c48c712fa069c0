import JSONText

/// The end of a program: its result, what is printed, and the page of its report where it has one.
struct Conclusion {
  var result: JSONValue
  var lines: [String]
  var page: String?
}
