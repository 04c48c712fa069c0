import Safetensors

/// A file in memory: a length, a header and `data` bytes.
///
/// - Parameter length: The first 8 bytes as a number; nil for the true length of the header.
func fileBytes(_ header: [UInt8], data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  let length = length ?? UInt64(header.count)
  let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
  return prefix + header + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
}

/// A file in memory: the header and `data` bytes.
func fileBytes(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  fileBytes(Array(header.utf8), data: data, length: length)
}

/// Reads the header of a file in memory.
func readHeader(_ file: [UInt8], path: String = "x.safetensors") throws(SafetensorsError) -> Header {
  try Header(path: path, fileSize: file.count) { (offset, count) throws(SafetensorsError) in
    Array(file[offset..<offset + count])
  }
}
