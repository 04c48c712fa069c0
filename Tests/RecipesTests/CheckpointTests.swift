import Files
import JSONText
import Runs
import TestSupport
import Testing

@testable import Recipes

/// Nothing in a checkpoint is trusted: whatever its files hold, a run goes on soundly or says in one error what is wrong.
@Suite struct CheckpointTests {
  private let recipes: WholeRecipes
  private var run: String { recipes.folder.file("run") }

  init() throws { recipes = try WholeRecipes() }

  /// Runs the recipe with everything that a checkpoint can hold, until some steps are taken.
  ///
  /// - Returns: The notes.
  private func train(until last: Int = .max, resume: Bool = false, overrides: [String] = []) throws -> [String] {
    try recipes.run("trainBiEncoder", overrides, until: last, resume: resume)
  }

  /// Stops a run after a step and returns the folder of its checkpoint.
  private func checkpoint(after step: Int, overrides: [String] = []) throws -> String {
    #expect(throws: RunInterrupted.self) { try train(until: step, overrides: overrides) }
    return Files.join(run, "checkpoint-\(step)")
  }

  /// Writes the manifest of a checkpoint's files as they are now.
  private func seal(_ checkpoint: String, step: Int, without missing: String? = nil) throws {
    let names = try Files.list(checkpoint).filter { $0 != "MANIFEST.json" && $0 != missing }
    let files = try names.map { name -> JSONValue in
      let path = Files.join(checkpoint, name)
      return [
        "name": JSONValue(name), "size": JSONValue(try Files.size(path)),
        "sha256": JSONValue(try FileDigest.sha256(of: path)),
      ]
    }
    let manifest: JSONValue = ["version": 1, "step": JSONValue(step), "files": .array(files)]
    try Files.write(manifest.text(), to: Files.join(checkpoint, "MANIFEST.json"))
  }

  private func expectRefusal(_ checkpoint: String, _ reason: String) throws {
    let error = try #require(throws: RunError.self, "\(reason)") { try train(resume: true) }
    #expect(error.kind == .badData)
    #expect(error.description.hasPrefix("\(checkpoint): "), "\(error)")
    #expect(error.description.contains(reason), "\(error)")
    #expect(
      error.description.hasSuffix("; remove it to use an older checkpoint, or begin anew in a new output.folder"),
      "\(error)")
  }

  // MARK: - Progress

  /// The path of a value of the progress, and one that the run cannot have.
  @Test(arguments: [
    ("state.step", "0"), ("state.step", "2"), ("state.step", "-3"), ("state.step", "9223372036854775807"),
    ("state.position", "0"), ("state.position", "-1"), ("state.position", "9223372036854775807"), ("state.epoch", "0"),
    ("state.epoch", "-1"), ("state.epoch", "9223372036854775807"), ("rows", "-1"), ("rows", "9223372036854775807"),
    ("tokens", "9223372036854775807"), ("seconds", "-1"), ("settledStep", "1"), ("settledStep", "4"),
    ("best.step", "4"), ("best.value", "1e999"), ("mining.count", "9223372036854775807"), ("watch.window", "0"),
    ("watch.window", "-5"), ("watch.window", "9223372036854775807"), ("watch.observed", "9223372036854775807"),
    ("watch.evaluationsSinceBest", "-1"), ("watch.evaluationsSinceBest", "9223372036854775807"),
    ("watch.measures", "[1, 1, 1, 1, 1, 1, 1, 1]"), ("watch.latest", "[1, 1, 1, 1, 1, 1, 1, 1]"),
    ("watch.warned", "[\"fire\"]"), ("state", "17"), ("watch", "null"),
  ])
  func aProgressThatTheRunCannotHaveIsRefused(_ path: String, _ value: String) throws {
    let checkpoint = try checkpoint(after: 3)
    let file = Files.join(checkpoint, "progress.json")
    let progress = try #require(try JSONReader.parse(Files.read(file)).objectValue)
    let edited = try Self.replaced(path.split(separator: ".").map(String.init)[...], in: progress, by: value)
    try Files.write(edited, to: file)
    try seal(checkpoint, step: 3)
    try expectRefusal(checkpoint, "progress.json does not have the progress of this run")
  }

  /// The text of an object with the value at a path replaced.
  private static func replaced(_ path: ArraySlice<String>, in object: JSONObject, by value: String) throws -> String {
    let key = try #require(path.first)
    try #require(object[key] != nil, "no \(key)")
    let members = try object.members.map { name, present -> String in
      var text = present.text()
      if name == key {
        text =
          path.count == 1 ? value : try replaced(path.dropFirst(), in: try #require(present.objectValue), by: value)
      }
      return "\(JSONValue(name).text()):\(text)"
    }
    return "{\(members.joined(separator: ","))}"
  }

  @Test func aCheckpointOfAnotherStepIsRefused() throws {
    let checkpoint = try checkpoint(after: 3)
    let other = Files.join(run, "checkpoint-900")
    try Files.rename(checkpoint, to: other)
    try seal(other, step: 900)
    try expectRefusal(other, "progress.json does not have the progress of this run")
  }

  // MARK: - Files

  @Test(arguments: [
    ("model.safetensors", "its weights or the state of its optimizer are missing"),
    ("optimizer.safetensors", "its weights or the state of its optimizer are missing"),
    ("progress.json", "no such file"),
    ("best.safetensors", "best.safetensors does not go with the best evaluation so far"),
    ("rows.jsonl", "rows.jsonl does not go with the minings so far"),
  ])
  func aFileThatIsMissingInTheManifestTooIsRefused(_ name: String, _ reason: String) throws {
    let checkpoint = try checkpoint(after: 3)
    try Files.remove(Files.join(checkpoint, name))
    try seal(checkpoint, step: 3)
    do {
      _ = try train(resume: true)
      Issue.record("it goes on without \(name)")
    } catch let error as any UserFacingError {
      #expect("\(error)".contains(reason), "\(error)")
    }
  }

  /// The last four bytes of a file of tensors are a number of the last one.
  @Test(arguments: ["model.safetensors", "optimizer.safetensors", "best.safetensors"], [Float.nan, .infinity])
  func aWeightThatIsNoNumberIsRefused(_ name: String, _ number: Float) throws {
    let checkpoint = try checkpoint(after: 3)
    let path = Files.join(checkpoint, name)
    let bits = number.bitPattern
    let bytes = [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) }
    try Files.write(Array(Files.read(path).dropLast(4)) + bytes, to: path)
    try seal(checkpoint, step: 3)
    #expect(throws: RunError.self) { try train(resume: true) }
  }

  /// Every file is cut short, emptied, and changed at places spread over it.
  @Test func noDamageUnderARightChecksumTraps() throws {
    let checkpoint = try checkpoint(after: 3)
    let names = try Files.list(checkpoint).filter { $0 != "MANIFEST.json" }
    #expect(names.count == 5)
    let whole = recipes.folder.file("whole")
    try Files.copyFolder(run, to: whole)
    var random = SeededGenerator(seed: 7)
    var (ends, refusals) = (0, 0)
    for name in names + ["../log.jsonl", "../base.test.run"] {
      let content = try Files.read(Files.join(checkpoint, name))
      for _ in 0..<12 {
        var bytes = content
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
        case 1:
          bytes[Int.random(in: 0..<min(64, bytes.count), using: &random)] = UInt8.random(in: 0...255, using: &random)
        default: bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        try Files.remove(run)
        try Files.copyFolder(whole, to: run)
        try Files.write(bytes, to: Files.join(checkpoint, name))
        try seal(checkpoint, step: 3)
        do {
          _ = try train(resume: true)
          ends += 1
        } catch is any UserFacingError {
          refusals += 1
        }
      }
    }
    #expect(ends + refusals == 12 * 7 && refusals > 20 && ends > 0, "\(ends) ends, \(refusals) refusals")
  }

  // MARK: - Going on

  @Test func aRunSaysWhereItBegins() throws {
    _ = try checkpoint(after: 3)
    #expect(try train(resume: true).contains("going on after step 3 of 4"))
  }

  /// A run that ends before its first checkpoint has nothing to go on with.
  @Test func aRunWithoutACheckpointSaysThatItBeginsAnew() throws {
    try Files.remove(try checkpoint(after: 2))
    let notes = try train(resume: true)
    #expect(
      notes.contains("no checkpoint in \(run), whose log has 2 steps: beginning at the first step of 4"), "\(notes)")
  }

  /// The error where a run is not begun anew.
  private func loss(overrides: [String] = []) throws -> String {
    let before = try Files.read(Files.join(run, "log.jsonl"))
    let error = try #require(throws: RunError.self) { try train(resume: true, overrides: overrides) }
    #expect(error.kind == .badData)
    #expect(try Files.read(Files.join(run, "log.jsonl")) == before)
    let remedy =
      "put a sound copy back, or to begin anew remove this folder, or set output.folder to a new one, and run without "
      + "--resume"
    #expect(error.description.hasSuffix(", though the log has 3 steps; \(remedy)"), "\(error)")
    return error.description
  }

  @Test func aRunWhoseCheckpointsAreGoneIsNotBegunAnew() throws {
    try Files.remove(try checkpoint(after: 3))
    try Files.remove(Files.join(run, "checkpoint-2"))
    let expected = "\(run): no checkpoint can be loaded (one was saved every 2 steps, and none is there any more)"
    #expect(try loss().hasPrefix(expected))
    // What counts is what was asked for when they were saved.
    #expect(try loss(overrides: ["checkpoint=null"]).hasPrefix(expected))
  }

  @Test func aRunWhoseCheckpointsAreDamagedIsNotBegunAnew() throws {
    let last = try checkpoint(after: 3, overrides: ["checkpoint.keep=2"])
    let first = Files.join(run, "checkpoint-2")
    for checkpoint in [last, first] { try Files.remove(Files.join(checkpoint, "MANIFEST.json")) }
    #expect(
      try loss().hasPrefix(
        "\(run): no checkpoint can be loaded (\(last), \(first) are not complete), though the log has 3"))
  }

  @Test func aDamagedCheckpointIsPassedOverWithAWarning() throws {
    let last = try checkpoint(after: 3, overrides: ["checkpoint.keep=2"])
    try Files.write("{}", to: Files.join(last, "progress.json"))
    let notes = try train(resume: true, overrides: ["checkpoint.keep=2"])
    #expect(
      notes.prefix(1) == [
        "\(last) is not complete (progress.json has another size); it is passed over"
      ]
        && notes.contains("going on after step 2 of 4"), "\(notes)")
  }

  // MARK: - Log

  @Test func aLogThatIsTooShortIsToldOf() throws {
    _ = try checkpoint(after: 3)
    let log = Files.join(run, "log.jsonl")
    let lines = String(decoding: try Files.read(log), as: UTF8.self).split(separator: "\n")
    let cut = try #require(lines.firstIndex { $0.hasPrefix("{\"step\":2,\"epoch\"") })
    try Files.write(lines[..<cut].joined(separator: "\n") + "\n", to: log)
    let notes = try train(resume: true)
    let warning =
      "\(log) has lost 2 of 3 steps before the checkpoint, the first of them step 2; the weights are not concerned, but log "
      + "and report have a gap"
    #expect(notes.contains("after step 3: \(warning)"), "\(notes)")
    let records = try RunLog.records(of: log)
    #expect(records.contains { $0["warning"]?.stringValue == warning })
    #expect(records.compactMap { $0["loss"] == nil ? nil : $0["step"]?.integerValue } == [1, 4])
  }

  /// Settings that do not affect the result may change: the disk is full, and fewer checkpoints are to be kept.
  @Test func aRunGoesOnWithOtherCheckpointsAndAnotherCache() throws {
    _ = try checkpoint(after: 3)
    let moved = ["checkpoint={every: 1, keep: 3}", "cache=null"]
    #expect(try train(resume: true, overrides: moved).contains("going on after step 3 of 4"))
    let stored = String(decoding: try Files.read(Files.join(run, "recipe.yaml")), as: UTF8.self)
    #expect(stored.contains("keep: 3") && !stored.contains("megabytes"))
    #expect(throws: FileError.self) { try train(resume: true, overrides: ["seed=18"]) }
  }

  /// A run that is stopped in the evaluation after a step makes it when it goes on.
  @Test func anEvaluationThatWasCutOffIsMadeWhenTheRunGoesOn() throws {
    let whole = try train()
    let result = try Files.read(Files.join(run, "log.jsonl"))
    #expect(whole.count { $0.hasPrefix("after step 2: ") } == 1)
    try Files.remove(run)
    // The step of an evaluation is the last that is taken before the run is asked to stop.
    let checkpoint = try checkpoint(after: 2)
    let progress = String(decoding: try Files.read(Files.join(checkpoint, "progress.json")), as: UTF8.self)
    #expect(progress.contains("\"settledStep\":1"), "\(progress)")
    let rest = try train(resume: true)
    #expect(rest.count { $0.hasPrefix("after step 2: ") } == 1, "\(rest)")
    func steps(_ log: [UInt8]) throws -> [[JSONValue?]] {
      try log.split(separator: UInt8(ascii: "\n")).map { line in
        let object = try #require(try JSONReader.parse(Array(line)).objectValue)
        return [object["step"], object["loss"], object["dev"]]
      }
    }
    #expect(try steps(Files.read(Files.join(run, "log.jsonl"))) == steps(result))
  }
}
