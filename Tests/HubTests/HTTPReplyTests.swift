import Testing

@testable import Hub

@Suite struct HTTPReplyTests {
  private func reply(_ head: String, exitCode: Int32 = 0, message: String = "") -> HTTPReply {
    HTTPReply(exitCode: exitCode, head: head, message: message)
  }

  @Test func theLastAnswerCounts() {
    let found = reply(
      "HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 302 Found\r\nLocation: x\r\nLink: <a>; rel=\"next\"\r\n\r\n"
        + "HTTP/2 206 \r\nX-Error-Code: none\r\nRetry-After: 7\r\n\r\n")
    #expect(found.status == 206)
    #expect(found.header("x-error-code") == "none")
    #expect(found.header("location") == nil)
    #expect(found.nextPage == nil)
    #expect(found.pause == 7)
    #expect(reply("").status == 0)
  }

  @Test func thePauseIsThatOfTheServer() {
    #expect(reply("HTTP/2 429\r\nratelimit: \"api\";r=0;t=55\r\n").pause == 55)
    #expect(reply("HTTP/2 429\r\nratelimit: \"api\"; r=0; t=5\r\nretry-after: 3\r\n").pause == 3)
    #expect(reply("HTTP/2 429\r\nretry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n").pause == nil)
    #expect(reply("HTTP/2 429\r\nretry-after: -1\r\n").pause == nil)
    #expect(reply("HTTP/2 429\r\n").pause == nil)
  }

  @Test func theNextPageIsThatOfTheLinks() {
    #expect(reply("HTTP/2 200\r\nlink: <https://x/a?b=c>; rel=\"next\"\r\n").nextPage == "https://x/a?b=c")
    #expect(reply("HTTP/2 200\r\nLink: <p>; rel=\"prev\", <n>; rel=\"next\"\r\n").nextPage == "n")
    #expect(reply("HTTP/2 200\r\nLink: >n<; rel=\"next\"\r\n").nextPage == nil)
  }

  @Test func theCodesOfCurlHaveMeanings() {
    #expect(reply("HTTP/2 200\r\n").meaning == .whole)
    #expect(reply("HTTP/2 416\r\n").meaning == .cannotResume)
    #expect(reply("HTTP/2 200\r\n", exitCode: 33).meaning == .cannotResume)
    #expect(reply("HTTP/2 404\r\n", exitCode: 22).meaning == .refused)
    for status in [408, 429, 500, 502, 503, 504, 524] {
      #expect(reply("HTTP/2 \(status)\r\n", exitCode: 22).meaning == .interrupted)
    }
    #expect(reply("", exitCode: 6).meaning == .unreachable)
    #expect(reply("", exitCode: 28).meaning == .unreachable)
    #expect(reply("HTTP/2 200\r\n", exitCode: 28).meaning == .interrupted)
    #expect(reply("", exitCode: 127).meaning == .noProgram)
    #expect(reply("", exitCode: 60).meaning == .failed)
  }

  @Test func theWordsOfCurlAreKept() {
    let message = "Warning: x\ncurl: (6) Could not resolve host: example.invalid\ncurl: (6) again\n"
    #expect(reply("", exitCode: 6, message: message).message == "Could not resolve host: example.invalid")
    #expect(reply("", exitCode: 6, message: "").message == "")
  }
}
