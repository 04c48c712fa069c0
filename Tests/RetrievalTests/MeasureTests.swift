import TestSupport
import Testing

@testable import Retrieval

@Suite struct MeasureNameTests {
  @Test(arguments: [
    ("nDCG@10", Measure.nDCG(cut: 10)), ("ndcg@10", .nDCG(cut: 10)), ("NDCG_CUT_10", .nDCG(cut: 10)),
    ("ndcg_cut.10", .nDCG(cut: 10)), ("ndcg_10", .nDCG(cut: 10)), ("ndcg", .nDCG(cut: nil)),
    ("MAP", .averagePrecision(cut: nil)), ("map_cut_100", .averagePrecision(cut: 100)),
    ("MAP@100", .averagePrecision(cut: 100)), ("recall@100", .recall(cut: 100)), ("recall_100", .recall(cut: 100)),
    ("R@5", .recall(cut: 5)), ("P@5", .precision(cut: 5)), ("P_5", .precision(cut: 5)), ("P.5", .precision(cut: 5)),
    ("precision@5", .precision(cut: 5)), ("MRR", .reciprocalRank(cut: nil)), ("recip_rank", .reciprocalRank(cut: nil)),
    ("mrr@10", .reciprocalRank(cut: 10)), ("success@1", .success(cut: 1)), ("Success_1", .success(cut: 1)),
    ("Rprec", .rPrecision), ("recall@1000000", .recall(cut: 1_000_000)),
  ])
  func reads(_ name: String, _ measure: Measure) throws {
    #expect(try Measure(parsing: name) == measure)
    #expect(try Measure(parsing: "\(measure)") == measure)
  }

  @Test func writesOneSpelling() {
    let measures: [Measure] = [
      .nDCG(cut: 10), .nDCG(cut: nil), .averagePrecision(cut: nil), .averagePrecision(cut: 5), .recall(cut: 100),
      .precision(cut: 5), .reciprocalRank(cut: nil), .reciprocalRank(cut: 10), .success(cut: 1), .rPrecision,
    ]
    #expect(
      measures.map(\.description)
        == ["nDCG@10", "nDCG", "MAP", "MAP@5", "recall@100", "P@5", "MRR", "MRR@10", "success@1", "Rprec"])
  }

  @Test(arguments: [
    ("nDGC@10", "unknown measure \"nDGC@10\"; did you mean \"nDCG@10\"?"),
    ("recal@100", "unknown measure \"recal@100\"; did you mean \"recall@100\"?"),
    ("recip_rnak", "unknown measure \"recip_rnak\"; did you mean \"recip_rank\"?"),
    ("ndgc_cut_10", "unknown measure \"ndgc_cut_10\"; did you mean \"ndcg_cut_10\"?"),
    (
      "accuracy",
      "unknown measure \"accuracy\"; known are nDCG, MAP, MRR, Rprec and, with a cut as in P@10, nDCG, MAP, MRR, recall, P and success"
    ),
    ("recall", "measure \"recall\" needs a cut; write for example \"recall@100\""),
    ("P", "measure \"P\" needs a cut; write for example \"P@10\""),
    ("success", "measure \"success\" needs a cut; write for example \"success@1\""),
    ("Rprec@5", "measure \"Rprec@5\": Rprec takes no cut, its cut is R; write \"Rprec\""),
    ("nDCG@0", "measure \"nDCG@0\": expected a cut between 1 and 1000000, found \"0\"; write for example nDCG@10"),
    ("nDCG@-1", "measure \"nDCG@-1\": expected a cut between 1 and 1000000, found \"-1\"; write for example nDCG@10"),
    (
      "nDCG@ten", "measure \"nDCG@ten\": expected a cut between 1 and 1000000, found \"ten\"; write for example nDCG@10"
    ),
    ("P@", "measure \"P@\": expected a cut between 1 and 1000000, found \"\"; write for example nDCG@10"),
    (
      "P@99999999999999999999",
      "measure \"P@99999999999999999999\": expected a cut between 1 and 1000000, found \"99999999999999999999\"; write for example nDCG@10"
    ),
    (
      "map_cut_1x",
      "measure \"map_cut_1x\": expected a cut between 1 and 1000000, found \"1x\"; write for example nDCG@10"
    ),
    (
      "",
      "unknown measure \"\"; known are nDCG, MAP, MRR, Rprec and, with a cut as in P@10, nDCG, MAP, MRR, recall, P and success"
    ),
  ])
  func refuses(_ name: String, _ expected: String) {
    #expect(message { _ = try Measure(parsing: name) } == expected)
  }

  @Test func readsLists() throws {
    #expect(
      try Measure.list(parsing: "nDCG@10, recall@100 ,MAP") == [
        .nDCG(cut: 10), .recall(cut: 100), .averagePrecision(cut: nil),
      ])
    #expect(
      message { _ = try Measure.list(parsing: "MAP,,MRR") }
        == "measures \"MAP,,MRR\": expected names separated by commas, found an empty one; write nDCG@10,recall@100")
    #expect(
      message { _ = try Measure.list(parsing: "P@5,p_5") }
        == "measures \"P@5,p_5\": P@5 is given twice; name each measure once")
  }
}

@Suite struct MeasureValueTests {
  private func value(_ name: String, _ documents: [String], _ grades: [(document: String, grade: Int)]) throws -> Double
  {
    var ranking = Ranking()
    let count = Float(documents.count)
    try ranking.append(
      query: "q", documents: documents.enumerated().map { ScoredDocument(id: $1, score: count - Float($0)) })
    let measure = try Measure(parsing: name)
    let evaluation = try MeasureValues(
      of: ranking, against: [JudgedTopic(query: "q", grades: grades)], measures: [measure])
    return try #require(evaluation.mean(of: measure))
  }

  @Test func valuesByHand() throws {
    let grades = [("a", 3), ("b", 1), ("c", 0), ("d", -1), ("e", 2), ("f", 1)].map { (document: $0.0, grade: $0.1) }
    let ranking = ["c", "a", "x", "b", "d"]
    #expect(try value("P@5", ranking, grades) == 2.0 / 5)
    #expect(try value("P@10", ranking, grades) == 2.0 / 10)
    #expect(try value("recall@2", ranking, grades) == 1.0 / 4)
    #expect(try value("MRR", ranking, grades) == 0.5)
    #expect(try value("MRR@1", ranking, grades) == 0)
    #expect(try value("success@1", ranking, grades) == 0)
    #expect(try value("success@2", ranking, grades) == 1)
    #expect(try value("MAP", ranking, grades) == (1.0 / 2 + 2.0 / 4) / 4)
    #expect(try value("MAP@3", ranking, grades) == 0.5 / 4)
    #expect(try value("Rprec", ranking, grades) == 2.0 / 4)
    let log3 = 1.584962500721156
    #expect(abs(try value("nDCG@2", ranking, grades) - (3 / log3) / (3 + 2 / log3)) < 1e-15)
  }

  @Test func nothingRelevantOrNothingFoundIsZero() throws {
    for name in ["nDCG", "nDCG@10", "MAP", "MAP@5", "recall@5", "P@5", "MRR", "MRR@5", "success@5", "Rprec"] {
      #expect(try value(name, ["a"], [("a", 0), ("b", -2)]) == 0)
      #expect(try value(name, [], [("a", 1)]) == 0)
    }
  }

  @Test func completeCountsMissingQueriesAsZero() throws {
    var ranking = Ranking()
    try ranking.append(query: "q1", documents: documents([("a", 1)]))
    try ranking.append(query: "unjudged", documents: documents([("a", 1)]))
    let judgments = ["q2", "q1", "q10"].map { JudgedTopic(query: $0, grades: [("a", 1)]) }
    let some = try MeasureValues(of: ranking, against: judgments, measures: [.precision(cut: 1)])
    #expect(some.means == [1])
    #expect(some.topics.map(\.query) == ["q1"])
    let all = try MeasureValues(of: ranking, against: judgments, measures: [.precision(cut: 1)], complete: true)
    #expect(all.means == [1.0 / 3])
    #expect(all.topics.map(\.query) == ["q1", "q10", "q2"])
    #expect(all.values(of: .precision(cut: 1)) == [1, 0, 0])
    #expect(all.mean(of: .rPrecision) == nil)
    let empty = try MeasureValues(of: Ranking(), against: judgments, measures: [.rPrecision], complete: true)
    #expect(empty.means == [0])
  }

  @Test func saysWhyNothingCanBeMeasured() throws {
    var ranking = Ranking()
    #expect(
      message { _ = try MeasureValues(of: ranking, against: [], measures: []) }
        == "the judgments have no query; check that the right file was given")
    #expect(
      message { _ = try MeasureValues(of: ranking, against: [JudgedTopic(query: "q", grades: [])], measures: []) }
        == "the run has no query; check that the right file was given")
    try ranking.append(query: "p", documents: [])
    #expect(
      message { _ = try MeasureValues(of: ranking, against: [JudgedTopic(query: "q", grades: [])], measures: []) }
        == "no query of the run is judged: the run has for example \"p\", the judgments \"q\"; "
        + "check that both belong to the same collection")
    let twice = [JudgedTopic(query: "p", grades: []), JudgedTopic(query: "p", grades: [])]
    #expect(
      message { _ = try MeasureValues(of: ranking, against: twice, measures: []) }
        == "query \"p\" has two entries in the judgments; merge them into one")
    let judgedTwice = JudgedTopic(query: "p", grades: [("a", 1), ("a", 1)])
    #expect(
      message { _ = try MeasureValues(of: ranking, against: [judgedTwice], measures: []) }
        == "query \"p\": document \"a\" is judged twice; keep one judgment")
  }
}
