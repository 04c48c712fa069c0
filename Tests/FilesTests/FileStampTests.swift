import Testing

@testable import Files

@Suite struct FileStampTests {
  @Test func onlyAStampThatIsOldEnoughIsProof() {
    func stamp(modified: Int, changed: Int) -> FileStamp {
      FileStamp(
        volume: 1, number: 2, size: 3, modified: FileStamp.Time(seconds: modified, nanoseconds: 0),
        changed: FileStamp.Time(seconds: changed, nanoseconds: 0))
    }
    #expect(stamp(modified: 100, changed: 100).isProof(at: 103))
    #expect(!stamp(modified: 100, changed: 100).isProof(at: 101))
    // Times of modification can be set; those of change cannot.
    #expect(!stamp(modified: 100, changed: 102).isProof(at: 103))
  }
}
