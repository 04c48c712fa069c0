import Digests
import Files
public import JSONText
import Kernels
import Synchronization

/// A server that answers as the Hugging Face Hub does, with a second one that holds the large files.
///
/// Faults are put in by path: each answer for the path takes the next one until none is left.
public final class FakeHub: Sendable {
  /// A change to an answer.
  public enum Fault: Sendable {
    /// A status instead of the answer, with headers.
    case status(Int, [String: String] = [:])
    /// The connection is cut after so many bytes of the body.
    case cut(Int)
    /// The first byte of the body is another.
    case changed
    /// The body has more bytes, or fewer if negative, and says so.
    case longer(Int)
    /// A request for a part gets the whole.
    case whole
    /// A redirect to the address itself.
    case loop
    /// Another answer altogether.
    case body(String, [String: String] = [:])
  }

  private struct Store: Sendable {
    var files: [String: [UInt8]]
    var faults: [String: [Fault]] = [:]
    var lasting: [String: Fault] = [:]
    var listing: JSONValue?
    var commit = FakeHub.commit
  }

  /// The repository, and the token without which nothing of it is shown.
  public let repository: String
  private let token: String?
  private let store: Lock<Store>
  private let servers: Lock<(hub: LocalServer, host: LocalServer)?> = Lock(nil)

  /// The hash of the first commit.
  public static let commit = "0123456789abcdef0123456789abcdef01234567"
  /// The hash of the commit now.
  public var commit: String { store.withLock { $0.commit } }
  /// The bytes from which a file counts as a large one.
  public static let large = 1000

  /// Starts a Hub with one repository.
  ///
  /// - Parameters:
  ///   - files: The contents by path.
  ///   - pageSize: The files on a page of a list.
  public init(_ repository: String, _ files: [String: [UInt8]], token: String? = nil, pageSize: Int = 3) {
    self.repository = repository
    self.token = token
    store = Lock(Store(files: files))
    let host = LocalServer { [weak self] request in self?.large(request) ?? .init(503) }
    // The same machine under another name is another host, which must not get the token.
    let place = "http://localhost:\(host.port)"
    let hub = LocalServer { [weak self] request in self?.answer(request, place: place, pageSize: pageSize) ?? .init(503)
    }
    servers.withLock { $0 = (hub, host) }
  }

  /// The files of a folder, for a repository.
  public static func files(of folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    func add(_ inner: String) throws {
      for name in try Files.list(Files.join(folder, inner)) {
        let path = inner.isEmpty ? name : "\(inner)/\(name)"
        if Files.isFolder(Files.join(folder, path)) {
          try add(path)
        } else {
          files[path] = try Files.read(Files.join(folder, path))
        }
      }
    }
    try add("")
    return files
  }

  /// The address for `HF_ENDPOINT`.
  public var address: String { servers.withLock { $0?.hub.address ?? "" } }

  /// The requests to the Hub itself.
  public var requests: [LocalServer.Request] { servers.withLock { $0?.hub.requests ?? [] } }

  /// The requests to the host of the large files.
  public var largeRequests: [LocalServer.Request] { servers.withLock { $0?.host.requests ?? [] } }

  /// Puts faults in for a path, or for "list" or "revision".
  public func put(_ faults: Fault..., for path: String) { store.withLock { $0.faults[path] = faults } }

  /// Puts a fault in for a path, for every request.
  public func putAlways(_ fault: Fault, for path: String) { store.withLock { $0.lasting[path] = fault } }

  /// Changes the files of the repository, by a new commit.
  public func change(_ body: (inout [String: [UInt8]]) -> Void) {
    store.withLock { store in
      body(&store.files)
      store.commit = String(store.commit.dropFirst() + store.commit.prefix(1))
    }
  }

  /// Lists this instead of the files.
  public func list(_ entries: JSONValue) { store.withLock { $0.listing = entries } }

  // MARK: - Answers

  private func answer(_ request: LocalServer.Request, place: String, pageSize: Int) -> LocalServer.Answer {
    // A proxy is asked for the whole address.
    let parts = request.target.split(separator: "/", maxSplits: 2)
    let target = request.target.hasPrefix("http://") ? "/" + (parts.last ?? "") : request.target
    if let token, request.headers["authorization"] != "Bearer \(token)" {
      return .init(401, ["X-Error-Code": "RepoNotFound"])
    }
    let model = "/api/models/\(repository)"
    if target.hasPrefix("\(model)/revision/") {
      guard ["main", "refs%2Fpr%2F1", commit].contains(String(target.dropFirst("\(model)/revision/".count))) else {
        return .init(404, ["X-Error-Code": "RevisionNotFound"])
      }
      return altered("revision", .init(200, [:], Array(#"{"sha": "\#(commit)"}"#.utf8)), request)
    }
    if target.hasPrefix("\(model)/tree/\(commit)?") {
      return altered("list", page(target, pageSize), request)
    }
    let files = "/\(repository)/resolve/\(commit)/"
    guard target.hasPrefix(files) else { return .init(404, ["X-Error-Code": "RepoNotFound"]) }
    let path = String(target.dropFirst(files.count))
    guard let content = store.withLock({ $0.files[path] }) else { return .init(404, ["X-Error-Code": "EntryNotFound"]) }
    if content.count < Self.large { return altered(path, part(content, request), request) }
    return .init(302, ["Location": "\(place)/large/\(path)"])
  }

  private func large(_ request: LocalServer.Request) -> LocalServer.Answer {
    let path = String(request.target.dropFirst("/large/".count))
    guard let content = store.withLock({ $0.files[path] }) else { return .init(404) }
    return altered(path, part(content, request), request)
  }

  /// The content from the first byte on that is asked for.
  private func part(_ content: [UInt8], _ request: LocalServer.Request) -> LocalServer.Answer {
    guard let range = request.headers["range"], range.hasPrefix("bytes="), range.hasSuffix("-"),
      let start = Int(range.dropFirst(6).dropLast())
    else { return .init(200, [:], content) }
    if start >= content.count { return .init(416) }
    let told = "bytes \(start)-\(content.count - 1)/\(content.count)"
    return .init(206, ["Content-Range": told], Array(content[start...]))
  }

  private func altered(_ path: String, _ answer: LocalServer.Answer, _ request: LocalServer.Request)
    -> LocalServer.Answer
  {
    let (fault, content) = store.withLock { store -> (Fault?, [UInt8]) in
      let content = store.files[path] ?? []
      guard store.faults[path]?.isEmpty == false else { return (store.lasting[path], content) }
      return (store.faults[path]?.removeFirst(), content)
    }
    var answer = answer
    switch fault {
    case nil: break
    case .status(let status, let headers): answer = .init(status, headers, Array("an error".utf8))
    case .cut(let count): answer.cutAfter = count
    case .changed: answer.body[0] ^= 1
    case .longer(let count):
      answer.body = count < 0 ? answer.body.dropLast(-count) : answer.body + Array(repeating: 7, count: count)
    case .whole: answer = .init(200, [:], content)
    case .loop: answer = .init(302, ["Location": request.target])
    case .body(let text, let headers): answer = .init(200, headers, Array(text.utf8))
    }
    return answer
  }

  private func page(_ target: String, _ size: Int) -> LocalServer.Answer {
    let cursor = target.split(separator: "cursor=").dropFirst().first.flatMap { Int($0) } ?? 0
    let entries = store.withLock { store in store.listing?.arrayValue ?? Self.entries(store.files) }
    var headers: [String: String] = [:]
    if cursor + size < entries.count {
      // Mirrors leave the address of the Hub itself in.
      headers["Link"] =
        "<https://huggingface.co/api/models/\(repository)/tree/\(commit)?recursive=true&cursor=\(cursor + size)>; "
        + "rel=\"next\""
    }
    let part = JSONValue.array(Array(entries.dropFirst(cursor).prefix(size)))
    return .init(200, headers, Array(part.text().utf8))
  }

  /// The entries of a list, as the Hub writes them.
  public static func entries(_ files: [String: [UInt8]]) -> [JSONValue] {
    let folders = Set(files.keys.filter { $0.contains("/") }.map { Files.parent(of: $0) }).sorted()
    let entries = folders.map { folder -> JSONValue in
      ["type": "directory", "oid": JSONValue(commit), "size": 0, "path": JSONValue(folder)]
    }
    return entries
      + files.sorted { $0.key < $1.key }.map { path, content in
        var object = JSONObject([
          ("type", "file"), ("oid", JSONValue(gitObject(content))), ("size", JSONValue(content.count)),
          ("path", JSONValue(path)),
        ])
        if content.count >= large {
          object["lfs"] = [
            "oid": JSONValue(digest(.sha256, of: content)), "size": JSONValue(content.count),
            "pointerSize": 134,
          ]
        }
        return .object(object)
      }
  }

  private static func gitObject(_ content: [UInt8]) -> String {
    digest(.sha1, of: Array("blob \(content.count)\0".utf8) + content)
  }

  private static func digest(_ function: Digest.Function, of bytes: [UInt8]) -> String {
    var digest = Digest(function)
    digest.add(bytes)
    return digest.hexadecimal
  }
}
