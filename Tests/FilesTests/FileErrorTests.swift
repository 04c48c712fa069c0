import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The sentences a user reads, word for word.
@Suite struct FileErrorTests {
  let folder = TemporaryFolder()

  private func error(_ action: () throws -> Void) throws -> FileError {
    try #require(throws: FileError.self) { try action() }
  }

  private func expect(_ error: FileError, _ description: String, _ kind: FailureKind) {
    #expect(error.description == description)
    #expect(error.kind == kind)
  }

  @Test func exitCodesAreThoseOfSysexits() {
    #expect(FailureKind.allCases.map(\.rawValue) == [64, 65, 66, 70, 73, 74, 75, 78])
  }

  @Test func reading() throws {
    let missing = folder.file("no/file")
    expect(
      try error { _ = try Files.read(missing) }, "cannot read \(missing): no such file or folder; check the path",
      .missingInput)
    expect(
      try error { _ = try Files.read(folder.path) }, "cannot read \(folder.path): it is a folder; name a file",
      .missingInput)
    expect(
      try error { _ = try Files.read("") }, "cannot read \"\": no such file or folder; check the path", .missingInput)
    expect(
      try error { _ = try Files.read("a\0b") }, "cannot read a\0b: the path is not valid; check the path", .missingInput
    )
    let long = String(repeating: "x", count: 300)
    expect(
      try error { _ = try Files.read(long) }, "cannot read \(long): the path is too long; choose a shorter one",
      .missingInput)
    try Files.write("1", to: folder.file("file"))
    let through = folder.file("file/x")
    expect(
      try error { _ = try Files.read(through) },
      "cannot read \(through): a part of the path is not a folder; check the path", .missingInput)
    #expect(symlink("loop", folder.file("loop")) == 0)
    expect(
      try error { _ = try Files.read(folder.file("loop")) },
      "cannot read \(folder.file("loop")): its symbolic links go in a circle; repair the links", .missingInput)
    expect(
      try error { _ = try Files.size(folder.path) }, "cannot read \(folder.path): it is a folder; name a file",
      .missingInput)
    expect(
      try error { _ = try Files.list(missing) },
      "cannot list the folder \(missing): no such file or folder; check the path", .missingInput)
    #expect(try error { _ = try Files.read(missing) }.path == missing)
  }

  @Test func writing() throws {
    let missing = folder.file("no/file")
    expect(
      try error { try Files.write("1", to: missing) },
      "cannot write \(missing): no such file or folder; check the path",
      .cannotCreate)
    expect(
      try error { try Files.write("1", to: folder.path) }, "cannot write \(folder.path): it is a folder; name a file",
      .cannotCreate)
    let slash = folder.file("new/")
    expect(
      try error { try Files.write("1", to: slash) }, "cannot write \(slash): it is a folder; name a file", .cannotCreate
    )
    expect(
      try error { try Files.write("1", to: "/dev/null") },
      "cannot write /dev/null: it is a device or a pipe; name a file", .cannotCreate)
    #expect(symlink("nowhere", folder.file("dangling")) == 0)
    let dangling = folder.file("dangling")
    expect(
      try error { try Files.write("1", to: dangling) },
      "cannot write \(dangling): no such file or folder; check the path", .cannotCreate)
    try Files.write("1", to: folder.file("file"))
    expect(
      try error { try Files.makeFolder(folder.file("file")) },
      "cannot make the folder \(folder.file("file")): it exists already; remove it or choose another name",
      .cannotCreate)
    expect(
      try error { try Files.makeFolder(folder.file("file/x/y")) },
      "cannot make the folder \(folder.file("file/x/y")): a part of the path is not a folder; check the path",
      .cannotCreate)
    expect(
      try error { try Files.makeFolder("") }, "cannot make the folder \"\": no such file or folder; check the path",
      .cannotCreate)
    expect(
      try error { try Files.remove("") }, "cannot remove \"\": no such file or folder; check the path", .cannotCreate)
    expect(
      try error { try Files.synchronizeFolder(missing) },
      "cannot synchronize the folder \(missing): no such file or folder; check the path", .cannotCreate)
  }

  @Test(.disabled(if: geteuid() == 0, "the superuser may read and write everything, so there is no permission to deny"))
  func rights() throws {
    let path = folder.file("closed")
    try Files.write("1", to: path)
    #expect(chmod(path, 0) == 0)
    expect(
      try error { _ = try Files.read(path) },
      "cannot read \(path): permission denied; check the rights on it and on its folder", .missingInput)
    #expect(chmod(folder.path, 0o500) == 0)
    expect(
      try error { try Files.write("1", to: folder.file("new")) },
      "cannot write \(folder.file("new")): permission denied; check the rights on it and on its folder", .cannotCreate)
    #expect(chmod(folder.path, 0o700) == 0)
  }
}
