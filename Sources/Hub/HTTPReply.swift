/// The end of a request: the code of curl, and the status and the headers of the last answer.
struct HTTPReply {
  /// curl's exit code; 22 where the status is an error.
  let exitCode: Int32
  /// The HTTP status; 0 where there was no answer.
  let status: Int
  /// curl's own words.
  let message: String
  private let headers: [String: String]

  /// Reads what curl has written of the answers, one after the other where it has followed redirects.
  init(exitCode: Int32, head: String, message: String) {
    self.exitCode = exitCode
    // "curl: (6) Could not resolve host: …"
    let words = message.split(separator: "\n").first { $0.hasPrefix("curl: ") }?.split(separator: ")", maxSplits: 1)
    self.message = words?.last.map { String($0.drop { $0 == " " }) } ?? ""
    var status = 0
    var headers: [String: String] = [:]
    for line in head.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("HTTP/") {
        status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        headers = [:]
      } else if let colon = line.firstIndex(of: ":") {
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        headers[line[..<colon].lowercased()] = String(value)
      }
    }
    self.status = status
    self.headers = headers
  }

  /// The value of a header, by its name in lower case.
  func header(_ name: String) -> String? { headers[name] }

  /// The seconds after which the server wants to be asked again.
  ///
  /// `Retry-After: 30`, or the Hub's `RateLimit: "api";r=0;t=30`.
  var pause: Double? {
    if let seconds = header("retry-after").flatMap({ Int($0) }), seconds >= 0 { return Double(seconds) }
    let field = header("ratelimit")?.split(separator: ";").map { $0.drop { $0 == " " } }.first { $0.hasPrefix("t=") }
    return field.flatMap { Int($0.dropFirst(2)) }.map { Double(max(0, $0)) }
  }

  /// The address of the next page of a list: `Link: <…>; rel="next"`.
  var nextPage: String? {
    for link in (header("link") ?? "").split(separator: ",") where link.contains("rel=\"next\"") {
      guard let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end else { continue }
      return String(link[link.index(after: start)..<end])
    }
    return nil
  }

  /// The meaning of the end.
  enum Meaning: Equatable {
    /// The whole body has come.
    case whole
    /// The server cannot begin at the offset.
    case cannotResume
    /// An error of the server, by its status.
    case refused
    /// Nothing was reached: no network, no such host, nobody who listens.
    case unreachable
    /// The connection was cut, or the server is overloaded; asking again may help.
    case interrupted
    /// The program curl is not there.
    case noProgram
    /// Anything else that asking again does not mend.
    case failed
  }

  /// The codes are those of `man curl`.
  var meaning: Meaning {
    switch exitCode {
    // 416: there is nothing at the offset.
    case 0: return status == 416 ? .cannotResume : .whole
    case 22 where status == 416: return .cannotResume
    case 22: return [408, 429].contains(status) || status >= 500 ? .interrupted : .refused
    case 33: return .cannotResume
    case 5, 6, 7: return .unreachable
    // A timeout before the first answer is a network that swallows everything.
    case 28: return status == 0 ? .unreachable : .interrupted
    case 16, 18, 52, 55, 56, 92, 95, 96: return .interrupted
    case 127: return .noProgram
    default: return .failed
    }
  }
}
