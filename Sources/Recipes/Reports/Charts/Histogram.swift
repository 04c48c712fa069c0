import Pages
import Words

/// The distribution of numbers: for every interval, the share of each series that lies in it.
///
/// It is made from all numbers at once and keeps their counts only.
struct Histogram: Sendable {
  struct Series: Sendable {
    let name: String
    /// The numbers in each interval.
    let counts: [Int]
    /// The number of numbers.
    let total: Int
    /// The least number, the median and the greatest one.
    let least, median, greatest: Double
  }

  let title: String
  let series: [Series]
  /// The ends of the intervals, one more than there are intervals.
  let edges: [Double]
  /// A place on the axis with its name: the length at which texts are cut.
  var mark: (name: String, value: Double)?
  /// True for whole numbers.
  let isWhole: Bool
  /// The numbers above the last interval, which are counted in it.
  let above: Int

  private static let intervals = 30

  /// Counts numbers; nil where there are none, or all are equal.
  ///
  /// - Parameters:
  ///   - series: The numbers of each series; those that are not finite are left out.
  ///   - isWhole: True for whole numbers that are not negative, whose longest percent the last interval gathers.
  init?(
    _ title: String, _ series: [(name: String, values: [Double])], mark: (name: String, value: Double)? = nil,
    isWhole: Bool = false
  ) {
    let sorted = series.map { (name: $0.name, values: $0.values.filter(\.isFinite).sorted()) }.filter {
      !$0.values.isEmpty
    }
    let all = isWhole ? sorted.flatMap(\.values).sorted() : []
    guard let least = sorted.compactMap(\.values.first).min(), let most = sorted.compactMap(\.values.last).max(),
      least < most
    else { return nil }
    var (low, high) = (least, most)
    var width = (high - low) / Double(Self.intervals)
    if isWhole {
      let usual = all[Int(0.99 * Double(all.count - 1))]
      high = min(most, max(usual, (mark?.value ?? 0) * 1.05))
      width = max(1, ((high - low + 1) / Double(Self.intervals)).rounded(.up))
      high = low + width * ((high - low + 1) / width).rounded(.up)
    }
    guard width > 0, width.isFinite else { return nil }
    let count = min(Self.intervals, max(1, Int(((high - low) / width).rounded())))
    (self.title, self.mark, self.isWhole) = (title, mark, isWhole)
    edges = (0...count).map { low + Double($0) * width }
    above = all.count { $0 >= low + Double(count) * width }
    self.series = sorted.map { name, values in
      var counts = [Int](repeating: 0, count: count)
      for value in values { counts[min(count - 1, max(0, Int((value - low) / width)))] += 1 }
      return Series(
        name: name, counts: counts, total: values.count, least: values[0], median: values[values.count / 2],
        greatest: values[values.count - 1])
    }
  }

  var plot: Plot? {
    guard let low = edges.first, let high = edges.last, high > low else { return nil }
    let shares = series.map { series in series.counts.map { Double($0) / Double(series.total) } }
    let area = PlotArea(x: low...high, covering: shares.joined() + [0])
    var plot = Plot(title: title, description: description, note: note)
    let places = [low, (low + high) / 2, high]
    area.drawAxes(of: &plot, at: places.map { ($0, name(of: $0, span: high - low)) }) {
      "\(Ticks.text($0 * 100, span: ((area.ticks.last ?? 1) - (area.ticks.first ?? 0)) * 100)) %"
    }
    for (index, shares) in shares.enumerated() {
      plot.keys.append(
        Plot.Key(style: "bars\(index)", name: "\(series[index].name) (\(NumberText.count(series[index].total)))"))
      for (interval, share) in shares.enumerated() where share > 0 {
        plot.bars.append(area.bar("bars\(index)", edges[interval]...edges[interval + 1], to: share))
      }
    }
    if let mark, (low...high).contains(mark.value) { area.drawPlace(mark.name, at: mark.value, on: &plot) }
    return plot
  }

  private func name(of value: Double, span: Double) -> String {
    isWhole ? NumberText.count(Int(value.rounded(.down))) : Ticks.text(value, span: span / 10)
  }

  private var description: String {
    series.map { series in
      func number(_ value: Double) -> String { isWhole ? NumberText.count(Int(value)) : Ticks.text(value) }
      return
        "\(series.name): \(NumberText.count(series.total)), from \(number(series.least)) to \(number(series.greatest)), "
        + "median \(number(series.median))"
    }.joined(separator: "; ") + "."
  }

  private var note: String? {
    above == 0 ? nil : "The last bar has the \(NumberText.counted(above, "longer one")) too. \(description)"
  }
}
