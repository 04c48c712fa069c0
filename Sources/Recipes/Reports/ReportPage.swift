import Evaluation
import Retrieval
import Runs
import Words

extension RunReport {
  /// The content of `report.html`: one self-contained file for light and dark screens and for paper.
  var page: String {
    let title = HTML.escaped("\(folder) · Hone")
    let sections = [header, comparisonSection, scoreSection, tableSections, chartSection, factSection, settingSection]
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="Hone \(Hone.version)">
      <title>\(title)</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <main>
      \(sections.compactMap { $0 }.joined(separator: "\n"))
      <footer>Written by Hone \(Hone.version).</footer>
      </main>
      </body>
      </html>

      """
  }

  private var header: String {
    var lines = ["<header>", "<p class=\"kind\">\(HTML.escaped(recipe))</p>", "<h1>\(HTML.escaped(folder))</h1>"]
    if let verdict, let sentence {
      lines.append("<p class=\"verdict \(Self.styleClass(verdict))\">\(HTML.escaped(sentence))</p>")
    }
    return (lines + ["</header>"]).joined(separator: "\n")
  }

  private var comparisonSection: String? {
    guard !comparisons.isEmpty else { return nil }
    let note =
      "<p class=\"note\">Paired randomization test over queries; a difference counts below p = \(PairedTest.alpha).</p>"
    var tables = [comparisonTable(comparisons, base: names.base)]
    if !firstStage.isEmpty { tables.append(comparisonTable(firstStage, base: Self.firstStageName)) }
    return "<section>\n<h2>Verdict</h2>\n\(tables.joined(separator: "\n"))\n\(note)\n</section>"
  }

  private func comparisonTable(_ comparisons: [Comparison], base: String) -> String {
    Self.table(
      Comparison.columns(base: base, tuned: names.tuned),
      comparisons.map { (cells: $0.cells, rowClass: Self.styleClass($0.test.verdict)) })
  }

  private var scoreSection: String? {
    guard !values.isEmpty else { return nil }
    let rows = values.map { value in
      (cells: [value.split, value.measure.description, NumberText.fixed(value.value, decimals: 4)], rowClass: "")
    }
    let table = Self.table([("split", .left), ("measure", .left), ("score", .right)], rows)
    return "<section>\n<h2>Scores</h2>\n\(table)\n</section>"
  }

  private var tableSections: String? {
    guard !tables.isEmpty else { return nil }
    return tables.map { table in
      let rows = table.rows.map { (cells: $0, rowClass: "") }
      return "<section>\n<h2>\(HTML.escaped(table.title))</h2>\n\(Self.table(table.columns, rows))\n"
        + "<p class=\"note\">\(HTML.escaped(table.note))</p>\n</section>"
    }.joined(separator: "\n")
  }

  private var chartSection: String? {
    var charts = [LineChart(title: "Training loss", points: losses)]
    if let measure = development.first?.values.first?.measure {
      let points = development.compactMap { record in
        record.values.first.map { LineChart.Point(step: record.step, value: $0.value) }
      }
      let before = points.first.flatMap { $0.step == 0 ? (name: names.base, value: $0.value) : nil }
      charts.append(LineChart(title: "\(measure) during training", points: points, reference: before))
    }
    let figures = charts.compactMap { chart in
      chart.svg.map { "<figure>\n<figcaption>\(HTML.escaped(chart.title))</figcaption>\n\($0)\n</figure>" }
    }
    return figures.isEmpty ? nil : "<section>\n<h2>Training</h2>\n\(figures.joined(separator: "\n"))\n</section>"
  }

  private var factSection: String {
    let items = allFacts.map { "<dt>\(HTML.escaped($0.name))</dt><dd>\(HTML.escaped($0.value))</dd>" }
    return "<section>\n<h2>Run</h2>\n<dl>\n\(items.joined(separator: "\n"))\n</dl>\n</section>"
  }

  private var settingSection: String? {
    "<section>\n<h2>Settings</h2>\n<pre>\(HTML.escaped(settings))</pre>\n</section>"
  }

  // MARK: - Pieces

  private static func table(
    _ columns: [(name: String, alignment: TextTable.Alignment)], _ rows: [(cells: [String], rowClass: String)]
  ) -> String {
    func cell(_ tag: String, _ text: String, _ column: Int) -> String {
      let isNumber = column < columns.count && columns[column].alignment == .right
      return "<\(tag)\(isNumber ? " class=\"number\"" : "")>\(HTML.escaped(text))</\(tag)>"
    }
    let head = columns.enumerated().map { cell("th", $1.name, $0) }.joined()
    let body = rows.map { row in
      "<tr class=\"\(row.rowClass)\">\(row.cells.enumerated().map { cell("td", $1, $0) }.joined())</tr>"
    }
    return """
      <div class="scroll"><table>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody>
      </table></div>
      """
  }

  private static func styleClass(_ verdict: Verdict) -> String {
    switch verdict {
    case .improved: "improved"
    case .noDifference: "same"
    case .worse: "worse"
    }
  }

  private static let style = """
    :root { color-scheme: light dark; --text: #1c1f23; --soft: #5c6670; --ground: #fbfbfa; --card: #fff; --edge: #e2e4e6;
      --line: #1f6feb; --good: #1a7f4b; --bad: #b3261e; --even: #6b7280; }
    @media (prefers-color-scheme: dark) { :root { --text: #e8eaed; --soft: #9aa4ae; --ground: #14171a; --card: #1b1f23;
      --edge: #2c3238; --line: #6ea8fe; --good: #5bd08f; --bad: #ff8a80; --even: #a3abb3; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--ground); color: var(--text);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem; }
    h1 { margin: 0 0 .75rem; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
    h2 { margin: 0 0 .75rem; font-size: 1.05rem; }
    section { background: var(--card); border: 1px solid var(--edge); border-radius: .6rem; padding: 1.1rem 1.25rem;
      margin: 1.1rem 0; }
    .kind { margin: 0; color: var(--soft); font-size: .85rem; letter-spacing: .04em; }
    .verdict { margin: 0; padding: .7rem 1rem; border-radius: .6rem; border-left: .35rem solid currentColor;
      background: var(--card); font-weight: 600; }
    .verdict.improved, .improved td:last-child { color: var(--good); }
    .verdict.worse, .worse td:last-child { color: var(--bad); }
    .verdict.same, .same td:last-child { color: var(--even); }
    .note, figcaption, footer { color: var(--soft); font-size: .85rem; }
    .note { margin: .6rem 0 0; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
    th { text-align: left; color: var(--soft); font-weight: 500; }
    th, td { padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--edge); white-space: nowrap; }
    tbody tr:last-child td { border-bottom: 0; }
    .number { text-align: right; }
    td:last-child { font-weight: 600; }
    figure { margin: 0 0 1rem; }
    figure:last-child { margin: 0; }
    svg { display: block; width: 100%; height: auto; margin-top: .3rem; }
    svg text { fill: var(--soft); font: 11px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
    svg .y, svg text.reference { text-anchor: end; }
    svg .x { text-anchor: middle; }
    svg .grid { stroke: var(--edge); }
    svg line.reference { stroke: var(--even); stroke-dasharray: 4 4; }
    svg .line { fill: none; stroke: var(--line); stroke-width: 1.8; stroke-linejoin: round; }
    svg .dot { fill: var(--line); }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; margin: 0; font-size: .9rem; }
    dt { color: var(--soft); }
    dd { margin: 0; overflow-wrap: anywhere; }
    pre { margin: 0; overflow-x: auto; font: .85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
    footer { margin-top: 1.5rem; }
    @media print { body { background: none; } section, .verdict { break-inside: avoid; } }
    """
}
