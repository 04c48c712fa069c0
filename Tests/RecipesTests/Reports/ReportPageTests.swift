import TestSupport
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
    #expect(HTMLText.unmatchedTags(of: page) == [])
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
    let expected = try HTMLText.tags(of: SampleReport.make(texts: HTMLText.hostile.indices.map { "plain \($0)" }).page)
    let page = try SampleReport.make(texts: HTMLText.hostile).page
    #expect(HTMLText.tags(of: page) == expected)
    #expect(HTMLText.unmatchedTags(of: page) == [])
    #expect(page.contains("{{folder}} {{{style}}} {{&gt; page}}"))
    #expect(page.contains("&amp;lt;b&amp;gt; &amp; &amp;amp;"))
    for scalar in page.unicodeScalars where scalar != "\n" {
      #expect(scalar.properties.generalCategory != .control)
      #expect(!(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value))
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
}
