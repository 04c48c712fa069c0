/// What tests of pages look at: the tags, and texts that must change none of them.
public enum HTMLText {
  /// Texts that a page must show and not obey.
  public static let hostile = [
    "<script>alert(1)</script>", "</td></tr></table><img src=x onerror=alert(1)>", "\" onmouseover=\"alert(1)",
    "' onfocus='alert(1)", "&lt;b&gt; & &amp;", "{{folder}} {{{style}}} {{> page}}", "]]><!-- -->",
    // Unicode joins these to their neighbours, so that they are no characters of their own.
    "\u{600}<script>alert(1)\u{600}</script\u{600}>", "a\"\u{301} onclick=\"\u{301}alert(1)", "<\u{200D}b>",
    "\r\n<b>", "nul\u{0} bell\u{7} escape\u{1B}[31m", "\u{202E}txt.exe\u{202C} \u{2067}isolated",
    String(repeating: "w", count: 5000), noncharacters + "\u{FEFF}", "a" + String(repeating: "\u{301}", count: 5000),
    "", " \t\n",
  ]

  /// U+FFFE and U+FDD0, which a literal may not have.
  public static let noncharacters = String(decoding: [0xEF, 0xBF, 0xBE, 0xEF, 0xB7, 0x90] as [UInt8], as: UTF8.self)

  /// The names of all tags, with the names of their attributes, as a browser reads them: scalar by scalar.
  public static func tags(of page: String) -> [String] {
    let tag = #/<(\/?[A-Za-z][^\s>\/]*)([^>]*)>/#.matchingSemantics(.unicodeScalar)
    let attribute = #/([^\s="\/]+)(?:="[^"]*")?/#.matchingSemantics(.unicodeScalar)
    return page.matches(of: tag).map { match in
      String(match.1) + match.2.matches(of: attribute).map { " " + $0.1 }.joined()
    }
  }

  /// The tags that are opened or closed out of order.
  public static func unmatchedTags(of page: String) -> [String] {
    let tag = #/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/#.matchingSemantics(.unicodeScalar)
    var (open, wrong): ([String], [String]) = ([], [])
    for tag in page.matches(of: tag) where tag.2 != "meta" && tag.3.isEmpty {
      let name = String(tag.2)
      if tag.1.isEmpty { open.append(name) } else if open.popLast() != name { wrong.append(name) }
    }
    return wrong + open
  }
}
