import Datasets
import TestSupport
import Testing

@Suite struct RankingGroupTests {
  private let rows = [
    TrainingRow(query: "a", positive: "A", negatives: ["x", "A2", "y"], scores: [4, 3, 2, 1]),
    TrainingRow(query: "a", positive: "A2", negatives: ["z"]), TrainingRow(query: "b", positive: "B"),
  ]

  @Test func aRowIsAGroupWithoutWhatOtherRowsContradict() {
    let groups = RankingGroups(rows: rows, gathersLabels: true, source: "rows.jsonl")
    #expect(groups.groups.map(\.documents) == [["A", "x", "y"], ["A2", "z"], ["B"]])
    #expect(groups.groups.map(\.grades) == [[1, 0, 0], [1, 0], [1]])
    #expect(groups.groups.map(\.scores) == [[4, 3, 1], nil, nil])
    #expect(groups.groups.map(\.row) == [0, 1, 2])
    #expect(
      groups.warnings == [
        "rows.jsonl: 1 negative left out, which the rows name as a positive of the same query, for example \"A2\" of row 1, "
          + "\"a\""
      ])
    #expect(groups.groups.map(\.isOrdered) == [true, true, false])
    #expect(groups.groups.map(\.hasPositive) == [true, true, true])
  }

  @Test func labelledPairsAreGatheredByQueryOrStayAlone() {
    let pairs = [("a", "A", 1), ("b", "B", 0.5), ("a", "x", 0)].map {
      TrainingRow(query: $0.0, positive: $0.1, label: Float($0.2))
    }
    let gathered = RankingGroups(rows: pairs, gathersLabels: true, source: "rows.jsonl").groups
    #expect(gathered.map(\.documents) == [["A", "x"], ["B"]])
    #expect(gathered.map(\.grades) == [[1, 0], [0.5]])
    let alone = RankingGroups(rows: pairs, gathersLabels: false, source: "rows.jsonl").groups
    #expect(alone.map(\.grades) == [[1], [0.5], [0]])
    #expect(alone.map(\.row) == [0, 1, 2])
  }

  /// Two queries that differ in punctuation are two groups, and a document of both labels is a positive.
  @Test func pairsAreGatheredByTheQueryAsItIsWritten() {
    let pairs = [("root of -5", "A", 1), ("root of 5", "B", 1), ("root of 5", "b.", 0), ("root of 5", "C", 0)].map {
      TrainingRow(query: $0.0, positive: $0.1, label: Float($0.2))
    }
    let gathered = RankingGroups(rows: pairs, gathersLabels: true, source: "rows.jsonl")
    #expect(gathered.groups.map(\.documents) == [["A"], ["B", "C"]])
    #expect(
      gathered.warnings == [
        "rows.jsonl: 1 negative left out, which the rows name as a positive of the same query, for example \"b.\" of query "
          + "\"root of 5\""
      ])
    #expect(RankingGroups(rows: pairs, gathersLabels: false, source: "rows.jsonl").groups.count == 4)
  }

  @Test func aSplitHasAGroupOfEveryJudgedQuery() throws {
    let folder = TemporaryFolder()
    try folder.write("corpus.jsonl", "{\"_id\": \"1\", \"text\": \"A\"}\n{\"_id\": \"2\", \"text\": \"B\"}\n")
    try folder.write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"a\"}\n{\"_id\": \"r\", \"text\": \"b\"}\n")
    try folder.write("qrels/train.tsv", "q\t1\t2\nr\t1\t0\nq\t2\t0\nr\t2\t-1\n")
    let collection = try Collection(folder: folder.path)
    let groups = try RankingGroups(collection: collection, split: "train").groups
    #expect(groups.map(\.query) == ["a", "b"])
    #expect(groups.map(\.queryID) == ["q", "r"])
    #expect(groups.map(\.documents) == [["A", "B"], ["A"]])
    #expect(groups.map(\.grades) == [[2, 0], [0]])
    #expect(groups.map(\.hasPositive) == [true, false])
    try folder.write("qrels/odd.tsv", "q\t9\t0\n")
    #expect(throws: DatasetError.self) { try RankingGroups(collection: collection, split: "odd") }
  }

  @Test func whatHasNoTextOrIsJudgedBothWaysIsLeftOut() throws {
    let folder = TemporaryFolder()
    try folder.write(
      "corpus.jsonl",
      """
      {"_id": "1", "text": "A"}
      {"_id": "2", "title": "", "text": "\\n"}
      {"_id": "3", "text": "a."}
      {"_id": "4", "text": "C"}

      """)
    try folder.write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"one\"}\n")
    try folder.write("qrels/train.tsv", "q\t3\t0\nq\t1\t2\nq\t2\t1\nq\t9\t0\nr\t1\t1\nq\t4\t0\n")
    let groups = try RankingGroups(collection: Collection(folder: folder.path), split: "train")
    #expect(groups.groups.map(\.documents) == [["A", "C"]] && groups.groups.map(\.grades) == [[2, 0]])
    #expect(
      groups.warnings.map(folder.shortened) == [
        "qrels/train.tsv: 3 judgments left out: 1 of a query that queries.jsonl lacks (\"r\" in line 5), 1 of a document that corpus.jsonl "
          + "lacks (\"9\" in line 4), 1 of a document with neither title nor text (\"2\" in line 3)",
        "qrels/train.tsv: 1 negative left out, which the rows name as a positive of the same query, for example \"a.\" of query \"q\"",
      ])
    // Another corpus says what the identifiers mean.
    let other = try TemporaryFolder().corpus("{\"_id\": \"4\", \"title\": \"D\", \"text\": \"C\"}\n")
    let meant = try RankingGroups(collection: Collection(folder: folder.path), split: "train", corpus: other)
    #expect(meant.groups.map(\.documents) == [["A", "D C"]])
  }

  private func pool(_ count: Int) -> RankingGroups {
    RankingGroups(
      rows: (0..<count).map { row in
        TrainingRow(
          query: "q\(row)", positive: "p\(row)", negatives: (0..<6).map { "n\(row).\($0)" },
          scores: [9, 5, 4, 3, 2, 1, 0])
      }, gathersLabels: false, source: "rows.jsonl")
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
    let few = RankingGroups(rows: rows, gathersLabels: false, source: "rows.jsonl")
    let own = few.drawing(
      9, easy: EasyNegatives(share: 1, groups: few, isInBatch: true), batches: [[0, 1, 2]], epoch: 0, seed: 1)
    #expect(own[0].documents == ["A", "B"] && own[1].documents == ["A2", "B"])
  }

  @Test func easyNegativesTakeTheirShareAndNeverFit() throws {
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
    let few = RankingGroups(rows: rows, gathersLabels: false, source: "rows.jsonl")
    let texts = ["A", "A2", "a.", " ", "far"]
    let lines = texts.enumerated().map { "{\"_id\": \"\($0)\", \"text\": \"\($1)\"}\n" }.joined()
    let titled = "{\"_id\": \"t\", \"title\": \"title\", \"text\": \"a2\"}\n"
    let corpus = EasyNegatives(share: 1, corpus: try TemporaryFolder().corpus(lines + titled), groups: few)
    let drawn = few.drawing(5, easy: corpus, epoch: 0, seed: 1)
    #expect(drawn[0].documents == ["A", "far"])
    #expect(drawn[1].documents == ["A2", "far"])
    #expect(drawn[2].documents.first == "B" && Set(drawn[2].documents.dropFirst()) == ["A", "A2", "far", "title a2"])
  }
}
