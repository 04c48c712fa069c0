import Files
import JSONText
import TestSupport
import Testing

@testable import Runs

@Suite struct RunFolderTests {
  private let recipe = "seed: 17\noptimizer:\n  rate: 2e-05\n"
  private let other = "seed: 18\noptimizer:\n  rate: 2e-05\n  clip: 1.0\n"

  private func open(_ path: String, _ recipe: String, inputs: [RunInput] = [], resume: Bool = false) throws -> RunFolder
  {
    try RunFolder(path, recipe: recipe, inputs: inputs, resume: resume)
  }

  private func refusal(_ body: () throws -> RunFolder) throws -> String {
    do {
      _ = try body()
      return ""
    } catch let error as FileError {
      return error.description
    }
  }

  @Test func aNewFolderGetsTheRecipe() throws {
    let parent = TemporaryFolder()
    let folder = try open(parent.file("a/b"), recipe)
    #expect(try Files.list(folder.path) == ["inputs.json", "recipe.yaml", "run.lock"])
    #expect(try Files.read(folder.file("recipe.yaml")) == Array(recipe.utf8))
  }

  @Test func aFolderIsUsedByOneProcessAtATime() throws {
    let parent = TemporaryFolder()
    let folder = try open(parent.file("run"), recipe)
    do {
      _ = try open(folder.path, recipe, resume: true)
      Issue.record("two runs in one folder")
    } catch let error as FileError {
      #expect(error.kind == .temporary)
    }
  }

  @Test func aRunThatNeverBeganIsReplaced() throws {
    let parent = TemporaryFolder()
    _ = try open(parent.file("run"), recipe)
    let folder = try open(parent.file("run"), other)
    #expect(try Files.read(folder.file("recipe.yaml")) == Array(other.utf8))
  }

  @Test func anInterruptedRunIsGoneOnWithOnlyOnRequest() throws {
    let parent = TemporaryFolder()
    let path = parent.file("run")
    try Files.write("", to: try open(path, recipe).file("log.jsonl"))
    #expect(
      try refusal { try open(path, recipe) }
        == "\(path) holds an interrupted run; go on with --resume, set output.folder to a new one, or remove this one")
    guard case .open = try open(path, recipe, resume: true).state else {
      Issue.record("not open")
      return
    }
  }

  @Test func aFinishedRunIsNeverOverwritten() throws {
    let parent = TemporaryFolder()
    let path = parent.file("run")
    try open(path, recipe).finish(["status": "finished"])
    #expect(
      try refusal { try open(path, recipe) }
        == "\(path) holds a finished run; a run has a folder of its own: set output.folder to a new one, or remove this one"
    )
    guard case .finished(let result) = try open(path, recipe, resume: true).state else {
      Issue.record("not finished")
      return
    }
    #expect(result == ["status": "finished"])
  }

  @Test func resumingNeedsTheSameSettings() throws {
    let parent = TemporaryFolder()
    let path = parent.file("run")
    try Files.write("", to: try open(path, recipe).file("log.jsonl"))
    #expect(
      try refusal { try open(path, other, resume: true) }
        == "\(path) holds a run of other settings ('seed' was '17', is '18', 'optimizer.clip' is new); --resume needs the "
        + "same ones, or choose a new output folder")
  }

  @Test func resumingNeedsTheSameContent() throws {
    let parent = TemporaryFolder()
    let path = parent.file("run")
    let (first, second, third) = (parent.file("first"), parent.file("second"), parent.file("model"))
    try Files.makeFolder(third)
    for file in [first, second, parent.file("model/config.json")] { try Files.write("content", to: file) }
    let inputs: [RunInput] = [.file(first), .file(second), .model(third), .file(first)]
    let folder = try open(path, recipe, inputs: inputs)
    #expect(folder.inputs.files.map(\.path) == [first, second, parent.file("model/config.json")])
    try folder.finish(["status": "finished"])
    let stored = try Files.read(parent.file("run/inputs.json"))
    let key = try JSONReader.parse(stored).objectValue?["key"]?.stringValue
    let settings = "seed = 17\noptimizer.rate = 2e-05"
    #expect(key == folder.inputs.key(settings: settings) && key != folder.inputs.key(settings: other))
    #expect(key != (try InputDigests(of: [.file(first)]).key(settings: settings)))
  }

  @Test func differencesOfContentAreNamed() throws {
    let parent = TemporaryFolder()
    let path = parent.file("run")
    let (first, model) = (parent.file("first"), parent.file("model"))
    try Files.makeFolder(parent.file("model/1_Pooling"))
    for file in [first, parent.file("model/config.json"), parent.file("model/1_Pooling/config.json")] {
      try Files.write("content", to: file)
    }
    let inputs: [RunInput] = [.file(first), .model(model)]
    try open(path, recipe, inputs: inputs).finish(["status": "finished"])
    // What loading a model does not read, and what says where it comes from, is no input.
    for name in ["README.md", "hone.json", HubOrigin.name, ".cache.json", "model.onnx"] {
      try Files.write("other", to: Files.join(model, name))
    }
    guard case .finished = try open(path, recipe, inputs: inputs, resume: true).state else {
      Issue.record("not finished")
      return
    }
    try Files.write("other", to: parent.file("model/1_Pooling/config.json"))
    try Files.remove(parent.file("model/config.json"))
    try Files.write("{}", to: parent.file("model/vocab.txt"))
    let error = try #require(throws: RunError.self) { try open(path, recipe, inputs: inputs, resume: true) }
    #expect(error.kind == .badData)
    #expect(
      error.description
        == "\(path) holds a run of other data (\(model)/1_Pooling/config.json has other content, \(model)/vocab.txt is new, "
        + "\(model)/config.json is gone); --resume needs the same content, or choose a new output folder")
    try Files.remove(parent.file("run/inputs.json"))
    #expect(throws: RunError.self) { try open(path, recipe, inputs: inputs, resume: true) }
  }

  @Test func aFolderOfSomethingElseIsRefused() throws {
    let parent = TemporaryFolder()
    try Files.write("mine", to: parent.file("thesis.txt"))
    #expect(
      try refusal { try open(parent.path, recipe) }
        == "\(parent.path) is not empty and holds no run; choose a new output folder")
  }

  // MARK: - What is left

  private struct Failed: Error {}

  @Test func workThatFailsBeforeItMakesAnythingLeavesNoFolder() throws {
    let parent = TemporaryFolder()
    let folder = try open(parent.file("a/b/run"), recipe)
    #expect(throws: Failed.self) { try folder.work { throw Failed() } }
    #expect(try Files.list(parent.path) == [])
  }

  @Test func workThatHasMadeSomethingKeepsItsFolder() throws {
    let parent = TemporaryFolder()
    let folder = try open(parent.file("run"), recipe)
    #expect(throws: Failed.self) {
      try folder.work {
        try Files.write("q1 Q0 d1 1 2 base", to: folder.file("base.dev.run"))
        throw Failed()
      }
    }
    #expect(try Files.list(folder.path) == ["base.dev.run", "inputs.json", "recipe.yaml", "run.lock"])
  }

  @Test func aFolderThatWasThereBeforeStays() throws {
    let parent = TemporaryFolder()
    try Files.makeFolder(parent.file("run"))
    let folder = try open(parent.file("run"), recipe)
    #expect(throws: Failed.self) { try folder.work { throw Failed() } }
    #expect(try Files.list(parent.path) == ["run"] && Files.list(parent.file("run")) == [])
  }

  @Test func refusalsLeaveNoLock() throws {
    let parent = TemporaryFolder()
    let missing = RunInput.file(parent.file("none"))
    #expect(throws: FileError.self) { try open(parent.file("a/run"), recipe, inputs: [missing]) }
    try parent.write("other/thesis.txt", "mine")
    #expect(throws: FileError.self) { try open(parent.file("other"), recipe) }
    #expect(try Files.list(parent.path) == ["other"] && Files.list(parent.file("other")) == ["thesis.txt"])
  }

  /// A process that died left the temporary name of a file behind, before the file had its own.
  @Test func whatACrashLeavesIsNoContent() throws {
    let parent = TemporaryFolder()
    try parent.write("run/.tmp-17-0", "recipe: tr")
    #expect(try open(parent.file("run"), recipe).isContinued == false)
  }

  // MARK: - Going on

  @Test func aCheckpointWithoutALogIsARunToGoOnWith() throws {
    let parent = TemporaryFolder()
    let path = parent.file("run")
    try Files.makeFolder(try open(path, recipe).file("checkpoint-3"))
    #expect(throws: FileError.self) { try open(path, recipe) }
    #expect(try open(path, recipe, resume: true).isContinued)
  }

  @Test func settingsThatDoNotAffectTheResultMayChange() throws {
    let parent = TemporaryFolder()
    let path = parent.file("run")
    let batch = "seed: 17\nbatch:\n  queries: 3\n"
    let (before, after) = (batch + "checkpoint:\n  every: 5\n", batch + "  recompute: true\ncache:\n  folder: c\n")
    func open(_ recipe: String) throws -> RunFolder {
      try RunFolder(path, recipe: recipe, inputs: [], free: ["cache", "checkpoint", "batch.recompute"], resume: true)
    }
    try Files.write("", to: try open(before).file("log.jsonl"))
    #expect(try open(after).isContinued)
    #expect(try Files.read(Files.join(path, "recipe.yaml")) == Array(after.utf8))
    for other in [after.replacing("17", with: "18"), after.replacing("3", with: "4"), "seed: 17\nrecompute: true\n"] {
      #expect(throws: FileError.self) { try open(other) }
    }
  }

  /// A folder that was moved, or is named otherwise, holds the same run.
  @Test func thePlaceOfARunIsNoPartOfIt() throws {
    let parent = TemporaryFolder()
    func recipe(_ folder: String, rate: String = "1e-05") -> String {
      "seed: 17\noptimizer:\n  rate: \(rate)\noutput:\n  folder: \(folder)\n  weights: last\n"
    }
    func open(_ folder: String, _ recipe: String) throws -> RunFolder {
      try RunFolder(folder, recipe: recipe, inputs: [], free: ["cache", "output.folder"], resume: true)
    }
    func key(_ folder: String) throws -> String? {
      try JSONReader.parse(Files.read(Files.join(folder, "inputs.json"))).objectValue?["key"]?.stringValue
    }
    let (first, second) = (parent.file("a"), parent.file("b"))
    try Files.write("", to: try open(first, recipe("a")).file("log.jsonl"))
    let before = try key(first)
    try Files.copyFolder(first, to: second)
    #expect(try open(second, recipe("b")).isContinued)
    #expect(try open("\(first)/", recipe("./a/")).isContinued)
    #expect(try before != nil && key(first) == before && key(second) == before)
    let error = try #require(throws: FileError.self) { try open(second, recipe("b", rate: "1e-04")) }
    #expect(error.kind == .cannotCreate && error.description.contains("'optimizer.rate' was '1e-05', is '1e-04'"))
    #expect(throws: FileError.self) { try open(second, recipe("b").replacing("last", with: "best")) }
  }

  @Test func aRunOfAnotherVersionIsNotGoneOnWith() throws {
    let parent = TemporaryFolder()
    let path = parent.file("run")
    try Files.write("", to: try open(path, recipe).file("log.jsonl"))
    let inputs = String(decoding: try Files.read(parent.file("run/inputs.json")), as: UTF8.self)
    try Files.write(inputs.replacing("\"\(Hone.version)\"", with: "\"0.0.9\""), to: parent.file("run/inputs.json"))
    let error = try #require(throws: RunError.self) { try open(path, recipe, resume: true) }
    #expect(error.kind == .badData)
    #expect(
      error.description
        == "\(path) holds a run that hone 0.0.9 began, this is \(Hone.version); end it with that one, or choose a new "
        + "output folder")
    for damaged in ["", "[]", "{\"files\": 3}", "{\"files\": [{\"path\": 1}]}"] {
      try Files.write(damaged, to: parent.file("run/inputs.json"))
      let error = try #require(throws: RunError.self, "\(damaged)") { try open(path, recipe, resume: true) }
      #expect(error.description.hasPrefix("\(path) does not say what its run has read (inputs.json)"), "\(error)")
    }
  }
}
