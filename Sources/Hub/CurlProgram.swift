import Files
import Foundation

/// GET requests by the program curl, which brings HTTP, TLS, proxies (`https_proxy`, `no_proxy`) and certificates
/// (`CURL_CA_BUNDLE`, `SSL_CERT_FILE`).
///
/// A request is a process of its own: no command but `hone fetch` needs curl, and an answer of a stranger is read outside this
/// process. Nothing of `~/.curlrc` counts.
struct CurlProgram {
  /// The environment of the process.
  let environment: [String: String]
  /// A file for the head of the answer.
  let headFile: String

  /// A request for a file or a part of it.
  struct Request {
    let address: String
    /// A token for the host of the address; curl drops it where a redirect leads to another host.
    var token: String?
    /// The first byte that is wanted.
    var offset = 0
  }

  /// Sends a request and hands over the body of its answer, if the answer is no error.
  ///
  /// The bytes are those from the offset on, or the reply says that there were none.
  ///
  /// - Parameter receive: Takes a piece of the body; false ends the request.
  func get(_ request: Request, _ receive: ([UInt8]) throws -> Bool) throws -> HTTPReply {
    try Files.remove(headFile)
    let (configuration, body, messages) = (Pipe(), Pipe(), Pipe())
    // The pipe holds the few lines, so that they are there before anybody reads, and no token is in a list of processes.
    try configuration.fileHandleForWriting.write(contentsOf: Array(text(of: request).utf8))
    try configuration.fileHandleForWriting.close()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["curl", "--disable", "--config", "-"]
    process.environment = environment
    process.standardInput = configuration
    process.standardOutput = body
    process.standardError = messages
    try process.run()
    let wasWanted: Bool
    do {
      wasWanted = try receiveAll(from: body.fileHandleForReading, receive)
    } catch {
      end(process)
      throw error
    }
    if !wasWanted { end(process) }
    // curl says no more than a line, which the pipe holds.
    let message = (try? messages.fileHandleForReading.readToEnd()).flatMap { $0 } ?? Data()
    process.waitUntilExit()
    let head = (try? Files.read(headFile, maximumBytes: 1 << 20)) ?? []
    return HTTPReply(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
      head: String(decoding: head, as: UTF8.self), message: String(decoding: message, as: UTF8.self))
  }

  /// Reads the body to its end; false if it is not wanted any more.
  private func receiveAll(from handle: FileHandle, _ receive: ([UInt8]) throws -> Bool) throws -> Bool {
    while let piece = try handle.read(upToCount: 1 << 16), !piece.isEmpty {
      if try !receive(Array(piece)) { return false }
    }
    return true
  }

  private func end(_ process: Process) {
    // A child may have inherited that SIGTERM is blocked; nothing of it has to be put in order.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// The request in curl's own form of a configuration.
  private func text(of request: Request) -> String {
    var lines = ["silent", "show-error", "fail", "location", "globoff"]
    func set(_ name: String, _ value: String) {
      let escaped = value.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : String($1) }
      lines.append("\(name) = \"\(escaped)\"")
    }
    set("url", request.address)
    set("output", "-")
    set("dump-header", headFile)
    set("user-agent", "hone")
    set("max-redirs", "10")
    // A redirect must not end encryption.
    set("proto", request.address.hasPrefix("https:") ? "=https" : "=http,https")
    set("connect-timeout", "20")
    // A connection that brings nothing for half a minute is given up.
    set("speed-limit", "1")
    set("speed-time", "30")
    if request.offset > 0 { set("continue-at", String(request.offset)) }
    if let token = request.token { set("header", "Authorization: Bearer \(token)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
