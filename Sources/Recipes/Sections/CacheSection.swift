import Evaluation
import Settings

/// Vectors kept on disk, so that the next run encodes only new texts.
struct CacheSection: Codable, Sendable, Equatable {
  /// A folder that several recipes and models may share.
  var folder: String
  /// The limit of its size, 4,000 without it; the least recently used vectors are removed first.
  var megabytes: Int?
}

extension CacheSection {
  /// The cache with the settings of this section.
  func open() throws -> EncodingCache {
    try EncodingCache(folder, megabytes: megabytes ?? EncodingCache.usualMegabytes)
  }

  func validate(_ checks: SettingChecks) {
    checks.outputFolder("cache.folder", folder)
    if let megabytes { checks.atLeast(1, "cache.megabytes", megabytes) }
  }
}
