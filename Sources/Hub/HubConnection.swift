import Files
package import Runs
import Words

/// Questions to the Hub, asked again after a while where that may help.
package final class HubConnection {
  package let settings: HubSettings
  private let curl: CurlProgram
  private let report: (RunEvent) -> Void
  private let pause: (_ seconds: Double) throws -> Void
  /// True once an answer has come, so that a connection that fails then is worth another try.
  private var hasAnswered = false

  /// The most tries in which next to nothing comes.
  private static let tries = 5
  /// The bytes from which a try counts as one that brought something.
  private static let notable = 1 << 16
  /// The longest pause that a server may ask for, in seconds.
  private static let longestPause = 300.0

  /// Makes a connection.
  ///
  /// - Parameters:
  ///   - folder: A folder for a scratch file.
  ///   - pause: Waits for some seconds; throws when the user interrupts.
  package init(
    _ settings: HubSettings, folder: String, report: @escaping (RunEvent) -> Void,
    pause: @escaping (_ seconds: Double) throws -> Void
  ) {
    self.settings = settings
    self.report = report
    self.pause = pause
    curl = CurlProgram(environment: settings.environment, headFile: Files.join(folder, "head"))
  }

  /// What is asked for, for messages and the address.
  struct Question {
    let address: String
    /// The object of "cannot fetch …".
    let subject: String
    let repository: RepositoryName
    let revision: String
  }

  /// The body of an answer as a whole, and the address of the next page if there is one.
  func text(_ question: Question, maximumBytes: Int) throws -> (bytes: [UInt8], nextPage: String?) {
    var bytes: [UInt8] = []
    func begin() -> Int {
      bytes = []
      return 0
    }
    let reply = try get(question, begin: begin, restart: {}) { piece in
      bytes += piece
      return bytes.count <= maximumBytes
    }
    if bytes.count > maximumBytes {
      throw HubError(
        .badData,
        "\(settings.host): the answer for \(question.subject) has more than \(NumberText.bytes(maximumBytes)); check "
          + "HF_ENDPOINT")
    }
    return (bytes, reply.nextPage)
  }

  /// Gets the whole body, piece by piece, going on where a try has ended.
  ///
  /// - Parameters:
  ///   - begin: Is called before each try and says how many bytes are there already.
  ///   - restart: Forgets all bytes, where the server cannot go on in the middle.
  ///   - receive: Takes a piece; false ends the work.
  @discardableResult
  func get(
    _ question: Question, begin: () -> Int, restart: () throws -> Void, _ receive: ([UInt8]) throws -> Bool
  ) throws -> HTTPReply {
    var fruitless = 0
    while true {
      var isWanted = true
      var count = 0
      let request = CurlProgram.Request(address: question.address, token: settings.token, offset: begin())
      let reply = try curl.get(request) { piece in
        count += piece.count
        isWanted = try receive(piece)
        return isWanted
      }
      if reply.status > 0 { hasAnswered = true }
      if !isWanted { return reply }
      switch reply.meaning {
      case .whole: return reply
      case .cannotResume:
        fruitless += 1
        guard fruitless < Self.tries else { throw failure(question, reply) }
        try restart()
      case .interrupted, .unreachable:
        if reply.meaning == .unreachable && !hasAnswered { throw failure(question, reply) }
        fruitless = count >= Self.notable ? 1 : fruitless + 1
        try wait(after: reply, tries: fruitless, question)
      case .refused, .noProgram, .failed: throw failure(question, reply)
      }
    }
  }

  private func wait(after reply: HTTPReply, tries: Int, _ question: Question) throws {
    let asked = reply.pause
    let seconds = asked ?? Double(1 << min(tries - 1, 4))
    if seconds > Self.longestPause {
      throw HubError(
        .temporary,
        "\(settings.host) asks to wait \(NumberText.seconds(seconds)) before it answers again (HTTP status "
          + "\(reply.status)); run the same command then, which goes on where it stopped")
    }
    guard tries < Self.tries else { throw failure(question, reply) }
    if asked != nil && seconds >= 5 {
      report(.note("\(settings.host) asks to wait \(NumberText.seconds(seconds)) (HTTP status \(reply.status))"))
    }
    try pause(seconds)
  }

  private func failure(_ question: Question, _ reply: HTTPReply) -> HubError {
    HubFailure(question: question, reply: reply, settings: settings).error
  }
}
