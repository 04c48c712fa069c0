import Pages
import Testing

@testable import Recipes

@Suite struct ChartTests {
  private func chart(_ values: [Double]) -> LineChart {
    LineChart(
      title: "loss", points: values.enumerated().map { LineChart.Point(step: $0.offset + 1, value: $0.element) })
  }

  /// The vertical places of a curve's points.
  private func heights(_ curve: Plot.Curve) -> [Double] {
    curve.points.split(separator: " ").compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
  }

  @Test(arguments: [1, 2, 5_000, 9_998]) func aLongRunKeepsItsPeaks(_ step: Int) throws {
    var values = [Double](repeating: 0.5, count: 10_000)
    values[step] = 9
    values[step + 1] = 0
    let plot = try #require(chart(values).plot)
    let curve = try #require(plot.curves.first)
    #expect(curve.points.utf8.count < 10_000)
    let heights = heights(curve)
    // The axis goes from 0 to 10, and 182 units of the drawing high; the bottom is at 196.
    let (highest, lowest) = (try #require(heights.min()), try #require(heights.max()))
    #expect(abs(highest - 32.2) < 0.06)
    #expect(abs(lowest - 196) < 0.06)
    #expect(plot.description.contains("greatest 9.0000 at step "))
  }

  @Test func theMeanOfALongRunIsDrawnToo() throws {
    let plot = try #require(chart((0..<1000).map { Double($0 % 2) }).plot)
    #expect(plot.curves.map(\.style) == ["curve faint", "curve"])
    let heights = heights(plot.curves[1])
    #expect(heights.count == 40)
    for height in heights { #expect(abs(height - 105) < 4) }
    #expect(plot.keys.map(\.name) == ["each step", "mean of 25"])
  }

  @Test func aChartNeedsTwoNumbers() throws {
    #expect(chart([]).plot == nil)
    #expect(chart([1]).plot == nil)
    #expect(chart([.nan, 1, .infinity]).plot == nil)
    let broken = try #require(chart([1, .nan, 1, .infinity, 1]).plot)
    #expect(broken.dots.count == 3)
    for value in [0, 1e-30, 1e30, -1e18, Double.greatestFiniteMagnitude] {
      let flat = try #require(chart([value, value]).plot)
      #expect(!flat.curves[0].points.contains("nan"), "\(value)")
    }
  }

  @Test func aChartSaysWhatItShows() throws {
    var chart = chart([0.5, 0.25, 0.75, 0.00002])
    chart.reference = ("base", 0.4)
    chart.mark = ("exported", 3)
    let plot = try #require(chart.plot)
    #expect(
      plot.description
        == "4 values, from 0.5000 at step 1 to 2e-5 at step 4; least 2e-5 at step 4, greatest 0.7500 at step 3. "
        + "base: 0.4000. exported: step 3.")
  }

  @Test func aHistogramCountsEachNumberOnce() throws {
    let lengths = (1...400).map { Double($0 % 40 + 1) } + [5000, 9000]
    let histogram = try #require(
      Histogram("Tokens", [("documents", lengths), ("none", [])], mark: ("cut", 32), isWhole: true))
    #expect(histogram.series.map(\.name) == ["documents"])
    #expect(histogram.series[0].counts.reduce(0, +) == 402)
    // Two long texts do not squeeze all others into one bar.
    #expect(histogram.above == 2 && (histogram.edges.last ?? 0) < 100)
    #expect(histogram.series[0].greatest == 9000)
    let plot = try #require(histogram.plot)
    #expect(plot.labels.contains { $0.text == "cut" })
    #expect(plot.description == "documents: 402, from 1 to 9,000, median 21.")
  }

  @Test func aHistogramComparesShares() throws {
    let histogram = try #require(
      Histogram("Scores", [("few", [0, 1]), ("many", (0...1000).map { Double($0) / 1000 })]))
    #expect(histogram.series.map { $0.counts.reduce(0, +) } == [2, 1001])
    let plot = try #require(histogram.plot)
    #expect(plot.keys.map(\.name) == ["few (2)", "many (1,001)"])
    #expect(plot.labels.contains { $0.text == "50 %" })
  }

  @Test func aHistogramNeedsTwoNumbersThatDiffer() {
    #expect(Histogram("Scores", []) == nil)
    #expect(Histogram("Scores", [("one", [1, 1]), ("none", [.nan])]) == nil)
    #expect(Histogram("Scores", [("huge", [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude])]) == nil)
    #expect(Histogram("Scores", [("near", [1, 1.0.nextUp])])?.plot != nil)
  }
}
