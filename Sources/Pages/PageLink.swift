/// Addresses in a page, relative to the folder that holds it.
package enum PageLink {
  /// The address of a file by its path relative to the page; nil for an absolute path, which leads nowhere on another machine.
  ///
  /// It begins with "./" or "../", so that no name is taken for a scheme such as `javascript:`, and has every byte that is no
  /// letter, digit, "/", "-", "_" or "." as `%3A`.
  package static func address(of path: String) -> String? {
    guard let first = path.utf8.first, first != UInt8(ascii: "/") else { return nil }
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes = path.utf8.starts(with: "../".utf8) ? [] : Array("./".utf8)
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The path to a place from a folder, both absolute and without links: `../../runs/night` from `/srv/models/shop` to
  /// `/srv/runs/night`.
  package static func path(from folder: String, to place: String) -> String {
    let (start, end) = (folder.split(separator: "/"), place.split(separator: "/"))
    let common = zip(start, end).prefix { $0.utf8.elementsEqual($1.utf8) }.count
    return (start.dropFirst(common).map { _ in ".." } + end.dropFirst(common)).joined(separator: "/")
  }
}
