import Files
import JSONText
import Retrieval
import TestSupport
import Testing

/// Values of `trec_eval` itself, made by `Tests/Goldens/make/make_measures.py`: equal in every bit.
@Suite struct MeasureGoldenTests {
  private struct Golden {
    let ranking: Ranking
    let judgments: [JudgedTopic]
    let measures: [Measure]
    let values: JSONObject

    init() throws {
      let folder = Files.join(Locations.repositoryRoot, "Tests", "Goldens", "measures")
      ranking = try Ranking(file: Files.join(folder, "run.txt"))
      var topics: [(query: String, grades: [(document: String, grade: Int)])] = []
      let lines = try LineReader(Files.join(folder, "qrels.txt"))
      while let line = try lines.next() {
        let columns = String(decoding: line.bytes, as: UTF8.self).split(separator: " ").map(String.init)
        let position = topics.firstIndex { $0.query == columns[0] } ?? topics.count
        if position == topics.count { topics.append((columns[0], [])) }
        topics[position].grades.append((columns[2], try #require(Int(columns[3]))))
      }
      judgments = topics.map { JudgedTopic(query: $0.query, grades: $0.grades) }
      let bytes = try Files.read(Files.join(folder, "values.json"))
      values = try #require(try JSONReader.parse(bytes).objectValue)
      measures = try #require(values["measures"]?.arrayValue).map { name in
        try Measure(parsing: try #require(name.stringValue))
      }
    }

    func numbers(_ name: String) throws -> [Double] {
      try #require(values[name]?.arrayValue).compactMap(\.doubleValue)
    }
  }

  @Test func everyValueOfEveryQuery() throws {
    let golden = try Golden()
    let expected = try #require(golden.values["queries"]?.objectValue)
    let evaluation = try MeasureValues(of: golden.ranking, against: golden.judgments, measures: golden.measures)
    #expect(evaluation.topics.count == expected.members.count)
    #expect(evaluation.topics.count > 40 && golden.measures.count == 20)
    for topic in evaluation.topics {
      let values = try #require(expected[topic.query]?.arrayValue).compactMap(\.doubleValue)
      for (index, measure) in golden.measures.enumerated() {
        #expect(topic.values[index] == values[index], "\(topic.query) \(measure)")
      }
    }
    #expect(evaluation.means == (try golden.numbers("means")))
  }

  @Test func meansOverAllJudgedQueries() throws {
    let golden = try Golden()
    let evaluation = try MeasureValues(
      of: golden.ranking, against: golden.judgments, measures: golden.measures, complete: true)
    #expect(evaluation.topics.count == golden.judgments.count)
    #expect(evaluation.means == (try golden.numbers("completeMeans")))
  }

  @Test func doesNotDependOnTheOrderOfTheJudgments() throws {
    let golden = try Golden()
    var generator = SeededGenerator(seed: 3)
    let shuffled = golden.judgments.shuffled(using: &generator).map { topic in
      JudgedTopic(query: topic.query, grades: topic.grades.shuffled(using: &generator))
    }
    let first = try MeasureValues(of: golden.ranking, against: golden.judgments, measures: golden.measures)
    let second = try MeasureValues(of: golden.ranking, against: shuffled, measures: golden.measures)
    #expect(first.topics == second.topics && first.means == second.means)
  }
}
