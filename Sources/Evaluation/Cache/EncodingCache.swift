package import Encoders
package import Files
package import Runs
package import Tensors
import Words

/// Vectors of texts on disk, so that only new or changed texts are encoded, and all of them if the model changed.
///
/// A vector is keyed by ``ModelFingerprint`` and the SHA-256 of the text, so it equals a new encoding to the last bit:
/// missing texts are encoded independently of each other (``BiEncoder/encodeIndependently(_:as:progress:)``). Texts are
/// saved 2,048 at a time during encoding; a kill loses no more than those in work. A damaged segment is removed with a
/// warning and its texts are encoded again.
///
/// Memory: the vectors, 41 bytes per text, and the encoding of 2,048 texts.
package struct EncodingCache: Sendable {
  let folder: CacheFolder

  /// The number of texts in a segment, and the most that a kill can lose.
  private let segmentTexts: Int
  package static let usualSegmentTexts = 2048
  /// The default limit on disk: 2.5 million vectors of 384 numbers.
  package static let usualMegabytes = 4000

  /// Opens a cache.
  ///
  /// - Parameter megabytes: the limit on disk; the least recently used segments go first.
  package init(_ path: String, megabytes: Int = usualMegabytes, segmentTexts: Int = usualSegmentTexts) throws(FileError)
  {
    let (bytes, overflow) = megabytes.multipliedReportingOverflow(by: 1_000_000)
    folder = try CacheFolder(path, limit: overflow ? .max : bytes)
    self.segmentTexts = segmentTexts
  }

  /// The vectors of texts, in their order, as the model gives them: from the cache, or encoded and saved.
  ///
  /// - Shape: → `[texts, dimensions]`
  /// - Parameters:
  ///   - task: the name of the task in progress reports.
  ///   - report: receives the progress and the number of texts from the cache; an error it throws stops the work.
  package func encode(
    _ texts: [String], with model: BiEncoder, as role: TextRole, task: String, report: (RunEvent) throws -> Void
  ) throws -> Tensor {
    if texts.isEmpty { return Tensor([], shape: [0, model.dimensions]) }
    var work = Work(self, texts, model, role)
    return try Tensor(shape: [texts.count, model.dimensions]) { (numbers: inout MutableSpan<Float>) throws -> Void in
      try work.readSegments(into: &numbers, report)
      let found = work.wanted.foundCount
      let share = "\(NumberText.count(found)) of \(NumberText.count(texts.count)) from the cache"
      try report(.note("\(task): \(share)"))
      let missing = work.wanted.missing
      let bytes = missing.map { texts[work.wanted.first(of: $0)].utf8.count + 16 }
      let allBytes = Double(bytes.reduce(0, +))
      var doneBytes = 0.0
      for start in stride(from: 0, to: missing.count, by: segmentTexts) {
        let range = start..<min(missing.count, start + segmentTexts)
        let rangeBytes = Double(bytes[range].reduce(0, +))
        try work.encode(missing[range], into: &numbers, report) { part in
          let done = (doneBytes + part * rangeBytes) / allBytes * Double(texts.count - found)
          try report(
            .progress(
              RunProgress(
                task: task, done: found + Int(done.rounded(.down)), total: texts.count, unit: "texts",
                detail: found > 0 ? share : "")))
        }
        doneBytes += rangeBytes
      }
    }
  }
}

/// The encoding of one list of texts with a cache.
private struct Work {
  let folder: CacheFolder
  let texts: [String]
  let model: BiEncoder
  let role: TextRole
  let fingerprint: ModelFingerprint
  var wanted: WantedTexts
  /// True while new vectors are saved.
  var saves = true

  init(_ cache: EncodingCache, _ texts: [String], _ model: BiEncoder, _ role: TextRole) {
    folder = cache.folder
    (self.texts, self.model, self.role) = (texts, model, role)
    fingerprint = ModelFingerprint(of: model, as: role)
    wanted = WantedTexts(texts)
  }

  /// Reads every wanted vector that a segment of this model has.
  mutating func readSegments(into numbers: inout MutableSpan<Float>, _ report: (RunEvent) throws -> Void) throws {
    let names: [String]
    do {
      names = try folder.segments(of: fingerprint)
    } catch {
      return try report(.warning("\(error); all texts are encoded"))
    }
    for name in names {
      let path = folder.file(name)
      do {
        // A read-only cache works too.
        if try readSegment(path, into: &numbers) { try? Files.touch(path) }
      } catch is VectorSegment.Damage {
        try report(.warning("\(path) is damaged; it is removed, and its texts are encoded again"))
        try? Files.remove(path)
      } catch let error as FileError {
        // Another process may have removed it since it was listed.
        if Files.exists(path) { try report(.warning("\(error); its texts are encoded again")) }
      }
    }
  }

  /// Reads the wanted vectors of a segment; returns true if there were any.
  private mutating func readSegment(_ path: String, into numbers: inout MutableSpan<Float>) throws -> Bool {
    let segment = try VectorSegment(path, fingerprint: fingerprint, width: model.dimensions)
    var groups: [WantedTexts.Group] = []
    /// Consecutive rows of the segment, and the index of the first in the list.
    var run: (rows: Range<Int>, index: Int) = (0..<0, 0)
    func read(into numbers: inout MutableSpan<Float>) throws {
      if !run.rows.isEmpty { try segment.read(run.rows, into: &numbers, at: run.index * model.dimensions) }
    }
    for (row, entry) in segment.entries.enumerated() {
      guard let group = wanted.wanted(entry.text) else { continue }
      groups.append(group)
      for index in wanted.indices(of: group) {
        if run.rows.upperBound == row && run.index + run.rows.count == index && !run.rows.isEmpty {
          run.rows = run.rows.lowerBound..<row + 1
        } else {
          try read(into: &numbers)
          run = (row..<row + 1, index)
        }
      }
    }
    try read(into: &numbers)
    // Only now, since no vector of a damaged segment counts.
    for group in groups { wanted.find(group) }
    return !groups.isEmpty
  }

  /// Encodes some of the missing texts, saves their vectors and stores them in the result.
  mutating func encode(
    _ groups: ArraySlice<WantedTexts.Group>, into numbers: inout MutableSpan<Float>,
    _ report: (RunEvent) throws -> Void,
    progress: (Double) throws -> Void
  ) throws {
    let vectors = try model.encodeIndependently(
      groups.map { texts[wanted.first(of: $0)] }, as: role, progress: progress)
    let (elements, width) = (vectors.elements, model.dimensions)
    for (row, group) in groups.enumerated() {
      for index in wanted.indices(of: group) {
        for column in 0..<width { numbers[index * width + column] = elements[row * width + column] }
      }
    }
    try save(groups.map { wanted.hash(of: $0) }, elements, report)
  }

  /// Saves vectors; if that fails, encoding goes on without saving.
  private mutating func save(_ hashes: [ContentHash], _ elements: [Float], _ report: (RunEvent) throws -> Void) throws {
    guard saves else { return }
    do {
      guard try folder.makeRoom(for: elements.count * 4 + hashes.count * 40 + 64) else {
        saves = false
        return try report(
          .warning(
            "the cache \(folder.path) is full of vectors that are in use; the rest is not saved: raise its megabytes"))
      }
      try Files.makeFolder(folder.path)
      try VectorSegment.write(hashes, elements, fingerprint: fingerprint, into: folder.path)
    } catch let error as FileError {
      saves = false
      try report(.warning("\(error); encoding goes on without saving"))
    }
  }
}
