import Pages
import Words

/// A value over the steps of a run, or over another count.
struct LineChart: Sendable {
  struct Point: Sendable, Equatable {
    var step: Int
    var value: Double
  }

  var title: String
  var points: [Point]
  /// The name of the count on the horizontal axis.
  var unit = "step"
  /// A horizontal line for comparison with its name: the base model's score.
  var reference: (name: String, value: Double)?
  /// A step to mark with its name: that of the exported weights.
  var mark: (name: String, step: Int)?

  /// The most spans that a long run is divided into.
  private static let spans = 250
  /// The points above which the mean of several is drawn too.
  private static let mostWithoutTrend = 100
  /// The most points that are marked one by one.
  private static let mostDots = 40

  /// The chart; nil for fewer than two points.
  var plot: Plot? {
    let finite = points.filter(\.value.isFinite)
    guard let first = finite.first, let last = finite.last, last.step > first.step else { return nil }
    let area = PlotArea(
      x: Double(first.step)...Double(last.step),
      covering: finite.map(\.value) + (reference.map { [$0.value] } ?? []))
    var plot = Plot(title: title, description: description(of: finite))
    let middle = (first.step + last.step) / 2
    let places = Set([first.step, middle, last.step]).sorted()
    area.drawAxes(
      of: &plot,
      at: places.map { (Double($0), $0 == first.step ? "\(unit) \(NumberText.count($0))" : NumberText.count($0)) })
    if let reference { area.drawLevel(reference.name, at: reference.value, on: &plot) }
    if let mark, (first.step...last.step).contains(mark.step) {
      area.drawPlace(mark.name, at: Double(mark.step), on: &plot)
    }
    func curve(_ style: String, _ points: [Point]) -> Plot.Curve {
      area.curve(style, points.map { (Double($0.step), $0.value) })
    }
    let hasTrend = finite.count > Self.mostWithoutTrend
    plot.curves.append(curve(hasTrend ? "curve faint" : "curve", Self.extremes(of: finite)))
    if hasTrend {
      let (means, length) = Self.means(of: finite)
      plot.curves.append(curve("curve", means))
      plot.keys = [
        Plot.Key(style: "faint", name: "each \(unit)"),
        Plot.Key(style: "curve", name: "mean of \(NumberText.count(length))"),
      ]
    }
    if finite.count <= Self.mostDots {
      plot.dots = finite.map {
        Plot.Dot(
          style: "dot", x: area.x(Double($0.step)), y: area.y($0.value), radius: "3",
          label: "\(unit) \(NumberText.count($0.step)): \(Ticks.text($0.value))")
      }
    }
    return plot
  }

  private func description(of points: [Point]) -> String {
    func place(_ point: Point?) -> String {
      point.map { "\(Ticks.text($0.value)) at \(unit) \(NumberText.count($0.step))" } ?? ""
    }
    var text =
      "\(NumberText.counted(points.count, "value")), from \(place(points.first)) to \(place(points.last)); least "
      + "\(place(points.min { $0.value < $1.value })), greatest \(place(points.max { $0.value < $1.value }))."
    if let reference { text += " \(reference.name): \(Ticks.text(reference.value))." }
    if let mark { text += " \(mark.name): \(unit) \(NumberText.count(mark.step))." }
    return text
  }

  /// The least and the greatest point of every span of a long run, so that no peak is lost, with the first and the last.
  private static func extremes(of points: [Point]) -> [Point] {
    guard points.count > 2 * spans, let first = points.first, let last = points.last else { return points }
    let chosen = (0..<spans).flatMap { span -> [Point] in
      let part = points[span * points.count / spans..<(span + 1) * points.count / spans]
      guard let least = part.indices.min(by: { part[$0].value < part[$1].value }),
        let greatest = part.indices.max(by: { part[$0].value < part[$1].value })
      else { return [] }
      return least == greatest ? [part[least]] : [least, greatest].sorted().map { part[$0] }
    }
    return (chosen.first == first ? [] : [first]) + chosen + (chosen.last == last ? [] : [last])
  }

  /// The means of some forty spans, each in the middle of its span, and the length of a span.
  private static func means(of points: [Point]) -> (points: [Point], length: Int) {
    let count = 40
    let means = (0..<count).map { span in
      let part = points[span * points.count / count..<(span + 1) * points.count / count]
      let sum = part.reduce(0) { $0 + $1.value }
      return Point(step: part[part.startIndex + part.count / 2].step, value: sum / Double(part.count))
    }
    return (means, points.count / count)
  }
}
