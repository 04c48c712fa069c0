import Words

/// A chart as shapes and texts at their places, which ``PageTemplates`` draws as SVG.
///
/// Coordinates are texts with one decimal; classes are those of ``PageStyle``.
package struct Plot: Sendable {
  package struct Line: Sendable {
    let style, x1, y1, x2, y2: String

    package init(style: String, x1: String, y1: String, x2: String, y2: String) {
      (self.style, self.x1, self.y1, self.x2, self.y2) = (style, x1, y1, x2, y2)
    }
  }

  package struct Curve: Sendable {
    package let style: String
    /// "x,y x,y …".
    package let points: String
  }

  package struct Bar: Sendable {
    let style, x, y, width, height: String
  }

  package struct Dot: Sendable {
    let style, x, y, radius: String
    package let label: String

    package init(style: String, x: String, y: String, radius: String, label: String) {
      (self.style, self.x, self.y, self.radius, self.label) = (style, x, y, radius, label)
    }
  }

  package struct Label: Sendable {
    let style, x, y: String
    package let text: String
  }

  /// An entry of the legend.
  package struct Key: Sendable {
    let style: String
    package let name: String

    package init(style: String, name: String) { (self.style, self.name) = (style, name) }
  }

  package let title: String
  /// The content in words, for those who do not see it.
  package let description: String
  /// A remark below the chart.
  package var note: String?
  package var lines: [Line] = []
  package var curves: [Curve] = []
  package var bars: [Bar] = []
  package var dots: [Dot] = []
  package var labels: [Label] = []
  package var keys: [Key] = []
  /// The number of the chart on its page, which tells its names from those of others.
  var number = 0

  let width = Int(Plot.size.width)
  let height = Int(Plot.size.height)

  static let size = (width: 440.0, height: 230.0)

  package init(title: String, description: String, note: String? = nil) {
    (self.title, self.description, self.note) = (title, description, note)
  }
}

/// The part of a chart that curves and bars are drawn in, with the ranges of both axes.
package struct PlotArea {
  package let x: ClosedRange<Double>
  /// The values on the vertical axis that have a line; at least two.
  package let ticks: [Double]

  private static let (left, right, top, bottom) = (62.0, 14.0, 14.0, 34.0)

  /// An area whose vertical axis covers some values with four to eight round numbers.
  package init(x: ClosedRange<Double>, covering values: some Sequence<Double>) {
    let values = Array(values)
    self.init(x: x, ticks: Ticks.values(from: values.min() ?? 0, to: values.max() ?? 1))
  }

  package init(x: ClosedRange<Double>, ticks: [Double]) {
    self.x = x
    self.ticks = ticks
  }

  package func x(_ value: Double) -> String { Self.text(horizontal(value)) }
  package func y(_ value: Double) -> String { Self.text(vertical(value)) }

  private func horizontal(_ value: Double) -> Double {
    let span = x.upperBound - x.lowerBound
    let part = span > 0 ? (value - x.lowerBound) / span : 0
    return Self.left + part * (Plot.size.width - Self.left - Self.right)
  }

  private func vertical(_ value: Double) -> Double {
    let (low, high) = (ticks.first ?? 0, ticks.last ?? 1)
    let part = high > low ? (value - low) / (high - low) : 0
    return Plot.size.height - Self.bottom - part * (Plot.size.height - Self.top - Self.bottom)
  }

  /// A bar from the bottom to a height.
  package func bar(_ style: String, _ range: ClosedRange<Double>, to value: Double) -> Plot.Bar {
    let (start, end) = (horizontal(range.lowerBound), horizontal(range.upperBound))
    let (top, bottom) = (vertical(value), vertical(ticks.first ?? 0))
    return Plot.Bar(
      style: style, x: Self.text(start), y: Self.text(top), width: Self.text(max(0.5, end - start - 0.5)),
      height: Self.text(max(0, bottom - top)))
  }

  package func curve(_ style: String, _ points: [(x: Double, y: Double)]) -> Plot.Curve {
    Plot.Curve(style: style, points: points.map { "\(x($0.x)),\(y($0.y))" }.joined(separator: " "))
  }

  /// The lines and the texts of the axes.
  package func drawAxes(
    of plot: inout Plot, at places: [(value: Double, name: String)], _ tickName: ((Double) -> String)? = nil
  ) {
    let (start, end) = (x(x.lowerBound), x(x.upperBound))
    let scale = (ticks.last ?? 1) - (ticks.first ?? 0)
    for tick in ticks {
      plot.lines.append(Plot.Line(style: "grid", x1: start, y1: y(tick), x2: end, y2: y(tick)))
      plot.labels.append(
        Plot.Label(
          style: "y", x: Self.text(Self.left - 8), y: Self.text(vertical(tick) + 4.5),
          text: tickName?(tick) ?? Ticks.text(tick, span: scale)))
    }
    for (index, place) in places.enumerated() {
      let style = index == 0 ? "x first" : index == places.count - 1 ? "x last" : "x"
      plot.labels.append(
        Plot.Label(style: style, x: x(place.value), y: Self.text(Plot.size.height - 12), text: place.name))
    }
  }

  /// A dashed line across the chart, with its name at its end.
  package func drawLevel(_ name: String, at value: Double, on plot: inout Plot) {
    let (start, end) = (x(x.lowerBound), x(x.upperBound))
    plot.lines.append(Plot.Line(style: "reference", x1: start, y1: y(value), x2: end, y2: y(value)))
    let isHigh = vertical(value) < Self.top + 18
    plot.labels.append(
      Plot.Label(style: "level", x: end, y: Self.text(vertical(value) + (isHigh ? 15 : -6)), text: name))
  }

  /// A dashed line from bottom to top, with its name beside it.
  package func drawPlace(_ name: String, at value: Double, on plot: inout Plot) {
    let (low, high) = (y(ticks.first ?? 0), y(ticks.last ?? 1))
    plot.lines.append(Plot.Line(style: "reference", x1: x(value), y1: low, x2: x(value), y2: high))
    let isRight = horizontal(value) > Plot.size.width * 0.6
    plot.labels.append(
      Plot.Label(
        style: isRight ? "level" : "place", x: Self.text(horizontal(value) + (isRight ? -5 : 5)),
        y: Self.text(Self.top + 10), text: name))
  }

  private static func text(_ coordinate: Double) -> String { NumberText.fixed(coordinate, decimals: 1) }
}
