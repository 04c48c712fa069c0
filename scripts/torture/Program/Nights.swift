import ArgumentParser
import Files
import Foundation
import JSONText
import Trials

/// Two weeks of nights over rows that arrive day by day, four of them bad days.
///
/// The champion must never get worse on the test split, which no night looks at unless its candidate is better on all else, and
/// it must end where training once on all rows ends.
struct NightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nights",
    abstract: "Run nightly over arrivals of two weeks: one poisoned, one empty, one malformed, one night killed.",
    discussion: """
      The default recipe is a cheap night: one stage of one epoch in bfloat16, on texts cut at 32 tokens. --recipe
      recipes/nightly.yaml is the usual one. Paths in the recipe are relative to the working directory.
      """)

  @Option(help: "The recipe of a night.")
  var recipe = "scripts/torture/nights.yaml"

  @Option(help: "The collection whose training judgments arrive.")
  var collection = "recipes/data/debian-programs"

  @Option(help: "The number of nights.")
  var nights = 14

  @Option(help: "The most that the champion may end below training once on everything.")
  var tolerance = 0.005

  @OptionGroup var options: HoneOptions

  func validate() throws {
    guard nights >= 10 else { throw ValidationError("--nights must be at least 10, since four of them are bad ones") }
  }

  private enum Day { case good, poisoned, empty, malformed, killed }

  private func day(_ night: Int) -> Day {
    switch night {
    case 4: .poisoned
    case 6: .empty
    case 7: .malformed
    case 9: .killed
    default: .good
    }
  }

  /// How a night may end; poison is never promoted, and a file that cannot be read is said to be one.
  private func statuses(of day: Day) -> [Int32] {
    switch day {
    case .good, .killed, .empty: [0, 10]
    case .poisoned: [10]
    case .malformed: [65]
    }
  }

  func run() throws {
    let place = try Workplace(options)
    var random = RandomNumbers(seed: options.seed)
    let pairs = try readPairs().shuffled(using: &random)
    let arrivals = place.file("arrivals")
    try Files.makeFolder(arrivals)
    var best = 0.0
    var seconds = 60.0
    var known = 0
    for night in 1...nights {
      let part = Array(pairs[(night - 1) * pairs.count / nights..<night * pairs.count / nights])
      let file = Files.join(arrivals, String(format: "day-%02d.jsonl", night))
      switch day(night) {
      case .good, .killed: try write(part, to: file)
      case .poisoned: try write(zip(part, part.shuffled(using: &random)).map { ($0.query, $1.document) }, to: file)
      case .empty: break
      case .malformed: try Files.write("{\"query_id\": 5}\n", to: file)
      }
      let arguments = command(place, models: "models", arrivals: arrivals, output: "nights")
      if day(night) == .killed {
        let process = try place.start(arguments, in: ".")
        Thread.sleep(forTimeInterval: Double.random(in: 1...seconds, using: &random))
        process.kill()
        _ = try process.wait()
      }
      let ending = try place.start(arguments, in: ".").wait(atMost: 86_400)
      if day(night) == .good { seconds = ending.seconds }
      let events = Array(try history(place, "models").dropFirst(known))
      known += events.count
      let value = try measure(place, "models")
      place.say(
        String(format: "night %2d: %d, nDCG@10 on test %.4f, %.0f s", night, ending.status, value, ending.seconds))
      for event in events { place.say("  \(event.kind): \(event.reasons.joined(separator: "; "))") }
      if !statuses(of: day(night)).contains(ending.status) { place.complain("night \(night): \(ending.messages)") }
      if value < best { place.complain("night \(night): the champion fell from \(best) to \(value)") }
      if [10, 65].contains(ending.status), let problem = try unexplained(events.last, in: place.file("nights"), file) {
        place.complain("night \(night): \(problem)")
      }
      best = max(best, value)
    }
    let whole = place.file("whole")
    try Files.makeFolder(whole)
    try write(pairs, to: Files.join(whole, "all.jsonl"))
    let once = try place.start(command(place, models: "once", arrivals: whole, output: "once-nights"), in: ".")
      .wait(atMost: 86_400)
    if once.status != 0 { place.complain("training once ends with \(once.status): \(once.messages)") }
    let reference = try measure(place, "once")
    place.say(String(format: "training once on everything: nDCG@10 on test %.4f", reference))
    if best < reference - tolerance { place.complain("the champion ends at \(best), training once at \(reference)") }
    try place.end("\(nights) nights")
  }

  /// The arguments of a night.
  private func command(_ place: Workplace, models: String, arrivals: String, output: String) -> [String] {
    [
      "run", recipe, "--quiet", "--resume", "--set", "registry.folder=\(place.file(models))", "--set",
      "registry.name=\(Self.name)", "--set", "arrivals={collection: \(collection), folder: \(arrivals)}", "--set",
      "output.folder=\(place.file(output))", "--set", cache(place),
    ]
  }

  /// The vectors that nights and measurements share.
  private func cache(_ place: Workplace) -> String { "cache={folder: \(place.file("cache")), megabytes: 2000}" }

  private static let name = "nights"

  // MARK: - Rows

  private func readPairs() throws -> [(query: String, document: String)] {
    let bytes = try Files.read(Files.join(collection, "qrels/train.tsv"))
    let pairs = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst()
      .map { $0.split(separator: "\t").map(String.init) }
      .filter { $0.count == 3 && $0[2] != "0" }
    return pairs.map { ($0[0], $0[1]) }
  }

  private func write(_ pairs: [(query: String, document: String)], to file: String) throws {
    let lines = pairs.map { pair -> String in
      let row: JSONValue = ["query_id": JSONValue(pair.query), "positive_id": JSONValue(pair.document)]
      return row.text() + "\n"
    }
    try Files.write(lines.joined(), to: file)
  }

  // MARK: - What a night leaves

  private func history(_ place: Workplace, _ models: String) throws -> [(kind: String, reasons: [String])] {
    let file = Files.join(place.file(models), Self.name, "history.jsonl")
    guard Files.exists(file) else { return [] }
    return try Files.read(file).split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let event = try JSONReader.parse(Array(line)).objectValue else { return nil }
      let reasons = event["reasons"]?.arrayValue?.compactMap(\.stringValue) ?? []
      return (event["event"]?.stringValue ?? "", reasons)
    }
  }

  /// What is missing in the explanation of a night that promoted nothing; nil where history and decision give the same reasons.
  ///
  /// - Parameter file: What arrived that night; a malformed file must be named.
  private func unexplained(_ event: (kind: String, reasons: [String])?, in folder: String, _ file: String) throws
    -> String?
  {
    guard let event, event.kind == "refused", !event.reasons.isEmpty else { return "the history has no reason" }
    let decision = try JSONReader.parse(Files.read(Files.join(folder, "decision.json"))).objectValue
    let reasons = decision?["reasons"]?.arrayValue?.compactMap(\.stringValue) ?? []
    if reasons != event.reasons { return "decision.json says \(reasons), the history \(event.reasons)" }
    let leftOut = decision?["outcome"]?.stringValue == "left-out"
    return leftOut && !reasons.contains { $0.contains(file) } ? "\(reasons) does not name \(file)" : nil
  }

  /// The measure of the champion on the test split; 0 before there is one.
  private func measure(_ place: Workplace, _ models: String) throws -> Double {
    let champion = Files.join(place.file(models), Self.name, "champion/model")
    guard Files.exists(champion) else { return 0 }
    let (recipe, output) = (place.file("measure.yaml"), place.file("measure"))
    try Files.remove(output)
    try Files.write(
      """
      recipe: evaluate
      model: { folder: \(champion) }
      evaluate: { collection: \(collection), splits: [test], measures: [nDCG@10] }
      output: { folder: \(output) }

      """, to: recipe)
    let ending = try place.start(["run", recipe, "--quiet", "--set", cache(place)], in: ".").wait(atMost: 86_400)
    let result = try JSONReader.parse(Files.read(Files.join(output, "result.json"))).objectValue
    guard ending.status == 0, let value = result?["scores"]?.arrayValue?.first?.objectValue?["value"]?.doubleValue
    else { throw ValidationError("the champion cannot be measured: \(ending.messages)") }
    return value
  }
}
