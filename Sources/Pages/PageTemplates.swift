import Mustache

extension Page {
  /// The page as one self-contained HTML file, for light and dark screens, phones and paper.
  package var html: String {
    get throws {
      MustacheContentTypes.register(EscapedHTML(), named: EscapedHTML.name)
      var library = MustacheLibrary()
      for (name, text) in PageTemplates.texts {
        // A partial begins anew with the library's own escaping.
        try library.register("{{% CONTENT_TYPE: \(EscapedHTML.name)}}\(text)", named: name)
      }
      return library.render(self, withTemplate: "page") ?? ""
    }
  }
}

/// The templates of a page.
///
/// A name in two braces stands for its text, escaped. A name with a dot before it is looked for in the innermost value only.
enum PageTemplates {
  fileprivate static let texts = [
    "page": page, "table": table, "plot": plot, "changes": changes, "pairs": pairs,
  ]
}

/// Text in HTML, also between the quotes of an attribute.
///
/// The library's own escaping goes by characters and leaves `<`, `"` and others as they are where Unicode joins them to a
/// neighbour: after U+0600, before U+0301. This one goes by bytes.
struct EscapedHTML: MustacheContentType {
  static let name = "EscapedHTML"

  func escapeText(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case UInt8(ascii: "'"): bytes += "&#39;".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
