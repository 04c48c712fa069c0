import Testing

@testable import Recipes

/// The page of a report: whole, safe with any text, small, and readable without seeing it.
@Suite struct ReportPageTests {
  private static let plain = ["plain text", "another text"]

  @Test func aPageNeedsNothingElse() throws {
    let page = try SampleReport.make(texts: Self.plain).page
    #expect(page.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
    for forbidden in ["<script", "http", "<link", "<img", "url(", "@import", "src="] {
      #expect(!page.contains(forbidden), "\(forbidden)")
    }
    #expect(!page.contains("{{") && !page.contains("Optional("))
    #expect(unmatchedTags(of: page) == [])
  }

  @Test func aPageHasEverySectionWithTheVerdictFirst() throws {
    let page = try SampleReport.make(texts: Self.plain).page
    #expect(
      page.matches(of: #/<h2>(.*)</h2>/#).map { String($0.1) } == [
        "Verdict", "Counts", "Winners and losers", "Training", "What mining dropped", "Pairs to look at",
        "Lengths and scores", "Run", "Settings",
      ])
    let verdict = try #require(page.firstRange(of: "class=\"verdict"))
    #expect(page[..<verdict.lowerBound].contains("<h1") && !page[..<verdict.lowerBound].contains("<h2"))
    #expect(page.contains("prefers-color-scheme: dark") && page.contains("@media print"))
  }

  /// The tags of a page and their attributes do not depend on the texts in it.
  @Test func textsChangeNoMarkup() throws {
    let expected = try tags(of: SampleReport.make(texts: SampleReport.hostile.indices.map { "plain \($0)" }).page)
    let page = try SampleReport.make(texts: SampleReport.hostile).page
    #expect(tags(of: page) == expected)
    #expect(unmatchedTags(of: page) == [])
    #expect(page.contains("{{folder}} {{{style}}} {{&gt; page}}"))
    #expect(page.contains("&amp;lt;b&amp;gt; &amp; &amp;amp;"))
    for scalar in page.unicodeScalars where scalar != "\n" {
      #expect(scalar.properties.generalCategory != .control)
      #expect(!(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value))
    }
  }

  @Test(arguments: [("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;"), ("&", "&amp;")])
  func marksAreEscapedBesideAnyNeighbour(_ mark: String, _ reference: String) {
    for (before, after) in [("", ""), ("\u{600}", ""), ("", "\u{301}"), ("\u{200D}", "\u{FE0F}")] {
      let escaped = EscapedHTML().escapeText(before + mark + after)
      #expect(Array(escaped.unicodeScalars) == Array((before + reference + after).unicodeScalars))
    }
  }

  @Test func aLongRunMakesASmallPage() throws {
    let long = try SampleReport.make(texts: [String(repeating: "long text ", count: 1000)], steps: 10_000).page
    #expect(long.utf8.count < 500_000, "\(long.utf8.count) bytes")
  }

  @Test func headingsAndNamesAreInOrder() throws {
    let page = try SampleReport.make(texts: Self.plain).page
    let levels = page.matches(of: #/<h([1-6])/#).compactMap { Int($0.1) }
    #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
    for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1) }
    let ids = page.matches(of: #/ id="([^"]*)"/#).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    let named = page.matches(of: #/href="#([^"]*)"/#).map { String($0.1) }
    #expect(named.count == levels.count { $0 == 2 } && Set(named).isSubset(of: ids))
    let labels = page.matches(of: #/aria-labelledby="([^"]*)"/#).flatMap { $0.1.split(separator: " ").map(String.init) }
    #expect(!labels.isEmpty && Set(labels).isSubset(of: ids))
  }

  @Test func chartsAndTablesHaveTextsForThoseWhoDoNotSeeThem() throws {
    let page = try SampleReport.make(texts: Self.plain).page
    let charts = page.split(separator: "<svg").dropFirst()
    #expect(charts.count == 8)
    for chart in charts {
      #expect(chart.contains(#/<title id="[^"]+">[^<]+<\/title>\n<desc id="[^"]+">[^<]+<\/desc>/#))
      let drawing = chart[..<(try #require(chart.firstRange(of: "</svg>")).lowerBound)]
      #expect(!drawing.contains("nan") && !drawing.contains("inf"))
    }
    #expect(page.matches(of: #/<th /#).count == page.matches(of: #/<th scope="col"/#).count)
    #expect(page.contains("120 values, from 1.0"))
  }

  /// Text and its ground differ by 4.5 to 1, as WCAG 2.2 asks for.
  @Test func coloursHaveContrast() throws {
    let style = PageStyle.text
    let parts = style.split(separator: "@media screen", maxSplits: 1)
    for part in [parts[0], try #require(parts[1].split(separator: "* {", maxSplits: 1).first)] {
      var colours: [String: String] = [:]
      for match in part.matches(of: #/--([a-z]+): #([0-9a-f]{3,6});/#) where colours[String(match.1)] == nil {
        colours[String(match.1)] = String(match.2)
      }
      #expect(colours.count == 12)
      for text in ["text", "soft", "good", "bad", "even", "first"] {
        for ground in ["ground", "card", "found"] {
          let contrast = contrast(try #require(colours[text]), try #require(colours[ground]))
          #expect(contrast >= 4.5, "\(text) on \(ground): \(contrast)")
        }
      }
    }
  }

  // MARK: - Helpers

  /// The names of all tags, with the names of their attributes, as a browser reads them: scalar by scalar.
  private func tags(of page: String) -> [String] {
    let tag = #/<(\/?[A-Za-z][^\s>\/]*)([^>]*)>/#.matchingSemantics(.unicodeScalar)
    let attribute = #/([^\s="\/]+)(?:="[^"]*")?/#.matchingSemantics(.unicodeScalar)
    return page.matches(of: tag).map { match in
      String(match.1) + match.2.matches(of: attribute).map { " " + $0.1 }.joined()
    }
  }

  /// The tags that are opened or closed out of order.
  private func unmatchedTags(of page: String) -> [String] {
    let tag = #/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/#.matchingSemantics(.unicodeScalar)
    var (open, wrong): ([String], [String]) = ([], [])
    for tag in page.matches(of: tag) where tag.2 != "meta" && tag.3.isEmpty {
      let name = String(tag.2)
      if tag.1.isEmpty { open.append(name) } else if open.popLast() != name { wrong.append(name) }
    }
    return wrong + open
  }

  /// The contrast of two colours by WCAG's relative luminance, whose exponent of 2.4 is 2.5 here.
  private func contrast(_ first: String, _ second: String) -> Double {
    func luminance(_ colour: String) -> Double {
      let digits = colour.count == 3 ? colour.map { "\($0)\($0)" }.joined() : colour
      let channels = stride(from: 0, to: 6, by: 2).map { place -> Double in
        let value = Double(Int(digits.dropFirst(place).prefix(2), radix: 16) ?? 0) / 255
        let base = (value + 0.055) / 1.055
        return value <= 0.04045 ? value / 12.92 : base * base * base.squareRoot()
      }
      return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }
    let (one, two) = (luminance(first), luminance(second))
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)
  }
}
