/// A kind of file that is not text in lines, known by its first bytes.
public struct FileSignature: Sendable, Equatable {
  /// The kind in words: "a gzip archive".
  public let name: String
  /// What to do with such a file where text is expected.
  public let remedy: String

  /// The kind of a binary file; nil for text and for what is not known.
  ///
  /// - Parameter bytes: The beginning of the file, 16 bytes or more where it has as many.
  public static func ofBinary(_ bytes: some Collection<UInt8>) -> FileSignature? { match(bytes, binary) }

  /// The kind of a text file that stands for another file or came in its place; nil for all others.
  ///
  /// - Parameter line: The first line.
  public static func ofText(_ line: some Collection<UInt8>) -> FileSignature? {
    match(line.prefix(64).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, text)
  }

  /// The kind of a file; nil for what is not known or cannot be read.
  public static func of(file: String) -> FileSignature? {
    guard let file = try? RandomAccessFile(file), let bytes = try? file.read(at: 0, count: min(64, file.size))
    else { return nil }
    return ofBinary(bytes) ?? ofText(bytes)
  }

  private static func match(
    _ bytes: some Collection<UInt8>, _ table: [(start: [UInt8], signature: FileSignature)]
  ) -> FileSignature? {
    table.first { bytes.starts(with: $0.start) }?.signature
  }

  private static let binary: [(start: [UInt8], signature: FileSignature)] = [
    ([0x1F, 0x8B, 0x08], FileSignature(name: "a gzip archive", remedy: "unpack it with gunzip")),
    ([0x28, 0xB5, 0x2F, 0xFD], FileSignature(name: "a zstd archive", remedy: "unpack it with unzstd")),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], FileSignature(name: "an xz archive", remedy: "unpack it with unxz")),
    (
      Array("BZh".utf8) + [0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
      FileSignature(name: "a bzip2 archive", remedy: "unpack it with bunzip2")
    ),
    (
      [0x50, 0x4B, 0x03, 0x04],
      FileSignature(
        name: "a zip archive, as .xlsx and .ods files are",
        remedy: "unpack it, or export the sheet as .csv in UTF-8")
    ),
    (
      [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
      FileSignature(name: "an old Office file, as .xls is", remedy: "export the sheet as .csv in UTF-8")
    ),
    (Array("PAR1".utf8) + [0x15], FileSignature(name: "a Parquet file", remedy: "export it as .jsonl")),
    (Array("ARROW1".utf8) + [0, 0], FileSignature(name: "an Arrow file", remedy: "export it as .jsonl")),
    (
      Array("SQLite format 3".utf8) + [0],
      FileSignature(name: "an SQLite database", remedy: "export the table as .csv or .jsonl")
    ),
    (Array("%PDF-1.".utf8), FileSignature(name: "a PDF file", remedy: "extract its text")),
    ([0xFF, 0xFE, 0x00, 0x00], FileSignature(name: "UTF-32", remedy: "save it as UTF-8")),
    ([0x00, 0x00, 0xFE, 0xFF], FileSignature(name: "UTF-32", remedy: "save it as UTF-8")),
  ]

  private static let text: [(start: [UInt8], signature: FileSignature)] = [
    (
      Array("version https://git-lfs.github.com/spec/".utf8), pointer
    ),
    (Array("<!doctype html".utf8), webPage), (Array("<html".utf8), webPage),
  ]

  /// The small text that stands for a large file in a Git repository until Git LFS fetches it.
  public static let pointer = FileSignature(
    name: "a Git LFS pointer, which stands for the file itself", remedy: "fetch the file with git lfs pull")

  private static let webPage = FileSignature(name: "a web page", remedy: "download the file itself")
}
