import Files
import Foundation
import TestSupport
import Testing

/// Which folder of the Hub's cache is meant, and which links may lead out of a snapshot.
@Suite struct HubCacheTests {
  private let root = TemporaryFolder()

  private func snapshot(_ name: String) throws -> String? { try HubCache.snapshot(in: root.file(name)) }

  @Test func onlyTheFolderOfARepositoryHasASnapshot() throws {
    try root.write("models--x--y/snapshots/abc/config.json", "{}")
    try root.write("other/snapshots/abc/config.json", "{}")
    #expect(try snapshot("models--x--y") == root.file("models--x--y/snapshots/abc"))
    #expect(try snapshot("models--x--y/") == root.file("models--x--y/snapshots/abc"))
    #expect(try snapshot("models--x--y/snapshots/abc") == nil)
    #expect(try snapshot("other") == nil)
    #expect(try snapshot("nowhere") == nil)
  }

  @Test func theBranchDecidesBetweenRevisions() throws {
    for revision in ["abc", "def"] { try root.write("models--x--y/snapshots/\(revision)/config.json", "{}") }
    func refusal() -> String? { message { _ = try snapshot("models--x--y") } }
    let expected = "the cache of the Hub has no revision main here; give the folder of one of snapshots: abc, def"
    #expect(refusal()?.hasSuffix(expected) == true)
    try root.write("models--x--y/refs/main", "abc\n")
    #expect(try snapshot("models--x--y") == root.file("models--x--y/snapshots/abc"))
    try root.write("models--x--y/refs/main", "gone")
    #expect(refusal()?.hasSuffix(expected) == true)
    try root.write("models--x--z/snapshots/.keep", "")
    #expect(message { _ = try snapshot("models--x--z") }?.hasSuffix("one of snapshots: none") == true)
  }

  @Test func aSnapshotHoldsItsFilesAndItsBlobs() throws {
    let inner = root.file("models--x--y/snapshots/abc/0_Transformer")
    try root.write("models--x--y/snapshots/abc/0_Transformer/own", "x")
    try root.write("models--x--y/blobs/blob", "x")
    try root.write("models--x--y/blobs/deeper/blob", "x")
    try root.write("models--x--z/blobs/blob", "x")
    try root.write("plain/own", "x")
    try root.write("blobs/blob", "x")
    func link(_ target: String, in folder: String) throws -> Bool {
      let path = Files.join(folder, "link")
      try? Files.remove(path)
      #expect(symlink(target, path) == 0)
      return try HubCache.holds(path, in: folder)
    }
    #expect(try HubCache.holds(Files.join(inner, "own"), in: inner))
    #expect(try link("own", in: inner))
    #expect(try link("../../../blobs/blob", in: inner))
    #expect(try !link("../../../blobs/deeper/blob", in: inner))
    #expect(try !link("../../../../models--x--z/blobs/blob", in: inner))
    #expect(try !link("../../../../plain/own", in: inner))
    #expect(try link("own", in: root.file("plain")))
    #expect(try !link("../blobs/blob", in: root.file("plain")))
    #expect(throws: FileError.self) { try link("../../../blobs/gone", in: inner) }
  }
}
