import ArgumentParser
import Files
import Kernels
import Retrieval

/// Exact search at the size of a large corpus, with random vectors.
struct SearchBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Exact search: its time against the bound of its matrix product, and its memory beyond the vectors.")

  @OptionGroup var common: CommonOptions

  @Option(help: "Documents.")
  var documents = 1_000_000

  @Option(help: "Queries.")
  var queries = 5_000

  @Option(help: "Numbers of a vector.")
  var width = 384

  @Option(help: "Documents kept for each query.")
  var top = 200

  func run() throws {
    try common.prepare()
    let peak = ProductPeak.measure()
    let documents = try randomVectors(documents, key: 1)
    let queries = try randomVectors(queries, key: 2)
    let index = try ExactSearch(documents: documents, ids: (0..<documents.count).map { String($0) })
    let clock = ContinuousClock()
    var found = 0
    let seconds = try (0..<max(1, common.rounds)).map { _ in
      try clock.measure { found = try index.search(queries, top: top).reduce(0) { $0 + $1.count } }.inSeconds
    }.sorted()
    let median = seconds[seconds.count / 2]
    let bound = 2 * Double(documents.count) * Double(queries.count) * Double(width) / peak
    var figures: [(String, Double)] = [
      ("sgemm peak, Gflop/s", peak / 1e9), ("documents found", Double(found)), ("median seconds", median),
      ("seconds of the product at peak", bound), ("share of peak", bound / median),
    ]
    let bytes = Double((documents.count + queries.count) * width * MemoryLayout<Float>.size)
    figures.append(("vectors, MB", bytes / 1e6))
    if let most = peakMemory() { figures.append(("peak memory beyond the vectors, MB", most / 1e6 - bytes / 1e6)) }
    try report(figures, as: common.json)
  }

  /// Vectors of length about 1 in random directions.
  private func randomVectors(_ count: Int, key: UInt64) throws -> Vectors {
    let scale = (3 / Float(width)).squareRoot() * 0x1p-63
    var state = key
    let buffer = FloatBuffer(count: count * width) { numbers in
      for index in numbers.indices {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        numbers[index] = Float(Int64(bitPattern: state &* 0x2545_f491_4f6c_dd1d)) * scale
      }
    }
    return try Vectors(buffer, count: count, width: width)
  }

  /// The peak memory of this process, in bytes.
  private func peakMemory() -> Double? {
    guard let bytes = try? Files.read("/proc/self/status", maximumBytes: 1 << 16) else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Double($0.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]) }.map { $0 * 1024 }
  }
}
