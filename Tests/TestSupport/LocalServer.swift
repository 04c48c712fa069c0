import Foundation
import Kernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An HTTP server on a port of this machine, with the mistakes that servers and networks make.
///
/// It takes one connection after the other and closes each after its answer.
public final class LocalServer: Sendable {
  /// A request that has come.
  public struct Request: Sendable {
    /// The method, such as GET.
    public let method: String
    /// The path with the query.
    public let target: String
    /// The headers by their names in lower case.
    public let headers: [String: String]
  }

  /// An answer.
  public struct Answer: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The headers, besides those of the length and the connection.
    public var headers: [String: String]
    /// The bytes of the body.
    public var body: [UInt8]
    /// The length that the head tells; that of the body if nil.
    public var toldLength: Int?
    /// The bytes of the body after which the connection is cut; nil for all.
    public var cutAfter: Int?

    /// Makes an answer without a fault.
    public init(_ status: Int = 200, _ headers: [String: String] = [:], _ body: [UInt8] = []) {
      self.status = status
      self.headers = headers
      self.body = body
    }
  }

  /// The port.
  public let port: UInt16
  private let descriptor: Int32
  private let seen = Requests()

  private final class Requests: Sendable {
    let all = Lock<[Request]>([])
  }

  /// Begins to listen on a port that is free.
  ///
  /// - Parameter answer: Gives the answer to a request.
  public init(answer: @escaping @Sendable (Request) -> Answer) {
    #if canImport(Glibc)
      let stream = Int32(SOCK_STREAM.rawValue)
    #else
      let stream = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, stream, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
        bind(descriptor, general, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, general, &length) == 0
      }
    }
    guard descriptor >= 0, isListening else { fatalError("no port of this machine can be listened on: \(errno)") }
    port = UInt16(bigEndian: address.sin_port)
    self.descriptor = descriptor
    Thread.detachNewThread { [seen] in
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 { return }
        Self.serve(connection, answer, seen)
        // A child that was started meanwhile may have the descriptor too; the connection ends all the same.
        shutdown(connection, Int32(SHUT_RDWR))
        close(connection)
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  /// The address without a path.
  public var address: String { "http://127.0.0.1:\(port)" }

  /// The requests so far.
  public var requests: [Request] { seen.all.withLock { $0 } }

  private static func serve(_ connection: Int32, _ answer: (Request) -> Answer, _ seen: Requests) {
    guard let request = read(from: connection) else { return }
    seen.all.withLock { $0.append(request) }
    let answer = answer(request)
    var head = "HTTP/1.1 \(answer.status) \(answer.status < 400 ? "OK" : "Error")\r\nConnection: close\r\n"
    for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
    head += "Content-Length: \(answer.toldLength ?? answer.body.count)\r\n\r\n"
    _ =
      write(Array(head.utf8), to: connection)
      && write(Array(answer.body.prefix(answer.cutAfter ?? .max)), to: connection)
  }

  private static func read(from connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    let end = Array("\r\n\r\n".utf8)
    while !bytes.suffix(4).elementsEqual(end) {
      var byte: UInt8 = 0
      guard bytes.count < 1 << 16, recv(connection, &byte, 1, 0) == 1 else { return nil }
      bytes.append(byte)
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
    let words = lines.first?.split(separator: " ").map(String.init) ?? []
    guard words.count == 3 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    return Request(method: words[0], target: words[1], headers: headers)
  }

  private static func write(_ bytes: [UInt8], to connection: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(connection, $0.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      done += count
    }
    return true
  }
}
