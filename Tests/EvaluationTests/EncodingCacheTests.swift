import Encoders
import Files
import Foundation
import Kernels
import Layers
import OrderedCollections
import Runs
import Synchronization
import Tensors
import TestSupport
import Testing
import Words

@testable import Evaluation

/// The cache of vectors: what it gives is what encoding gives, and it encodes only what it must.
@Suite struct EncodingCacheTests {
  private let folder: TemporaryFolder
  private let model: BiEncoder
  private let texts = (0..<11).map { "text \($0) of query" } + ["text 3 of query", "", "the fast file"]

  init() throws {
    folder = TemporaryFolder()
    model = try BiEncoder(folder: CacheChecks.model)
  }

  private func cache(megabytes: Int = 100, segmentTexts: Int = 4) throws -> EncodingCache {
    try EncodingCache(folder.file("cache"), megabytes: megabytes, segmentTexts: segmentTexts)
  }

  private func segments() throws -> [String] { try Files.list(folder.file("cache")) }

  private func plain(_ texts: [String], _ model: BiEncoder, _ role: TextRole = .document) throws -> [UInt32] {
    try model.encodeIndependently(texts, as: role).elements.map(\.bitPattern)
  }

  /// Encodes through the cache, checks the bits and returns how many texts came from it.
  private func found(
    _ texts: [String], _ model: BiEncoder, as role: TextRole = .document, in cache: EncodingCache? = nil,
    warnings: [String] = []
  ) throws -> Int {
    var (notes, warned): ([String], [String]) = ([], [])
    let vectors = try (cache ?? self.cache()).encode(texts, with: model, as: role, task: "encoding") { event in
      if case .note(let note) = event { notes.append(note) }
      if case .warning(let warning) = event { warned.append(warning) }
    }
    #expect(vectors.shape == [texts.count, model.dimensions])
    #expect(try vectors.elements.map(\.bitPattern) == plain(texts, model, role))
    #expect(warned == warnings)
    let note = try #require(notes.first)
    #expect(notes == [note] && note.hasSuffix(" of \(texts.count) from the cache"))
    return try #require(Int(note.split(separator: " ")[1]))
  }

  // MARK: - Hits and misses

  @Test func theSecondTimeAllComesFromTheCache() throws {
    #expect(try found(texts, model) == 0)
    // Thirteen different texts, four a file.
    #expect(try segments().count == 4)
    #expect(try found(texts, model) == 14)
    #expect(try found(texts.reversed(), model) == 14)
    #expect(try found([texts[5], texts[5], "new", texts[2]], model) == 3)
    #expect(try segments().count == 5)
    #expect(try cache().encode([], with: model, as: .query, task: "") { _ in }.shape == [0, 32])
  }

  @Test func onlyChangedTextsAreEncoded() throws {
    #expect(try found(texts, model) == 0)
    var changed = texts
    changed[4] = "another text"
    let encoded = Mutex(0)
    let vectors = try cache().encode(changed, with: model, as: .document, task: "") { event in
      if case .progress(let progress) = event {
        encoded.withLock { $0 = progress.total - 13 }
        #expect(progress.detail == "13 of 14 from the cache" && progress.done >= 13)
      }
    }
    #expect(encoded.withLock { $0 } == 1)
    #expect(try vectors.elements.map(\.bitPattern) == plain(changed, model))
  }

  @Test func whateverShapesAVectorIsInTheFingerprint() throws {
    #expect(try found(texts, model) == 0)
    var others: [(String, BiEncoder)] = []
    func add(_ name: String, _ change: (inout BiEncoder) -> Void) {
      var other = model
      change(&other)
      others.append((name, other))
    }
    add("pooling") { $0.pooling = .cls }
    add("maximum length") { $0.maximumLength = 63 }
    add("prompt") { $0.prompts[.document] = "find " }
    add("heads") { $0.heads.append(.normalize) }
    add("truncation") { $0.settings.truncation = 12 }
    add("precision") { $0 = $0.computing(in: .bfloat16) }
    add("another precision") { $0 = $0.computing(in: .int8) }
    for key in model.parameters.keys {
      add(key) { other in
        other.updateParameters { name, tensor in
          guard name == key else { return }
          var elements = tensor.elements
          elements[elements.count - 1] = Float(bitPattern: elements[elements.count - 1].bitPattern ^ 1)
          tensor = Tensor(elements, shape: tensor.shape)
        }
      }
    }
    #expect(others.count == 7 + model.parameters.count && others.count > 8)
    var seen: Set = [ModelFingerprint(of: model, as: .document)]
    for (name, other) in others {
      #expect(seen.insert(ModelFingerprint(of: other, as: .document)).inserted, "\(name)")
    }
    for (name, other) in others.prefix(8) { #expect(try found(texts, other) == 0, "\(name)") }
    // The prompt of the other role changes nothing, and a role with the same prompt is the same.
    var other = model
    other.prompts[.query] = "ask "
    #expect(try found(texts, other) == 14)
    #expect(try found(texts, model, as: .query) == 14)
    #expect(try found(texts, other, as: .query) == 0)
  }

  /// A property that is added must be told to the fingerprint, or be known here as one that changes no vector.
  @Test func noPropertyIsForgotten() {
    let names = Set(Mirror(reflecting: model).children.compactMap(\.label))
    #expect(
      names == [
        "transformer", "pooling", "heads", "tokenizer", "maximumLength", "settings", "poolsPrompt",
        "layerPooling", "tokenHeads", "folder", "carried", "precision",
        // Its adapter is merged into the parameters.
        "task",
      ])
    let settings = Set(Mirror(reflecting: model.settings).children.compactMap(\.label))
    #expect(settings == ["prompts", "similarity", "truncation", "activation", "others"])
  }

  @Test func hashesAreThoseOfSHA256() {
    let words = ContentHash(of: "abc").words
    #expect(words[0] == 0xEACF_018F_BF16_78BA && words[3] == 0xAD15_00F2_61FF_10B4)
    #expect(ContentHash(words) == ContentHash(of: "abc"))
    // Equal as Swift strings, not as bytes.
    #expect(ContentHash(of: "e\u{301}") != ContentHash(of: "\u{E9}"))
  }

  // MARK: - Interruption

  @Test func anInterruptedNightGoesOn() throws {
    struct Stop: Error {}
    var lines = 0
    #expect(throws: Stop.self) {
      try cache().encode(texts, with: model, as: .document, task: "") { event in
        if case .progress = event {
          lines += 1
          if lines == 3 { throw Stop() }
        }
      }
    }
    #expect(try segments().count == 2)
    #expect(try found(texts, model) == 9)
  }

  // MARK: - Room

  private func age(_ name: String, days: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -86_400 * days)],
      ofItemAtPath: Files.join(folder.file("cache"), name))
  }

  @Test func whatWasNotUsedLongestIsRemovedFirst() throws {
    let path = folder.file("cache")
    // Vectors that other models left, half a megabyte each, and files of somebody else.
    try Files.makeFolder(path)
    for index in 0..<4 {
      try Files.write([UInt8](repeating: 0, count: 500_000), to: Files.join(path, "old\(index).vectors"))
      try age("old\(index).vectors", days: Double(9 - index))
    }
    for (name, days) in [("notes.txt", 99), (".tmp-1-0", 2), (".tmp-1-1", 0.5)] {
      try Files.write("x", to: Files.join(path, name))
      try age(name, days: days)
    }
    #expect(try found(texts, model, in: cache(megabytes: 1)) == 0)
    let left = try segments()
    #expect(left.filter { $0.hasPrefix("old") } == ["old3.vectors"])
    #expect(left.filter { !$0.hasSuffix(".vectors") } == [".tmp-1-1", "notes.txt"])
    #expect(left.count == 7)
  }

  @Test func whatIsInUseStaysAndTheRestIsNotSaved() throws {
    let path = folder.file("cache")
    try Files.makeFolder(path)
    try Files.write([UInt8](repeating: 0, count: 999_000), to: Files.join(path, "other.vectors"))
    let warning =
      "the cache \(path) is full of vectors that are in use; the rest is not saved: raise its megabytes"
    #expect(try found(texts, model, in: cache(megabytes: 1), warnings: [warning]) == 0)
    #expect(try segments().count == 2)
    let again = try found(texts, model, in: cache(megabytes: 2))
    #expect(again == 5, "\(again): four texts, one of them twice")
  }

  /// The folder is made for the first vectors that are saved, and again where somebody has removed it.
  @Test func theFolderIsThereWhenThereIsSomethingToKeep() throws {
    let cache = try cache()
    let path = cache.folder.path
    #expect(!Files.exists(path))
    #expect(try found(texts, model, in: cache) == 0)
    #expect(try !segments().isEmpty)
    try Files.remove(path)
    #expect(try found(texts, model, in: cache) == 0)
    #expect(try !segments().isEmpty)
  }

  @Test func aFileInThePlaceOfTheFolderStopsNothing() throws {
    let cache = try cache()
    let path = cache.folder.path
    try Files.write("", to: path)
    let reason = "cannot list the folder \(path): a part of the path is not a folder; check the path"
    let warnings = ["\(reason); all texts are encoded", "\(reason); encoding goes on without saving"]
    #expect(try found(texts, model, in: cache, warnings: warnings) == 0)
    let error = try #require(throws: FileError.self) { try self.cache() }
    #expect(error.kind == .cannotCreate && error.description == "the cache \(path) is a file; name a folder")
  }

  // MARK: - Damage

  private func damaged(_ bytes: [UInt8], _ name: String) throws -> Int {
    let path = Files.join(folder.file("cache"), name)
    try Files.write(bytes, to: path)
    let warning = "\(path) is damaged; it is removed, and its texts are encoded again"
    let count = try found(["text", "query"], model, warnings: [warning])
    // It was written again.
    #expect(try found(["text", "query"], model) == 2)
    return count
  }

  @Test func aDamagedFileIsEncodedAgain() throws {
    #expect(try found(["text", "query"], model) == 0)
    let name = try #require(try segments().first)
    let bytes = try Files.read(Files.join(folder.file("cache"), name))
    #expect(bytes.count == 64 + 2 * (40 + 32 * 4))
    for place in stride(from: 0, to: bytes.count, by: 29) {
      var flipped = bytes
      flipped[place] ^= 1 << UInt8(place % 8)
      #expect(try damaged(flipped, name) == 0)
      #expect(try damaged(Array(bytes.prefix(place)), name) == 0)
    }
    #expect(try damaged(bytes + [0], name) == 0)
    #expect(try Files.read(Files.join(folder.file("cache"), name)) == bytes)
  }

  @Test func everyFlippedBitAndEveryLengthIsNoticed() throws {
    _ = try found(["text", "query"], model)
    let name = try #require(try segments().first)
    let path = Files.join(folder.file("cache"), name)
    let bytes = try Files.read(path)
    let fingerprint = ModelFingerprint(of: model, as: .document)
    func read() throws {
      var numbers = [Float](repeating: 0, count: 2 * 32)
      var span = numbers.mutableSpan
      try VectorSegment(path, fingerprint: fingerprint, width: 32).read(0..<2, into: &span, at: 0)
    }
    try read()
    for place in bytes.indices {
      var flipped = bytes
      flipped[place] ^= 1 << UInt8(place % 8)
      try Data(flipped).write(to: URL(fileURLWithPath: path))
      #expect(throws: VectorSegment.Damage.self, "byte \(place)") { try read() }
      try Data(bytes.prefix(place)).write(to: URL(fileURLWithPath: path))
      #expect(throws: VectorSegment.Damage.self, "\(place) bytes") { try read() }
    }
  }
}

/// What the tests of the cache share.
enum CacheChecks {
  static let model = Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny")
}
