import Datasets
import TestSupport
import Testing

@Suite struct RankingGroupTests {
  private let rows = [
    TrainingRow(query: "a", positive: "A", negatives: ["x", "A2", "y"], scores: [4, 3, 2, 1]),
    TrainingRow(query: "a", positive: "A2", negatives: ["z"]), TrainingRow(query: "b", positive: "B"),
  ]

  @Test func aRowIsAGroupWithoutWhatOtherRowsContradict() {
    let groups = RankingGroups(rows: rows, gathersLabels: true)
    #expect(groups.groups.map(\.documents) == [["A", "x", "y"], ["A2", "z"], ["B"]])
    #expect(groups.groups.map(\.grades) == [[1, 0, 0], [1, 0], [1]])
    #expect(groups.groups.map(\.scores) == [[4, 3, 1], nil, nil])
    #expect(groups.groups.map(\.row) == [0, 1, 2])
    #expect(groups.contradictions == 1)
    #expect(groups.groups.map(\.isOrdered) == [true, true, false])
    #expect(groups.groups.map(\.hasPositive) == [true, true, true])
  }

  @Test func labelledPairsAreGatheredByQueryOrStayAlone() {
    let pairs = [("a", "A", 1), ("b", "B", 0.5), ("a", "x", 0)].map {
      TrainingRow(query: $0.0, positive: $0.1, label: Float($0.2))
    }
    let gathered = RankingGroups(rows: pairs, gathersLabels: true).groups
    #expect(gathered.map(\.documents) == [["A", "x"], ["B"]])
    #expect(gathered.map(\.grades) == [[1, 0], [0.5]])
    let alone = RankingGroups(rows: pairs, gathersLabels: false).groups
    #expect(alone.map(\.grades) == [[1], [0.5], [0]])
    #expect(alone.map(\.row) == [0, 1, 2])
  }

  @Test func aSplitHasAGroupOfEveryJudgedQuery() throws {
    let folder = TemporaryFolder()
    try folder.write("corpus.jsonl", "{\"_id\": \"1\", \"text\": \"A\"}\n{\"_id\": \"2\", \"text\": \"B\"}\n")
    try folder.write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"a\"}\n{\"_id\": \"r\", \"text\": \"b\"}\n")
    try folder.write("qrels/train.tsv", "q\t1\t2\nr\t1\t0\nq\t2\t0\nr\t2\t-1\n")
    let collection = try Collection(folder: folder.path)
    let groups = try RankingGroups(collection: collection, split: "train", warn: ignore).groups
    #expect(groups.map(\.query) == ["a", "b"])
    #expect(groups.map(\.queryID) == ["q", "r"])
    #expect(groups.map(\.documents) == [["A", "B"], ["A"]])
    #expect(groups.map(\.grades) == [[2, 0], [0]])
    #expect(groups.map(\.hasPositive) == [true, false])
    try folder.write("qrels/odd.tsv", "q\t9\t0\n")
    #expect(throws: DatasetError.self) { try RankingGroups(collection: collection, split: "odd", warn: ignore) }
  }

  private func pool(_ count: Int) -> RankingGroups {
    RankingGroups(
      rows: (0..<count).map { row in
        TrainingRow(
          query: "q\(row)", positive: "p\(row)", negatives: (0..<6).map { "n\(row).\($0)" },
          scores: [9, 5, 4, 3, 2, 1, 0])
      }, gathersLabels: false)
  }

  @Test func negativesAreDrawnAnewInEveryEpoch() {
    let groups = pool(12)
    let epochs = (0..<3).map { groups.drawing(2, epoch: $0, seed: 7) }
    #expect(epochs.map(\.count) == [12, 12, 12])
    #expect(epochs.allSatisfy { $0.allSatisfy { $0.grades == [1, 0, 0] && $0.scores?.count == 3 } })
    #expect(Set(epochs.map { $0.map(\.documents) }).count == 3)
    #expect(groups.drawing(2, epoch: 1, seed: 7) == epochs[1])
    #expect(groups.drawing(2, epoch: 1, seed: 8) != epochs[1])
    #expect(groups.drawing(9, epoch: 0, seed: 7) == groups.groups)
    for (group, drawn) in zip(groups.groups, epochs[0]) {
      for (text, score) in zip(drawn.documents, drawn.scores ?? []) {
        #expect(group.documents.firstIndex(of: text).flatMap { group.scores?[$0] } == score)
      }
    }
  }

  @Test func easyNegativesOfTheBatchComeFromOtherGroupsOfTheStep() {
    let groups = pool(12)
    let easy = EasyNegatives(share: 0.5, groups: groups, isInBatch: true)
    let batches = [[0, 5, 7], [1, 2, 3, 4], [6, 8, 9, 10, 11]]
    let drawn = groups.drawing(4, easy: easy, batches: batches, epoch: 0, seed: 7)
    for batch in batches {
      for place in batch {
        #expect(drawn[place].grades == [1, 0, 0, 0, 0] && Set(drawn[place].documents).count == 5)
        // Of another group's documents only those it has in this epoch are there to be drawn.
        let others = batch.filter { $0 != place }.flatMap { drawn[$0].documents.prefix(3) }
        #expect(drawn[place].documents.suffix(2).allSatisfy(others.contains))
      }
    }
    #expect(groups.drawing(4, easy: easy, batches: batches, epoch: 0, seed: 7) == drawn)
    #expect(groups.drawing(4, easy: easy, batches: batches.reversed(), epoch: 0, seed: 7) == drawn)
    // A positive of the same query is no negative, wherever it stands.
    let few = RankingGroups(rows: rows, gathersLabels: false)
    let own = few.drawing(
      9, easy: EasyNegatives(share: 1, groups: few, isInBatch: true), batches: [[0, 1, 2]], epoch: 0, seed: 1)
    #expect(own[0].documents == ["A", "B"] && own[1].documents == ["A2", "B"])
  }

  @Test func easyNegativesTakeTheirShareAndNeverFit() {
    let groups = pool(12)
    let easy = EasyNegatives(share: 0.5, groups: groups)
    let epoch = groups.drawing(4, easy: easy, epoch: 0, seed: 7)
    #expect(epoch.count == 12)
    for group in epoch {
      let own = groups.groups[group.row].documents
      #expect(group.grades == [1, 0, 0, 0, 0] && group.scores == nil)
      #expect(group.documents.dropFirst().count { own.contains($0) } == 2)
      #expect(Set(group.documents).count == 5)
    }
    // A positive of the same query in another group, the query itself and blank texts are never drawn; a pool of one is used up.
    let few = RankingGroups(rows: rows, gathersLabels: false)
    let corpus = EasyNegatives(share: 1, documents: ["A", "A2", "a", " ", "far"], groups: few)
    let drawn = few.drawing(3, easy: corpus, epoch: 0, seed: 1)
    #expect(drawn[0].documents == ["A", "far"])
    #expect(drawn[1].documents == ["A2", "far"])
    #expect(drawn[2].documents.first == "B" && drawn[2].documents.count == 4)
  }
}
