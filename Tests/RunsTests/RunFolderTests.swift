import Files
import JSONText
import TestSupport
import Testing

@testable import Runs

@Suite struct RunFolderTests {
  private let recipe = "seed: 17\noptimizer:\n  rate: 2e-05\n"
  private let other = "seed: 18\noptimizer:\n  rate: 2e-05\n  clip: 1.0\n"

  private func open(_ path: String, _ recipe: String, resume: Bool = false) throws -> RunFolder {
    try RunFolder(path, recipe: recipe, resume: resume)
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
    #expect(try Files.list(folder.path) == ["recipe.yaml", "run.lock"])
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

  @Test func aFolderOfSomethingElseIsRefused() throws {
    let parent = TemporaryFolder()
    try Files.write("mine", to: parent.file("thesis.txt"))
    #expect(
      try refusal { try open(parent.path, recipe) }
        == "\(parent.path) is not empty and holds no run; choose a new output folder")
  }
}
