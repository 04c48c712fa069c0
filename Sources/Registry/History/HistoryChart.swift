import Pages
import Words

/// A measure over the events of a history: the curve of what served, and a point for each version and refused candidate.
struct HistoryChart {
  /// An event at which the measure may have been taken.
  struct Point {
    let kind: HistoryEvent.Kind
    /// The day: `2026-01-31`.
    let day: String
    /// The version, or "refused".
    let name: String
    /// The value of the version or candidate; nil where it is not known.
    let value: Double?
    /// The value of what serves after the event; nil where it is not known.
    let serving: Double?
  }

  let title: String
  let points: [Point]

  /// The events above which their points are small.
  private static let mostLargeDots = 100

  private static func style(_ kind: HistoryEvent.Kind) -> String {
    switch kind {
    case .refused: "refused"
    case .rolledBack: "rolled"
    case .promoted, .pruned: "dot"
    }
  }

  /// The chart; nil where fewer than two values are known.
  var plot: Plot? {
    let values = points.compactMap(\.value)
    guard values.count > 1 else { return nil }
    let area = PlotArea(x: 0...Double(points.count - 1), covering: values + points.compactMap(\.serving))
    var plot = Plot(title: title, description: description)
    let middle = points.count / 2
    let places = points.count > 2 ? [0, middle, points.count - 1] : [0, points.count - 1]
    area.drawAxes(of: &plot, at: places.map { (Double($0), points[$0].day) })
    plot.curves = steps.map { area.curve("curve", $0) }
    plot.dots = points.enumerated().compactMap { place, point in
      guard let value = point.value else { return nil }
      return Plot.Dot(
        style: Self.style(point.kind), x: area.x(Double(place)), y: area.y(value),
        radius: points.count > Self.mostLargeDots ? "2" : "3.5",
        label: "\(point.day), \(point.name): \(Ticks.text(value))")
    }
    plot.keys = [Plot.Key(style: "curve", name: "serves")]
    if points.contains(where: { $0.kind == .refused && $0.value != nil }) {
      plot.keys.append(Plot.Key(style: "refused", name: "refused"))
    }
    if points.contains(where: { $0.kind == .rolledBack && $0.value != nil }) {
      plot.keys.append(Plot.Key(style: "rolled", name: "rolled back to"))
    }
    return plot
  }

  /// The steps of what served, a list for each stretch in which its value is known.
  private var steps: [[(x: Double, y: Double)]] {
    var stretches: [[(x: Double, y: Double)]] = []
    var before: Double?
    for (place, point) in points.enumerated() {
      defer { before = point.serving }
      guard let serving = point.serving else { continue }
      if let before {
        let corner = [(x: Double(place), y: before), (x: Double(place), y: serving)]
        stretches[stretches.count - 1] += before == serving ? [corner[1]] : corner
      } else {
        stretches.append([(x: Double(place), y: serving)])
      }
    }
    return stretches
  }

  private var description: String {
    func text(_ point: Point?) -> String {
      guard let point, let value = point.value else { return "" }
      return "\(Ticks.text(value)) on \(point.day)"
    }
    let known = points.filter { $0.value != nil }
    let promoted = known.filter { $0.kind == .promoted }
    let refused = known.count { $0.kind == .refused }
    let serving = points.last?.serving.map { " What serves has \(Ticks.text($0))." } ?? ""
    let range = promoted.isEmpty ? "" : ", from \(text(promoted.first)) to \(text(promoted.last))"
    return "\(NumberText.counted(promoted.count, "promoted version"))\(range); "
      + "\(NumberText.counted(refused, "refused candidate"))." + serving
  }
}
