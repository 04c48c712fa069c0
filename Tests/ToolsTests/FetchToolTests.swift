import Files
import Hub
import JSONText
import Runs
import Synchronization
import TestSupport
import Testing
import Words

@testable import Tools

/// Fetching from a server that answers as the Hub does, with the faults of servers and networks.
@Suite struct FetchToolTests {
  private static let goldens = Files.join(Locations.repositoryRoot, "Tests", "Goldens")
  private static let name = "owner/bert-tiny"
  private static let weights = "model.safetensors"

  private let folder = TemporaryFolder()
  private let model: [String: [UInt8]]

  init() throws {
    model = try FakeHub.files(of: Files.join(Self.goldens, "bert-tiny")).filter { !$0.key.hasPrefix("golden") }
  }

  private func hub(_ extra: [String: [UInt8]] = [:], without: [String] = [], token: String? = nil) -> FakeHub {
    var files = model.merging(extra) { $1 }
    for name in without { files[name] = nil }
    return FakeHub(Self.name, files, token: token)
  }

  private final class Watch: Sendable {
    let events = Mutex<[RunEvent]>([])
    let pauses = Mutex<[Double]>([])
  }

  @discardableResult
  private func fetch(
    _ hub: FakeHub, _ name: String = Self.name, revision: String = "main", into: String = "models",
    environment: [String: String] = [:], watch: Watch = Watch(), check: @escaping () throws -> Void = {}
  ) throws -> JSONObject {
    // Nothing of the machine's own settings but the place of curl.
    var variables = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HF_ENDPOINT": hub.address, "HOME": folder.path]
    variables.merge(environment) { $1 }
    let tool = FetchTool(
      name: name, revision: revision, into: folder.file(into), environment: variables,
      report: { event in watch.events.withLock { $0.append(event) } }, check: check,
      pause: { seconds in watch.pauses.withLock { $0.append(seconds) } })
    return try #require(try JSONReader.parse(Array(tool().json.utf8)).objectValue)
  }

  private func failure(_ kind: FailureKind, _ body: () throws -> Void) throws -> String {
    do {
      try body()
    } catch let error as any UserFacingError {
      #expect(error.kind == kind, "\(error)")
      return folder.shortened("\(error)")
    }
    return "no error"
  }

  private func target(_ file: String = "") -> String { Files.join(folder.file("models/bert-tiny"), file) }

  /// The files of the fetched folder but the note of their origin.
  private func found() throws -> [String: [UInt8]] {
    try FakeHub.files(of: target()).filter { $0.key != HubOrigin.name }
  }

  // MARK: - What is fetched

  @Test func aModelIsFetchedWhole() throws {
    let others = [
      "pytorch_model.bin", "onnx/model.onnx", "modeling.py", "tf_model.h5", ".gitattributes", "training_args.bin",
      "openvino/openvino_model.bin", "notes/config.json", "model.safetensors.index.json",
    ]
    let hub = hub(Dictionary(uniqueKeysWithValues: others.map { ($0, Array("x".utf8)) }))
    let watch = Watch()
    let result = try fetch(hub, watch: watch)
    #expect(try found() == model)
    #expect(result["folder"]?.stringValue == target())
    #expect(result["revision"]?.stringValue == FakeHub.commit)
    #expect(result["fetched"] == true)
    #expect(try Files.list(folder.file("models")) == ["bert-tiny"])
    let origin = try #require(HubOrigin(in: target()))
    #expect(origin.repository == Self.name && origin.revision == FakeHub.commit && origin.endpoint == hub.address)
    #expect(Set(origin.files.map(\.path)) == Set(model.keys))
    for file in origin.files { #expect(try FileDigest.sha256(of: target(file.path)) == file.sha256) }
    let last = watch.events.withLock { $0.last }
    let bytes = try #require(model[Self.weights]?.count)
    #expect(
      last == .progress(.init(task: "fetching weights", done: bytes, total: bytes, unit: "bytes")))
    #expect(watch.pauses.withLock { $0 } == [])
  }

  @Test func aFolderThatIsCompleteIsLeftAsItIs() throws {
    let hub = hub()
    try fetch(hub)
    let before = (hub.requests.count, hub.largeRequests.count)
    let result = try fetch(hub)
    #expect(result["fetched"] == false)
    // The commit and the pages of the list are asked for, and no file.
    #expect(hub.requests.count > before.0 && !hub.requests[before.0...].contains { $0.target.contains("/resolve/") })
    #expect(hub.largeRequests.count == before.1)
    #expect(try found() == model)
  }

  @Test func aRevisionIsAskedForByItsName() throws {
    let hub = hub()
    try fetch(hub, revision: "refs/pr/1")
    #expect(hub.requests.first?.target == "/api/models/\(Self.name)/revision/refs%2Fpr%2F1")
    #expect(
      try failure(.missingInput) { try fetch(hub, revision: "v9", into: "others") }
        == "owner/bert-tiny has no revision v9 on \(hub.address.dropFirst(7)); give a branch, a tag or a commit")
    #expect(!Files.exists(folder.file("others/.fetch-bert-tiny")))
  }

  @Test func shardsAreThoseOfTheIndex() throws {
    let index = #"{"weight_map": {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}}"#
    let shard = Array(repeating: UInt8(3), count: 2000)
    let hub = hub(
      [
        "model.safetensors.index.json": Array(index.utf8), "model-1-of-2.safetensors": shard,
        "model-2-of-2.safetensors": shard + [1], "model-3-of-2.safetensors": shard,
      ], without: [Self.weights])
    try fetch(hub)
    let names = try Files.list(target()).filter { $0.hasPrefix("model") }
    #expect(names == ["model-1-of-2.safetensors", "model-2-of-2.safetensors", "model.safetensors.index.json"])
  }

  @Test(arguments: ["../../x", "other.safetensors", "/etc/passwd"])
  func anIndexThatNamesOtherFilesIsRefused(_ shard: String) throws {
    let hub = hub(
      ["model.safetensors.index.json": Array("{\"weight_map\": {\"a\": \"\(shard)\"}}".utf8)], without: [Self.weights])
    #expect(try failure(.badData) { try fetch(hub) }.hasPrefix("owner/bert-tiny"))
    #expect(!Files.exists(target()))
  }

  @Test func modulesHaveFoldersOfTheirOwn() throws {
    let modules = """
      [{"idx": 0, "name": "0", "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
       {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
       {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}]
      """
    var files = ["modules.json": Array(modules.utf8), "1_Pooling/config.json": Array("{}".utf8)]
    for (name, content) in model where name != "modules.json" && !name.contains("/") {
      files["0_Transformer/\(name)"] = content
    }
    files["2_Dense/config.json"] = Array("{}".utf8)
    files["2_Dense/model.safetensors"] = Array("weights".utf8)
    let wanted = files.filter { $0.key != "0_Transformer/README.md" }
    files["2_Dense/pytorch_model.bin"] = Array("pickle".utf8)
    files["3_Other/config.json"] = Array("{}".utf8)
    files["config.json"] = Array("{}".utf8)
    let hub = FakeHub(Self.name, files)
    try fetch(hub)
    let names = try found().keys.filter { !$0.hasSuffix("config_sentence_transformers.json") && $0 != "config.json" }
    #expect(names.sorted() == wanted.keys.filter { !$0.hasSuffix("config_sentence_transformers.json") }.sorted())
  }

  // MARK: - Refused before the weights

  @Test func picklesOnlyAreRefusedWithTheWayOut() throws {
    let hub = hub(["pytorch_model.bin": Array(repeating: 1, count: 5000)], without: [Self.weights])
    #expect(
      try failure(.missingInput) { try fetch(hub) }
        == "owner/bert-tiny: has no model.safetensors, only pytorch_model.bin (pickled by PyTorch); convert the model: load "
        + "it with sentence-transformers, SentenceTransformer(…) or CrossEncoder(…), and write it with "
        + "save_pretrained(…)")
    #expect(!hub.requests.contains { $0.target.hasSuffix("pytorch_model.bin") })
    #expect(!Files.exists(target()))
  }

  @Test func aFamilyThatIsNotReadIsRefused() throws {
    let hub = hub(["config.json": Array(#"{"model_type": "llama"}"#.utf8)])
    let message = try failure(.badData) { try fetch(hub) }
    #expect(message.hasPrefix("owner/bert-tiny/config.json: 'model_type' should be "), "\(message)")
    #expect(!hub.requests.contains { $0.target.hasSuffix(Self.weights) })
  }

  @Test func theListIsNotTrusted() throws {
    let entries = FakeHub.entries(model)
    func entry(_ path: String, size: JSONValue = 5, oid: String = FakeHub.commit) -> JSONValue {
      ["type": "file", "oid": JSONValue(oid), "size": size, "path": JSONValue(path)]
    }
    let lists: [JSONValue] = [
      entry("../x"), entry("/etc/x"), entry("a/../../x"), entry("a//b"), entry("."), entry(""), entry("a\\b"),
      entry("a\u{0}b"), entry(String(repeating: "a", count: 300)), entry("x", size: -1), entry("x", size: "5"),
      entry("x", size: .number("1e30")), entry("x", size: .number("9223372036854775807")), entry("x", oid: "../../x"),
      entry("x", oid: FakeHub.commit.uppercased()), ["type": "file"], "x", [], entry("config.json"),
    ]
    for bad in lists {
      let hub = hub()
      hub.list(.array(entries + [bad]))
      let message = try failure(.badData) { try fetch(hub) }
      #expect(message.hasPrefix("\(hub.address.dropFirst(7)) lists "), "\(bad): \(message)")
    }
    #expect(try Files.list(folder.path) == ["models"])
    #expect(try Files.list(folder.file("models")) == [])
  }

  @Test func answersThatAreNoneAreToldByTheirHost() throws {
    let faults: [(String, FakeHub.Fault)] = [
      ("list", .body("<html>")), ("list", .body("{}")), ("revision", .body("<html>")), ("revision", .body("{}")),
      ("revision", .body(#"{"sha": "../x"}"#)), ("list", .body("[]", ["Link": "<x>; rel=\"next\""])),
      ("list", .body(String(repeating: " ", count: 1 << 26))),
    ]
    for (place, fault) in faults {
      let hub = hub()
      hub.put(fault, for: place)
      let message = try failure(.badData) { try fetch(hub) }
      #expect(message.contains("\(hub.address.dropFirst(7))") && message.hasSuffix("check HF_ENDPOINT"), "\(message)")
    }
  }

  @Test func aListWithoutAnEndIsLeft() throws {
    let hub = hub()
    hub.putAlways(.body("[]", ["Link": "<x?cursor=0>; rel=\"next\""]), for: "list")
    #expect(
      try failure(.badData) { try fetch(hub) }
        == "\(hub.address.dropFirst(7)) lists owner/bert-tiny on more than 200 pages; check HF_ENDPOINT")
  }

  // MARK: - Faults of servers and networks

  @Test func aCutDownloadGoesOn() throws {
    let hub = hub()
    let bytes = try #require(model[Self.weights])
    hub.put(.cut(1000), .cut(2000), for: Self.weights)
    let watch = Watch()
    try fetch(hub, watch: watch)
    #expect(try found() == model)
    let ranges = hub.largeRequests.filter { $0.target.hasSuffix(Self.weights) }.map { $0.headers["range"] }
    #expect(ranges == [nil, "bytes=1000-", "bytes=3000-"])
    #expect(watch.pauses.withLock { $0 } == [1, 2])
    #expect(bytes.count > 3000)
  }

  @Test func aDownloadGoesOnInTheNextProcess() throws {
    struct Stop: Error {}
    let hub = hub()
    hub.put(.cut(1500), .status(503), for: Self.weights)
    let watch = Watch()
    #expect(throws: Stop.self) {
      try fetch(hub, watch: watch) { if !watch.pauses.withLock({ $0.isEmpty }) { throw Stop() } }
    }
    #expect(!Files.exists(target()))
    let before = hub.requests.count
    try fetch(hub)
    #expect(try found() == model)
    #expect(hub.largeRequests.last?.headers["range"]?.hasPrefix("bytes=") == true)
    let files = hub.requests[before...].filter { $0.target.contains("/resolve/") }
    #expect(files.count == 1, "the settings were fetched again")
    #expect(try Files.list(folder.file("models")) == ["bert-tiny"])
  }

  @Test func aServerWithoutRangesSendsTheWhole() throws {
    let hub = hub()
    hub.put(.cut(1000), .whole, .whole, for: Self.weights)
    try fetch(hub)
    #expect(try found() == model)
  }

  @Test func aWrongContentIsFetchedOnceMore() throws {
    for (file, fault) in [
      (Self.weights, FakeHub.Fault.changed), ("config.json", .changed), (Self.weights, .longer(3)),
      (Self.weights, .longer(-3)), (Self.weights, .longer(1 << 22)),
    ] {
      let first = hub()
      first.put(fault, for: file)
      try fetch(first, into: "models")
      #expect(try found() == model)
      try Files.remove(folder.file("models"))
      let second = hub()
      second.put(fault, fault, for: file)
      let message = try failure(.badData) { try fetch(second, into: "models") }
      #expect(message.hasPrefix("\(file) of owner/bert-tiny is not what "), "\(message)")
      #expect(message.contains(", twice: it"), "\(message)")
      #expect(!Files.exists(target()))
      try Files.remove(folder.file("models"))
    }
  }

  @Test func aBusyServerIsAskedAgainWhenItSays() throws {
    let hub = hub()
    hub.put(
      .status(429, ["Retry-After": "7"]), .status(429, ["RateLimit": "\"api\";r=0;t=11"]), .status(503), for: "list")
    hub.put(.status(502), for: "config.json")
    let watch = Watch()
    try fetch(hub, watch: watch)
    #expect(try found() == model)
    #expect(watch.pauses.withLock { $0 } == [7, 11, 4, 1])
    let notes = watch.events.withLock { $0 }.compactMap { if case .note(let text) = $0 { text } else { nil } }
    #expect(notes == ["7.00 s", "11.0 s"].map { "\(hub.address.dropFirst(7)) asks to wait \($0) (HTTP status 429)" })
  }

  @Test func aServerIsNotAskedForEver() throws {
    let long = hub()
    long.put(.status(429, ["Retry-After": "3600"]), for: "revision")
    #expect(
      try failure(.temporary) { try fetch(long) }
        == "\(long.address.dropFirst(7)) asks to wait 1 h 00 min before it answers again (HTTP status 429); run the same "
        + "command then, which goes on where it stopped")
    let down = hub()
    down.putAlways(.status(500), for: Self.weights)
    let watch = Watch()
    #expect(
      try failure(.temporary) { try fetch(down, watch: watch) }
        == "cannot fetch model.safetensors of owner/bert-tiny: \(down.address.dropFirst(7)) answers with HTTP status 500; "
        + "run the same command later, which goes on where it stopped")
    #expect(watch.pauses.withLock { $0 } == [1, 2, 4, 8])
  }

  @Test func aCircleOfRedirectsEnds() throws {
    let hub = hub()
    hub.putAlways(.loop, for: Self.weights)
    let message = try failure(.inputOutput) { try fetch(hub) }
    #expect(
      message.hasPrefix("cannot fetch model.safetensors of owner/bert-tiny: Maximum (10) redirects"), "\(message)")
  }

  @Test func nobodyThereIsOneLine() throws {
    let hub = hub()
    let message = try failure(.temporary) { try fetch(hub, environment: ["HF_ENDPOINT": "http://127.0.0.1:1"]) }
    #expect(message.hasPrefix("cannot reach 127.0.0.1:1 ("), "\(message)")
    #expect(message.hasSuffix("); check the network, https_proxy and HF_ENDPOINT"), "\(message)")
    #expect(
      try failure(.missingInput) { try fetch(hub, environment: ["PATH": "/nowhere"]) }
        == "the program curl is missing, which hone fetch needs; install it (apt-get install curl)")
    #expect(try Files.list(folder.file("models")) == [])
  }

  @Test func aProxyIsUsed() throws {
    let hub = hub()
    try fetch(
      hub, environment: ["HF_ENDPOINT": "http://hub.invalid", "http_proxy": hub.address, "no_proxy": "localhost"])
    #expect(try found() == model)
    #expect(hub.requests.allSatisfy { $0.target.hasPrefix("http://hub.invalid/") })
  }

  // MARK: - Rights

  @Test func theTokenGoesToTheHubOnly() throws {
    let hub = hub(token: "hf_secret")
    try fetch(hub, environment: ["HF_TOKEN": "hf_secret"])
    #expect(try found() == model)
    #expect(hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    #expect(!hub.largeRequests.isEmpty && hub.largeRequests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func refusalsSayWhatToDo() throws {
    let closed = hub(token: "hf_secret")
    let host = closed.address.dropFirst(7)
    #expect(
      try failure(.missingInput) { try fetch(closed) }
        == "there is no model owner/bert-tiny on \(host); check the name; a private one needs HF_TOKEN")
    #expect(
      try failure(.missingInput) { try fetch(closed, environment: ["HF_TOKEN": "hf_other"]) }
        == "there is no model owner/bert-tiny on \(host); check the name, and the rights of the token")
    let open = hub()
    let address = open.address.dropFirst(7)
    #expect(
      try failure(.missingInput) { try fetch(open, "owner/none") }
        == "there is no model owner/none on \(address); check the name; a private one needs HF_TOKEN")
    open.put(.status(401, ["X-Error-Code": "GatedRepo"]), for: "config.json")
    #expect(
      try failure(.missingInput) { try fetch(open) }
        == "owner/bert-tiny is gated; accept its terms at \(open.address)/owner/bert-tiny and set HF_TOKEN")
    open.put(.status(403, ["X-Error-Code": "GatedRepo"]), for: "config.json")
    #expect(
      try failure(.missingInput) { try fetch(open, environment: ["HF_TOKEN": "hf_x"]) }.hasPrefix(
        "owner/bert-tiny is gated, and the token has no access yet; accept its terms at "))
    open.put(.status(401), for: "config.json")
    #expect(
      try failure(.missingInput) { try fetch(open, environment: ["HF_TOKEN": "hf_x"]) }
        == "\(address) does not accept the token; set HF_TOKEN to a valid one, or unset it")
    open.put(.status(403), for: "config.json")
    #expect(
      try failure(.missingInput) { try fetch(open) }
        == "\(address) refuses config.json of owner/bert-tiny (HTTP status 403); check the rights of the token in HF_TOKEN"
    )
    open.put(.status(404, ["X-Error-Code": "EntryNotFound"]), for: "config.json")
    #expect(
      try failure(.missingInput) { try fetch(open) }
        == "\(address) lists config.json of owner/bert-tiny but does not have it; run the same command again")
  }

  // MARK: - The folder that is there

  @Test func anotherFolderOfTheNameIsKept() throws {
    try folder.write("models/bert-tiny/config.json", "mine")
    #expect(
      try failure(.cannotCreate) { try fetch(hub()) }
        == "models/bert-tiny is there, but it is not owner/bert-tiny (modules.json is missing); move it away, or choose "
        + "another folder with --into")
    #expect(try Files.read(target("config.json")) == Array("mine".utf8))
  }

  @Test func aFolderThatLacksAFileGetsIt() throws {
    let hub = hub()
    try fetch(hub)
    try Files.remove(target(Self.weights))
    try fetch(hub)
    #expect(try found() == model)
    try Files.remove(target("config.json"))
    let before = hub.largeRequests.count
    try fetch(hub)
    #expect(try found() == model)
    #expect(hub.largeRequests.count == before, "the weights were fetched again")
  }

  @Test func aNewerCommitReplacesWhatNobodyHasChanged() throws {
    let hub = hub()
    try fetch(hub)
    hub.change { $0["README.md"] = Array("newer".utf8) }
    try fetch(hub)
    #expect(try Files.read(target("README.md")) == Array("newer".utf8))
    hub.change { $0["README.md"] = Array("newest".utf8) }
    try folder.write("models/bert-tiny/notes.txt", "mine")
    let message = try failure(.cannotCreate) { try fetch(hub) }
    #expect(
      message
        == "models/bert-tiny was changed since it was fetched (notes.txt), and owner/bert-tiny has another README.md "
        + "now; move it away, or choose another folder with --into")
    #expect(Files.exists(target("notes.txt")))
  }

  @Test func twoProcessesDoNotFetchTheSameModel() throws {
    let work = folder.file("models/.fetch-bert-tiny")
    try Files.makeFolder(work)
    let lock = try FolderLock(work, name: "lock", advice: "")
    let message = try withExtendedLifetime(lock) { try failure(.temporary) { try fetch(hub()) } }
    #expect(message.contains("is in use by process"))
  }

  @Test func aDiskWithoutRoomIsToldBefore() throws {
    let hub = hub()
    hub.list(
      .array(
        FakeHub.entries(model).map { entry in
          guard var object = entry.objectValue, object["path"]?.stringValue == Self.weights else { return entry }
          object["lfs"] = [
            "oid": JSONValue(String(repeating: "0", count: 64)), "size": .number("10000000000000"), "pointerSize": 134,
          ]
          return .object(object)
        }))
    let message = try failure(.inputOutput) { try fetch(hub) }
    #expect(message.contains("owner/bert-tiny needs 10.0 TB and "), "\(message)")
    #expect(!hub.largeRequests.contains { $0.target.hasSuffix(Self.weights) })
  }
}
