import Testing

@testable import Words

@Suite struct AlternativesTests {
  @Test func theLastFollowsOr() {
    let texts = ["a", "b", "c"]
    #expect((0...3).map { Array(texts.prefix($0)).alternatives } == ["", "a", "a or b", "a, b or c"])
  }
}

@Suite struct TextTests {
  @Test func numbersReadWell() {
    #expect(NumberText.fixed(0.81427, decimals: 4) == "0.8143")
    #expect(NumberText.fixed(-0.00001, decimals: 4) == "0.0000")
    #expect(NumberText.fixed(12, decimals: 0) == "12")
    #expect(NumberText.fixed(-1.25, decimals: 1) == "-1.3")
    #expect(NumberText.fixed(.nan, decimals: 2) == "nan")
    #expect(NumberText.fixed(1e300, decimals: 2) == "1e+300")
    #expect(NumberText.signed(0.05, decimals: 4) == "+0.0500")
    #expect(NumberText.signed(-0.05, decimals: 4) == "-0.0500")
    #expect(NumberText.count(0) == "0")
    #expect(NumberText.count(4712) == "4,712")
    #expect(NumberText.count(-1_234_567) == "-1,234,567")
    #expect(NumberText.count(.min) == "-9,223,372,036,854,775,808")
    #expect(NumberText.counted(1, "query", plural: "queries") == "1 query")
    #expect(NumberText.counted(2, "problem") == "2 problems")
    #expect(NumberText.bytes(999) == "999 B")
    #expect(NumberText.bytes(90_868_376) == "90.9 MB")
    #expect(NumberText.bytes(999_960) == "1.0 MB")
    #expect(NumberText.seconds(0.42) == "0.42 s")
    #expect(NumberText.seconds(59.96) == "1 min 00 s")
    #expect(NumberText.seconds(185) == "3 min 05 s")
    #expect(NumberText.seconds(7620) == "2 h 07 min")
    #expect(NumberText.seconds(.infinity) == "unknown")
    #expect(NumberText.rate(0.2531) == "0.253")
    #expect(NumberText.rate(12.53) == "12.5")
    #expect(NumberText.rate(1480.4) == "1,480")
  }

  @Test func suggestionsAreNearAndOnlyNear() {
    let keys = ["temperature", "scale", "symmetric", "name"]
    #expect(EditDistance.nearest(to: "tempature", among: keys) == "temperature")
    #expect(EditDistance.nearest(to: "sclae", among: keys) == "scale")
    #expect(EditDistance.nearest(to: "NAME", among: keys) == "name")
    #expect(EditDistance.nearest(to: "weights", among: keys) == nil)
    #expect(EditDistance.nearest(to: "", among: keys) == nil)
    #expect(EditDistance.nearest(to: "x", among: ["y"]) == nil)
    #expect(EditDistance.nearest(to: String(repeating: "a", count: 1_000_000), among: keys) == nil)
  }

  @Test func tablesLineUp() {
    var table = TextTable([("measure", .left), ("base", .right), ("", .left)])
    table.add(["nDCG@10", "0.7", "*"])
    table.add(["日本", "12.25"])
    #expect(table.text == "measure   base\nnDCG@10    0.7  *\n日本     12.25\n")
  }

  @Test func progressSaysRateAndRemainingTime() {
    var text = ProgressText()
    #expect(text.sentence == "")
    text.update(RunProgress(task: "training", done: 0, total: 4712, unit: "pairs"), at: 10)
    #expect(text.sentence == "training: 0 of 4,712 pairs")
    text.update(RunProgress(task: "training", done: 2356, total: 4712, unit: "pairs", detail: "loss 0.412"), at: 20)
    #expect(text.sentence == "training: 2,356 of 4,712 pairs, 236 a second, 10.0 s left, loss 0.412")
    let bar = "training  [#######........]  2,356/4,712 pairs  236/s  10.0 s left  loss 0.412"
    #expect(text.bar(columns: 78) == bar)
    #expect(text.bar(columns: 20) == "training  2,356/4,71")
    text.update(RunProgress(task: "scoring", done: 3, total: 3, unit: "queries"), at: 21)
    #expect(text.sentence == "scoring: 3 of 3 queries")
  }

  @Test func progressInBytesIsShort() {
    var text = ProgressText()
    text.update(RunProgress(task: "fetching", done: 1_000_000, total: 90_900_000, unit: RunProgress.bytes), at: 10)
    text.update(RunProgress(task: "fetching", done: 21_000_000, total: 90_900_000, unit: RunProgress.bytes), at: 12)
    #expect(text.sentence == "fetching: 21.0 MB of 90.9 MB, 10.0 MB a second, 6.99 s left")
    #expect(text.bar(columns: 79).hasSuffix("]  21.0 MB/90.9 MB  10.0 MB/s  6.99 s left"))
  }
}
