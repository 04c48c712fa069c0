import Evaluation
import SettingKeys
import Settings

/// Vectors kept on disk, so that the next run encodes only new texts.
struct CacheSection: Codable, Sendable, Equatable {
  var folder: String
  var megabytes: Int
}

extension KeyedSection {
  /// The cache of a program that encodes texts before anything else.
  func cache(_ key: Key) throws -> CacheSection? {
    try optional(key, "Keeps vectors between runs; without it all texts are encoded.")
  }
}

extension CacheSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    folder = try keys.required(
      .folder, example: "runs/cache", "A folder that several recipes and models may share.")
    megabytes = try keys.value(
      .megabytes, default: EncodingCache.usualMegabytes,
      "The limit of its size; the least recently used vectors are removed first.")
  }

  /// The cache with the settings of this section.
  func open() throws -> EncodingCache { try EncodingCache(folder, megabytes: megabytes) }

  func validate(_ checks: SettingChecks) {
    checks.outputFolder("cache.folder", folder)
    checks.atLeast(1, "cache.megabytes", megabytes)
  }
}
