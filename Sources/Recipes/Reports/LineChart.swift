import Words

/// A line chart over steps as SVG, with the colours of its page.
struct LineChart {
  struct Point: Sendable, Equatable {
    var step: Int
    var value: Double
  }

  var title: String
  var points: [Point]
  /// A horizontal line for comparison with its name: the base model's score.
  var reference: (name: String, value: Double)?

  private static let (width, height) = (720.0, 240.0)
  private static let (left, right, top, bottom) = (64.0, 12.0, 12.0, 32.0)

  /// The chart; nil for fewer than two points.
  var svg: String? {
    let shown = Self.thinned(points.filter { $0.value.isFinite })
    guard shown.count >= 2, let first = shown.first, let last = shown.last, last.step > first.step else { return nil }
    let values = shown.map(\.value) + (reference.map { [$0.value] } ?? [])
    let ticks = Self.ticks(from: values.min() ?? 0, to: values.max() ?? 1)
    guard let low = ticks.first, let high = ticks.last else { return nil }
    func x(_ step: Double) -> String {
      let part = (step - Double(first.step)) / Double(last.step - first.step)
      return NumberText.fixed(Self.left + part * (Self.width - Self.left - Self.right), decimals: 1)
    }
    func y(_ value: Double) -> String {
      let part = (value - low) / (high - low)
      return NumberText.fixed(Self.height - Self.bottom - part * (Self.height - Self.top - Self.bottom), decimals: 1)
    }
    let (start, end) = (x(Double(first.step)), x(Double(last.step)))
    var parts = [
      """
      <svg viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" aria-label="\(HTML.escaped(title))">
      """
    ]
    let decimals = Self.decimals(for: high - low)
    for tick in ticks {
      let label = NumberText.fixed(tick, decimals: decimals)
      parts.append("<line class=\"grid\" x1=\"\(start)\" x2=\"\(end)\" y1=\"\(y(tick))\" y2=\"\(y(tick))\"/>")
      parts.append("<text class=\"y\" x=\"\(Int(Self.left) - 8)\" y=\"\(y(tick))\" dy=\"0.32em\">\(label)</text>")
    }
    for step in Set([first.step, (first.step + last.step) / 2, last.step]).sorted() {
      let label = NumberText.count(step)
      parts.append("<text class=\"x\" x=\"\(x(Double(step)))\" y=\"\(Int(Self.height) - 10)\">\(label)</text>")
    }
    if let reference {
      let level = y(reference.value)
      parts.append("<line class=\"reference\" x1=\"\(start)\" x2=\"\(end)\" y1=\"\(level)\" y2=\"\(level)\"/>")
      let name = HTML.escaped(reference.name)
      parts.append("<text class=\"reference\" x=\"\(end)\" y=\"\(level)\" dy=\"-0.5em\">\(name)</text>")
    }
    let line = shown.map { "\(x(Double($0.step))),\(y($0.value))" }.joined(separator: " ")
    parts.append("<polyline class=\"line\" points=\"\(line)\"/>")
    if shown.count <= 60 {
      for point in shown {
        let label = "step \(NumberText.count(point.step)): \(NumberText.fixed(point.value, decimals: 4))"
        parts.append(
          "<circle class=\"dot\" cx=\"\(x(Double(point.step)))\" cy=\"\(y(point.value))\" r=\"3\"><title>\(label)</title></circle>"
        )
      }
    }
    parts.append("</svg>")
    return parts.joined(separator: "\n")
  }

  /// At most 400 points, each the mean of a span of steps, so that the file of a long run stays small.
  private static func thinned(_ points: [Point]) -> [Point] {
    let limit = 400
    guard points.count > limit else { return points }
    return (0..<limit).map { index in
      let part = points[index * points.count / limit..<(index + 1) * points.count / limit]
      let sum = part.reduce(0) { $0 + $1.value }
      return Point(step: part.last?.step ?? 0, value: sum / Double(part.count))
    }
  }

  /// Four to eight round numbers around a range: multiples of 1, 2 or 5 times a power of ten.
  private static func ticks(from low: Double, to high: Double) -> [Double] {
    let span = max(high - low, abs(high) * 1e-3, 1e-9)
    var unit = 1e-12
    while unit * 10 < span { unit *= 10 }
    let step = [0.2, 0.5, 1, 2, 5].map { $0 * unit }.first { span / $0 <= 5 } ?? unit * 10
    let (start, end) = ((low / step).rounded(.down), (high / step).rounded(.up))
    return stride(from: start, through: max(end, start + 1), by: 1).map { $0 * step }
  }

  private static func decimals(for span: Double) -> Int {
    var decimals = 0
    var unit = 1.0
    while unit > span / 8 && decimals < 9 {
      unit /= 10
      decimals += 1
    }
    return decimals
  }
}
