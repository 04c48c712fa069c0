package import Retrieval

extension [Run] {
  /// The runs, after they were written to files, one each.
  package func written(to paths: [String], tag: String) throws -> [Run] {
    for (run, path) in zip(self, paths) { try run.write(to: path, tag: tag) }
    return self
  }
}
