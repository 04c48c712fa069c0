import Files
import JSONText
import TestSupport
import Testing

@testable import Registry

/// `history.html`: written with every change, safe with any text, and never a reason for a change to fail.
@Suite struct HistoryPageTests {
  private func page(_ workshop: Workshop) throws -> String {
    String(decoding: try Files.read(workshop.registry.page), as: UTF8.self)
  }

  /// The figures of a gate's check, as a decision has them.
  private func decision(_ candidate: Double, champion: Double?, split: String = "dev") -> JSONObject {
    JSONObject([
      (
        "decision",
        [
          "checks": [
            ["check": "values", "outcome": "passed"],
            [
              "check": "effect", "split": JSONValue(split), "measure": "nDCG@10", "candidate": JSONValue(candidate),
              "champion": champion.map { JSONValue($0) } ?? .null,
            ],
          ]
        ]
      )
    ])
  }

  @Test func everyChangeIsOnThePage() throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    _ = try writer.promote(workshop.candidate("a"), reasons: ["the first one"])
    #expect(try page(workshop).contains("v000001 serves, since 2026-01-31 23:59 UTC"))
    #expect(try page(workshop).contains("the first one"))
    _ = try writer.promote(workshop.candidate("b"))
    try writer.refuse(reasons: ["it gains nothing", "it is slow"])
    #expect(
      try page(workshop).contains(
        "The newest candidate was refused on 2026-01-31 23:59 UTC: it gains nothing; it is slow."))
    _ = try writer.rollBack(reason: "complaints")
    #expect(try page(workshop).contains("complaints; back from v000002"))
    #expect(try page(workshop).contains("v000001 serves"))
    for text in ["c", "d"] { _ = try writer.promote(workshop.candidate(text)) }
    #expect(try writer.prune(keep: 1) == [VersionNumber(1), VersionNumber(2)])
    let page = try page(workshop)
    #expect(page.contains("removed v000001, v000002"))
    #expect(page.contains("4 promotions, 1 refusal, 1 rollback since"))
    #expect(page.contains("v000003 served before it"))
    #expect(HTMLText.unmatchedTags(of: page) == [])
    for forbidden in ["<script", "http", "<link", "<img", "url(", "@import", "src=", "{{", "Optional("] {
      #expect(!page.contains(forbidden), "\(forbidden)")
    }
  }

  @Test func aPageThatCannotBeWrittenIsAWarning() throws {
    let workshop = Workshop()
    let registry = try workshop.registry
    var warnings: [String] = []
    let writer = try RegistryWriter(registry, warn: { warnings.append($0) })
    try Files.makeFolder(registry.page)
    #expect(try writer.promote(workshop.candidate("a")) == VersionNumber(1))
    #expect(warnings.count == 1 && warnings[0].contains("hone models shop history"))
    #expect(try registry.champion() == VersionNumber(1) && registry.problems() == [])
    #expect(throws: FileError.self) { try registry.writePage() }
  }

  @Test func aPageThatACrashLeftOutIsWrittenByTheNextProcess() throws {
    let workshop = Workshop()
    do {
      let writer = try workshop.writer()
      _ = try writer.promote(workshop.candidate("a"))
      withExtendedLifetime(writer) {}
    }
    try Files.remove(workshop.registry.page)
    let writer = try workshop.writer()
    #expect(try page(workshop).contains("v000001 serves"))
    withExtendedLifetime(writer) {}
  }

  @Test func thePageLeadsToTheReportsThatAreThere() throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    let run = workshop.folder.file("runs/a night: 1")
    try Files.makeFolder(run)
    try Files.write("report", to: Files.join(run, "report.html"))
    try writer.refuse(reasons: ["too slow"], details: JSONObject([("run", JSONValue(run))]))
    let link = "href=\"../../runs/a%20night%3A%201/report.html\""
    #expect(try page(workshop).contains(link))
    try Files.remove(run)
    try workshop.registry.writePage()
    #expect(try !page(workshop).contains("<a href=\".") && page(workshop).contains("a night: 1"))
    // The copy in the version stays when the run goes.
    var candidate = try workshop.candidate("b")
    candidate.documents.append(("report.html", "report"))
    _ = try writer.promote(candidate)
    #expect(try page(workshop).contains("href=\"./v000001/report.html\""))
  }

  @Test func aMeasureHasACurveOfWhatServesAndAPointForEachCandidate() throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    for (place, value) in [0.5, 0.6].enumerated() {
      var candidate = try workshop.candidate("\(place)")
      candidate.details = decision(value, champion: place == 0 ? nil : 0.5)
      _ = try writer.promote(candidate)
    }
    try writer.refuse(reasons: ["worse"], details: decision(0.4, champion: 0.61))
    _ = try writer.rollBack()
    let page = try page(workshop)
    #expect(page.contains("nDCG@10 on dev 0.4000 (-0.2100)"))
    #expect(page.matches(of: #/<circle class="refused"/#).count == 1)
    #expect(page.matches(of: #/<circle class="dot"/#).count == 2)
    #expect(page.matches(of: #/<circle class="rolled"/#).count == 1)
    // 0.5, up to 0.6, up to 0.61 as measured with the refused candidate, and down to 0.5: seven corners.
    let curve = try #require(page.firstMatch(of: #/<polyline class="curve" points="([^"]*)"/#))
    #expect(curve.1.split(separator: " ").count == 7)
    #expect(
      page.contains("2 promoted versions, from 0.5000 on 2026-01-31 to 0.6000 on 2026-01-31; 1 refused candidate."))
  }

  /// A crash between the links and the history leaves a promotion without details; the version has its decision.
  @Test func aPromotionWithoutDetailsHasTheMeasuresOfItsVersion() throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    for value in [0.5, 0.6] {
      var candidate = try workshop.candidate("\(value)")
      candidate.decision = try #require(decision(value, champion: nil)["decision"])
      candidate.details = JSONObject()
      _ = try writer.promote(candidate)
    }
    #expect(try page(workshop).contains("nDCG@10 on dev 0.6000"))
  }

  @Test func textsChangeNoMarkup() throws {
    func tags(_ texts: [String]) throws -> [String] {
      let workshop = Workshop()
      let writer = try workshop.writer()
      for (place, text) in texts.enumerated() {
        var details = decision(0.5 + Double(place % 7) / 100, champion: 0.5, split: "dev\(text)")
        details["run"] = JSONValue(text)
        details["report"] = JSONValue("javascript:alert(1)")
        try writer.refuse(reasons: [text, "second"], details: details)
      }
      let page = try page(workshop)
      #expect(HTMLText.unmatchedTags(of: page) == [])
      for scalar in page.unicodeScalars where scalar != "\n" {
        #expect(scalar.properties.generalCategory != .control)
      }
      return HTMLText.tags(of: page)
    }
    #expect(try tags(HTMLText.hostile) == tags(HTMLText.hostile.indices.map { "plain \($0)" }))
  }

  @Test func aLongHistoryMakesASmallPage() throws {
    let workshop = Workshop()
    let registry = try workshop.registry
    try Files.makeFolder(registry.folder)
    let long = String(repeating: "long text ", count: 1000)
    let lines = (0..<5000).map { night in
      HistoryEvent(
        .refused, time: "2026-01-31T23:59:59Z", champion: nil, previous: nil, reasons: ["night \(night)", long],
        details: decision(Double(night % 100) / 100, champion: 0.5)
      ).json.text() + "\n"
    }
    try Files.write(lines.joined(), to: Files.join(registry.folder, "history.jsonl"))
    let time = ContinuousClock().measure { #expect(throws: Never.self) { try registry.writePage() } }
    let page = try page(workshop)
    print("page of 5,000 events", time, page.utf8.count)
    #expect(page.utf8.count < 1_000_000, "\(page.utf8.count) bytes")
    #expect(page.contains("4,600 earlier events are in history.jsonl") && page.contains("night 4999"))
    #expect(!page.contains("night 4599"))
  }
}
