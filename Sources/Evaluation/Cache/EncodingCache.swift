package import Encoders
package import Files
package import Runs
package import Tensors
import Words

/// Vectors of texts on disk, so that only new or changed texts are encoded, and all of them when the model changed.
///
/// A vector is found by ``ModelFingerprint`` and the SHA-256 of the text, so it is always the one that encoding would give now,
/// to the last bit: what is missing is encoded so that it does not matter what else is (``BiEncoder/encodeIndependently(_:as:progress:)``).
/// Texts are saved 2,048 at a time while others are still to come; a kill loses no more than those in work. What is damaged
/// is removed with a warning and encoded again.
///
/// Memory is the vectors, 41 bytes a text, and what 2,048 texts take.
package struct EncodingCache: Sendable {
  let folder: CacheFolder

  /// The texts of one segment, and the most work that a kill can cost.
  private let segmentTexts: Int
  package static let usualSegmentTexts = 2048
  /// The most room on disk unless told otherwise: 2.5 million vectors of 384 numbers.
  package static let usualMegabytes = 4000

  /// Opens a cache.
  ///
  /// - Parameter megabytes: the most room on disk; what was not used for the longest time goes first.
  package init(_ path: String, megabytes: Int = usualMegabytes, segmentTexts: Int = usualSegmentTexts) throws(FileError)
  {
    let (bytes, overflow) = megabytes.multipliedReportingOverflow(by: 1_000_000)
    folder = try CacheFolder(path, limit: overflow ? .max : bytes)
    self.segmentTexts = segmentTexts
  }

  /// The vectors of texts, in their order, as the model gives them: from the cache or else encoded and saved.
  ///
  /// - Shape: → `[texts, dimensions]`
  /// - Parameters:
  ///   - task: what is being done, for progress.
  ///   - report: gets the progress and how many texts came from the cache; what it throws ends the work.
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

/// One list of texts on its way through a cache.
private struct Work {
  let folder: CacheFolder
  let texts: [String]
  let model: BiEncoder
  let role: TextRole
  let fingerprint: ModelFingerprint
  var wanted: WantedTexts
  /// Whether what is encoded is still saved.
  var saves = true

  init(_ cache: EncodingCache, _ texts: [String], _ model: BiEncoder, _ role: TextRole) {
    folder = cache.folder
    (self.texts, self.model, self.role) = (texts, model, role)
    fingerprint = ModelFingerprint(of: model, as: role)
    wanted = WantedTexts(texts)
  }

  /// Reads every wanted vector that a segment of this model has, to its place.
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
        // A cache that may only be read works all the same.
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

  /// Reads what is wanted of a segment; returns whether there was anything.
  private mutating func readSegment(_ path: String, into numbers: inout MutableSpan<Float>) throws -> Bool {
    let segment = try VectorSegment(path, fingerprint: fingerprint, width: model.dimensions)
    var groups: [WantedTexts.Group] = []
    /// Rows of the segment that follow one another, and the place of the first in the list.
    var run: (rows: Range<Int>, position: Int) = (0..<0, 0)
    func read(into numbers: inout MutableSpan<Float>) throws {
      if !run.rows.isEmpty { try segment.read(run.rows, into: &numbers, at: run.position * model.dimensions) }
    }
    for (row, entry) in segment.entries.enumerated() {
      guard let group = wanted.wanted(entry.text) else { continue }
      groups.append(group)
      for position in wanted.positions(of: group) {
        if run.rows.upperBound == row && run.position + run.rows.count == position && !run.rows.isEmpty {
          run.rows = run.rows.lowerBound..<row + 1
        } else {
          try read(into: &numbers)
          run = (row..<row + 1, position)
        }
      }
    }
    try read(into: &numbers)
    // Only now: of a segment with damage anywhere nothing counts.
    for group in groups { wanted.find(group) }
    return !groups.isEmpty
  }

  /// Encodes some of the missing texts, saves them, and puts their vectors to their places.
  mutating func encode(
    _ groups: ArraySlice<WantedTexts.Group>, into numbers: inout MutableSpan<Float>,
    _ report: (RunEvent) throws -> Void,
    progress: (Double) throws -> Void
  ) throws {
    let vectors = try model.encodeIndependently(
      groups.map { texts[wanted.first(of: $0)] }, as: role, progress: progress)
    let (elements, width) = (vectors.elements, model.dimensions)
    for (row, group) in groups.enumerated() {
      for position in wanted.positions(of: group) {
        for column in 0..<width { numbers[position * width + column] = elements[row * width + column] }
      }
    }
    try save(groups.map { wanted.hash(of: $0) }, elements, report)
  }

  /// Saves vectors; when that fails, the work goes on without.
  private mutating func save(_ hashes: [ContentHash], _ elements: [Float], _ report: (RunEvent) throws -> Void) throws {
    guard saves else { return }
    do {
      guard try folder.makeRoom(for: elements.count * 4 + hashes.count * 40 + 64) else {
        saves = false
        return try report(
          .warning(
            "the cache \(folder.path) is full of vectors that are in use; the rest is not saved: raise its megabytes"))
      }
      try VectorSegment.write(hashes, elements, fingerprint: fingerprint, into: folder.path)
    } catch let error as FileError {
      saves = false
      try report(.warning("\(error); encoding goes on without saving"))
    }
  }
}
