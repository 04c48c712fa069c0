import Files
import TestSupport
import Testing

@testable import Datasets
@testable import Projects

/// Files as spreadsheets, help desks and search logs write them: what is read, and which columns are taken.
@Suite struct ColumnChoiceTests {
  private let folder = TemporaryFolder()

  private func file(_ name: String, _ text: String) throws -> ColumnFile {
    try ColumnFile(folder.write(name, text), isName: { ColumnNames.isKnown($0) })
  }

  private func choice(
    _ file: ColumnFile, query: String? = nil, document: String? = nil, label: String? = nil, hasCorpus: Bool = false,
    ask: ((String, [String]) throws -> Int)? = nil
  ) throws -> ColumnChoice {
    try ColumnFinder(
      file, ColumnWishes(query: query, document: document, label: label, ask: ask), hasCorpus: hasCorpus
    ).choice()
  }

  private func refusal(_ body: () throws -> Void) -> String {
    do { try body() } catch { return folder.shortened("\(error)") }
    return "no error"
  }

  @Test func aSpreadsheetWithSemicolonsAndAByteOrderMarkIsRead() throws {
    let file = try file(
      "export.csv",
      "\u{FEFF}Nr;Frage;Antwort\r\n1;Wie, bitte?;\"Eine Zeile;\nund noch eine\"\r\n2;Wann?;Um 5, 6 oder 7\r\n")
    #expect(file.columns == ["Nr", "Frage", "Antwort"])
    #expect(file.form == ["semicolons between the columns", "a header", "a byte order mark"])
    #expect(file.rows.map { $0.texts(2) } == [["Eine Zeile;\nund noch eine"], ["Um 5, 6 oder 7"]])
    #expect(try choice(file) == ColumnChoice(query: 1, document: 2))
  }

  @Test func separatorsNeedNoKnownName() throws {
    let file = try file(
      "a.csv", "was|wie\nerstens, zweitens|ein langer Text, mit Komma\ndrittens|noch ein langer Text\n")
    #expect(file.form == ["vertical bars between the columns", "a header"])
    #expect(file.columns == ["was", "wie"])
  }

  @Test func aFileWithoutAHeaderIsTakenByTheLengthOfItsTexts() throws {
    let file = try file(
      "a.csv",
      "How do I log in?,Open the page and enter your name and password.\nWhere is it?,\"In the cellar, under the stairs of the house.\"\n"
    )
    #expect(file.form == ["commas between the columns", "no header"])
    #expect(file.rows.count == 2)
    let choice = try choice(file)
    #expect((choice.query, choice.document) == (0, 1))
    #expect(choice.remark?.contains("\"column 1\"") == true)
  }

  @Test func ticketsAndTitlesAndLogsAreKnownByTheirNames() throws {
    let tickets = try file(
      "t.jsonl",
      "{\"id\": 1, \"subject\": \"s\", \"resolution\": {\"text\": \"r\"}, \"body\": \"b\", \"tags\": [\"x\", \"y\"]}\n")
    #expect(tickets.columns == ["id", "subject", "resolution.text", "body", "tags"])
    #expect(tickets.rows[0].texts(4) == ["x", "y"])
    #expect(try choice(tickets) == ColumnChoice(query: 1, document: 3))
    let pages = try file("p.jsonl", "{\"_id\": \"1\", \"title\": \"t\", \"text\": \"b\"}\n")
    #expect(try choice(pages) == ColumnChoice(query: 1, document: 2))
    let log = try file("l.tsv", "Query\tTitle\turl\tClicks\na\tb\tc\t3\n")
    #expect(try choice(log) == ColumnChoice(query: 0, document: 1, label: 3))
    let pairs = try file("s.csv", "sentence1,sentence2,score\na,b,0.5\n")
    #expect(try choice(pairs) == ColumnChoice(query: 0, document: 1, label: 2))
    let titled = try file("q.csv", "query,title,text,label\na,b,c,1\n")
    #expect(try choice(titled) == ColumnChoice(query: 0, document: 2, title: 1, label: 3))
    // A column of words is no label, whatever its name is.
    let topics = try file("c.csv", "question,answer,label\na,b,billing\n")
    #expect(try choice(topics) == ColumnChoice(query: 0, document: 1))
  }

  @Test func aDoubtIsAskedAboutOrRefusedWithTheColumns() throws {
    let file = try file("d.csv", "question,answer,context\nwhy,because,some text\n")
    #expect(
      refusal { _ = try choice(file) } == """
        d.csv: the documents may be those of "answer" or "context"; name the column with --document-column
          1  "question"  e.g. "why"
          2  "answer"  e.g. "because"
          3  "context"  e.g. "some text"
        """)
    #expect(try choice(file, document: "Context") == ColumnChoice(query: 0, document: 2))
    #expect(try choice(file, document: "2") == ColumnChoice(query: 0, document: 1))
    var asked: [String] = []
    let answered = try choice(file) { question, answers in
      asked = [question] + answers
      return 1
    }
    #expect(answered == ColumnChoice(query: 0, document: 2))
    #expect(
      folder.shortened(asked.joined(separator: "|")).hasPrefix("Which column of d.csv holds the documents?|\"answer\""))
    #expect(asked.count == 3)
    #expect(
      refusal { _ = try choice(file, query: "nothing") }.contains(
        "--query-column names \"nothing\", found no such column"))
    #expect(refusal { _ = try choice(file, query: "answer", document: "answer") }.contains("both name \"answer\""))
  }

  @Test func oneColumnIsRefusedWithARemedy() throws {
    let file = try file("one.csv", "question\nfirst thing\nsecond thing\n")
    #expect(
      refusal { _ = try choice(file) }.contains("found one column; add the other, or give its file with --corpus"))
  }

  @Test func identifiersWithoutACorpusAreToldOf() throws {
    let file = try file("i.csv", "query,doc_id\na,17\nb,18\n")
    #expect(refusal { _ = try choice(file) }.contains("named by identifier, in \"doc_id\"; give the file"))
    #expect(try choice(file, hasCorpus: true) == ColumnChoice(query: 0, document: 1))
  }

  @Test func rowsOfAnotherNumberOfFieldsAreRefusedByLine() throws {
    #expect(
      refusal { _ = try file("r.csv", "question,answer\na,b\nc,d,e\nf,g\n") }
        == "r.csv:3: expected 2 fields, as in the first row, found 3; put fields with commas or line breaks in quotation marks"
    )
  }

  @Test(
    arguments: [
      ([0, 1, 1], "label", 1.0, [0, 1, 1]), ([0, 1, 3], "relevance", 1, [0, 1, 3]),
      ([0, 1, 3], "clicks", 1, [0, 1, 1]),
      ([0, 2, 250], "score", 1, [0, 1, 1]), ([0.2, 0.5, 1.0], "score", 0.5, [0, 1, 1]),
      ([-1, 0, 1], "label", 1, [0, 0, 1]),
    ] as [([Double], String, Double, [Int])])
  func labelsAreReadByTheirScale(labels: [Double], column: String, least: Double, grades: [Int]) {
    let scale = LabelScale(labels, column: column)
    #expect(scale.least == least)
    #expect(labels.map { scale.grade($0) } == grades)
  }

  @Test func numbersOfLabelsAreReadInTheUsualForms() {
    #expect(["1", "0,5", " 3.0 ", "true", "No"].map { LabelScale.number($0) } == [1, 0.5, 3, 1, 0])
    #expect(["", "high", "nan", "inf", "0x10"].map { LabelScale.number($0) } == [nil, nil, nil, nil, nil])
  }
}
