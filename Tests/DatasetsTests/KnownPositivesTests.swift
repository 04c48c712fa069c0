import Datasets
import Testing

@Suite struct KnownPositivesTests {
  @Test func byText() {
    let rows = [
      TrainingRow(query: "a", positive: "1", negatives: ["2", "4"]), TrainingRow(query: "a", positive: "2"),
      TrainingRow(query: "b", positive: "3", negatives: ["1"]), TrainingRow(query: "c", positive: "1"),
    ]
    let known = KnownPositives(rows: rows)
    #expect(known.contains(.positive(ofRow: 0), forQueryOf: 0))
    #expect(known.contains(.positive(ofRow: 1), forQueryOf: 0))
    #expect(known.contains(.positive(ofRow: 3), forQueryOf: 0))
    #expect(!known.contains(.positive(ofRow: 2), forQueryOf: 0))
    #expect(known.contains(.negative(0, ofRow: 0), forQueryOf: 0))
    #expect(!known.contains(.negative(1, ofRow: 0), forQueryOf: 0))
    #expect(known.contains(.negative(0, ofRow: 2), forQueryOf: 1))
    #expect(!known.contains(.negative(0, ofRow: 2), forQueryOf: 2))
  }

  @Test func byIdentifier() {
    let rows = [
      TrainingRow(query: "a", queryID: "q1", positive: "1", positiveID: "d1"),
      TrainingRow(query: "A, reworded", queryID: "q1", positive: "2", positiveID: "d2"),
      TrainingRow(query: "b", queryID: "q2", positive: "1, edited", positiveID: "d1"),
      TrainingRow(query: "c", queryID: "q3", positive: "3", positiveID: "d3", negatives: ["x"], negativeIDs: ["d2"]),
    ]
    let known = KnownPositives(rows: rows)
    #expect(known.contains(.positive(ofRow: 1), forQueryOf: 0))
    #expect(known.contains(.positive(ofRow: 2), forQueryOf: 0))
    #expect(known.contains(.positive(ofRow: 2), forQueryOf: 1))
    #expect(known.contains(.negative(0, ofRow: 3), forQueryOf: 0))
    #expect(!known.contains(.positive(ofRow: 3), forQueryOf: 0))
    #expect(!known.contains(.positive(ofRow: 1), forQueryOf: 2))
  }

  @Test func textsAreEqualOnlyByBytes() {
    let rows = [
      TrainingRow(query: "\u{E9}", positive: "1"), TrainingRow(query: "e\u{301}", positive: "2"),
    ]
    #expect(!KnownPositives(rows: rows).contains(.positive(ofRow: 1), forQueryOf: 0))
  }
}
