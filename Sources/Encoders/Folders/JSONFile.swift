import Files
package import JSONText

/// JSON files.
package enum JSONFile {
  /// Reads a JSON file.
  ///
  /// - Parameter limit: the maximum size in bytes.
  /// - Throws: `FileError`; `ModelError` with line and column if the file is not JSON.
  package static func read(_ path: String, limit: Int = 1 << 24) throws -> JSONValue {
    let bytes = try Files.read(path, maximumBytes: limit)
    do throws(JSONError) {
      return try JSONReader.parse(bytes)
    } catch {
      throw ModelError(path: "\(path):\(error.line):\(error.column)", problem: error.message)
    }
  }
}
