import TestSupport
import Testing

@testable import Files

@Suite struct DurableFolderTests {
  private struct Mistake: Error {}

  private func write(_ text: String, to path: String, exchanges: Bool = true) throws {
    var folder = DurableFolder(path)
    folder.exchanges = exchanges
    try folder.write { draft in
      for name in ["a", "b"] { try Files.write("\(text) \(name)", to: Files.join(draft, name)) }
    }
  }

  /// The text that a folder was written with; nil where it is missing or not whole.
  private func text(of path: String) -> String? {
    let texts = ["a", "b"].map { name in
      (try? Files.read(Files.join(path, name))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
    return ["old", "new"].first { texts == ["\($0) a", "\($0) b"] }
  }

  /// Stops before every change of a replacement and looks what is there, at once and after the next process has looked after it.
  @Test(arguments: [true, false])
  func aCrashAtAnyMomentLeavesTheOldFolderOrTheNewOne(_ exchanges: Bool) throws {
    var crashPoints = 0
    var didFinish = false
    var last: String?
    while !didFinish {
      let parent = TemporaryFolder()
      let path = parent.file("model")
      try write("old", to: path)
      didFinish = try !Crash.before(change: crashPoints) { try write("new", to: path, exchanges: exchanges) }
      if !didFinish { crashPoints += 1 }
      let found = text(of: path)
      if exchanges { #expect(found != nil, "after \(crashPoints) changes") }
      #expect(found != nil || text(of: parent.file(".old-model")) == "old", "after \(crashPoints) changes")
      try DurableFolder(path).recover()
      let recovered = text(of: path)
      #expect(recovered != nil && (found == nil || recovered == found), "after \(crashPoints) changes")
      #expect(!(last == "new" && recovered == "old"), "what was replaced came back")
      last = recovered
      #expect(try Files.list(parent.path) == ["model"])
    }
    #expect(last == "new")
    #expect(crashPoints == (exchanges ? 17 : 20))
  }

  @Test func aCrashLeavesNoNewFolderOrAWholeOne() throws {
    var crashPoints = 0
    var didFinish = false
    while !didFinish {
      let parent = TemporaryFolder()
      let path = parent.file("model")
      didFinish = try !Crash.before(change: crashPoints) { try write("new", to: path) }
      if !didFinish { crashPoints += 1 }
      #expect(!Files.exists(path) || text(of: path) == "new", "after \(crashPoints) changes")
      // The next writing clears up.
      try write("new", to: path)
      #expect(try Files.list(parent.path) == ["model"])
    }
    #expect(crashPoints == 14)
  }

  @Test func contentThatFailsLeavesTheOldFolder() throws {
    let parent = TemporaryFolder()
    let path = parent.file("model")
    try write("old", to: path)
    #expect(throws: Mistake.self) { try DurableFolder(path).write { _ in throw Mistake() } }
    #expect(text(of: path) == "old")
  }

  @Test func leftoversOfOtherFoldersStay() throws {
    let parent = TemporaryFolder()
    let names = [".tmp-model-384-17", ".tmp-model-x", ".tmp-other-17", ".trash-other"]
    for name in names + [".tmp-model-17", ".trash-model"] { try Files.makeFolder(parent.file(name)) }
    try DurableFolder(parent.file("model")).recover()
    #expect(try Files.list(parent.path) == names.sorted())
  }

  @Test func aFolderThatIsRemovedIsNeverHalfThere() throws {
    var crashPoints = 0
    var didFinish = false
    while !didFinish {
      let parent = TemporaryFolder()
      let path = parent.file("model")
      try write("old", to: path)
      didFinish = try !Crash.before(change: crashPoints) { try DurableFolder(path).remove() }
      if !didFinish { crashPoints += 1 }
      #expect(!Files.exists(path) || text(of: path) == "old")
    }
    #expect(crashPoints == 5)
  }
}
