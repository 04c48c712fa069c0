import Datasets
import Files
import TestSupport
import Testing

@Suite struct TrainingRowsTests {
  private func rows(_ name: String, _ text: String) throws -> [TrainingRow] {
    let folder = TemporaryFolder()
    return try TrainingRows(file: folder.write(name, text)).rows
  }

  @Test func ours() throws {
    let text = """
      {"query": "q", "positive": "p"}
      {"query": "q", "positive": "p", "negatives": [], "scores": null, "note": 5}
      {"query": "q", "positive": "p", "negatives": ["a", "b"], "scores": [3, 0.5, -1e2]}
      {"query": "q", "query_id": 7, "positive": "p", "positive_id": "d", "negatives": ["a"], "negative_ids": ["n"]}
      {"query": "q", "positive": "p", "negative_10": "c", "negative_2": "b", "negative": "a", "negative_3": null}
      """
    #expect(
      try rows("rows.jsonl", text) == [
        TrainingRow(query: "q", positive: "p"), TrainingRow(query: "q", positive: "p"),
        TrainingRow(query: "q", positive: "p", negatives: ["a", "b"], scores: [3, 0.5, -100]),
        TrainingRow(query: "q", queryID: "7", positive: "p", positiveID: "d", negatives: ["a"], negativeIDs: ["n"]),
        TrainingRow(query: "q", positive: "p", negatives: ["a", "b", "c"]),
      ])
  }

  @Test func ofSentenceTransformers() throws {
    let expected = [
      TrainingRow(query: "q1", positive: "p1", negatives: ["n1", "n2"]),
      TrainingRow(query: "q2", positive: "p2", negatives: ["n3"]), TrainingRow(query: "q3", positive: "p3"),
    ]
    let lines = """
      {"anchor": "q1", "positive": "p1", "negative_1": "n1", "negative_2": "n2"}
      {"anchor": "q2", "positive": "p2", "negative_1": null, "negative_2": "n3"}
      {"anchor": "q3", "positive": "p3"}
      """
    #expect(try rows("rows.jsonl", lines) == expected)
    let table = "anchor\tpositive\tnegative_1\tnegative_2\nq1\tp1\tn1\tn2\nq2\tp2\t\tn3\nq3\tp3\t\t\n"
    #expect(try rows("rows.tsv", table) == expected)
    #expect(try rows("ROWS.CSV", String(table.map { $0 == "\t" ? "," : $0 })) == expected)
  }

  @Test func ofFlagEmbedding() throws {
    let text = """
      {"query": "q", "pos": ["p1", "p2"], "neg": ["n"], "pos_scores": [2, 1], "neg_scores": [0], "prompt": "x", "type": "y"}
      {"query": "q", "pos": ["p3"]}
      {"query": "q", "pos": ["p4"], "neg": [], "pos_scores": [5]}
      """
    #expect(
      try rows("rows.jsonl", text) == [
        TrainingRow(query: "q", positive: "p1", negatives: ["n"], scores: [2, 0]),
        TrainingRow(query: "q", positive: "p2", negatives: ["n"], scores: [1, 0]),
        TrainingRow(query: "q", positive: "p3"), TrainingRow(query: "q", positive: "p4", scores: [5]),
      ])
  }

  @Test func labelledPairs() throws {
    let expected = [
      TrainingRow(query: "a", positive: "b", label: 5), TrainingRow(query: "c", positive: "d", label: -0.5),
    ]
    #expect(
      try rows("rows.tsv", "score\tsentence1\tsentence2\tgenre\tsource\n5.000\ta\tb\tx\ty\n -.5 \tc\td\t\t\n")
        == expected)
    #expect(
      try rows(
        "rows.jsonl",
        "{\"sentence1\": \"a\", \"sentence2\": \"b\", \"label\": 5}\n{\"sentence1\": \"c\", \"sentence2\": \"d\", \"label\": -5e-1}"
      )
        == expected)
    #expect(try rows("rows.csv", "query,document,label\na,b,5\nc,d,-0.5\n") == expected)
    #expect(
      try rows(
        "rows.jsonl",
        "{\"query\": \"a\", \"document\": \"b\", \"score\": 5}\n{\"document\": \"d\", \"query\": \"c\", \"score\": -0.5}"
      )
        == expected)
  }

  @Test func byIdentifier() throws {
    let folder = TemporaryFolder()
    let collection = try folder.collection()
    let expected = [
      TrainingRow(
        query: "what", queryID: "q1", positive: "One first", positiveID: "d1", negatives: ["second", "third"],
        negativeIDs: ["d2", "d3"], scores: [3, 2, 1]),
      TrainingRow(query: "who", queryID: "q2", positive: "third", positiveID: "d3"),
    ]
    let lines = """
      {"query_id": "q1", "positive_id": "d1", "negative_ids": ["d2", "d3"], "scores": [3, 2, 1]}
      {"query_id": "q2", "positive_id": "d3"}
      """
    #expect(try TrainingRows(file: folder.write("r.jsonl", lines), collection: collection).rows == expected)
    let table = "query_id\tpositive_id\tnegative_ids\tscores\nq1\td1\t[\"d2\", \"d3\"]\t[3,2,1]\nq2\td3\t\t\n"
    #expect(try TrainingRows(file: folder.write("r.tsv", table), collection: collection).rows == expected)
  }

  @Test func tabsHaveNoQuoting() throws {
    let text = "query\tpositive\n\"quoted\" word\t\"open, \\n 'x'\n"
    #expect(try rows("rows.tsv", text) == [TrainingRow(query: "\"quoted\" word", positive: "\"open, \\n 'x'")])
  }

  @Test func commasHaveQuoting() throws {
    let text =
      "\u{FEFF}\"query\",positive\r\n\"a, \"\"b\"\"\",plain\r\n\n\"two\r\nlines\n\nfour\",\"x\"\n\"\"\"\",\"last\"\",\n\""
    #expect(
      try rows("rows.csv", text) == [
        TrainingRow(query: "a, \"b\"", positive: "plain"), TrainingRow(query: "two\nlines\n\nfour", positive: "x"),
        TrainingRow(query: "\"", positive: "last\",\n"),
      ])
  }

  @Test func listsStandInCellsAsJSON() throws {
    let text = "query,positive,negatives,scores\nq,p,\"[\"\"a\"\", \"\"b, c\"\"]\",\"[1, 2, 3]\"\n"
    #expect(
      try rows("rows.csv", text) == [
        TrainingRow(query: "q", positive: "p", negatives: ["a", "b, c"], scores: [1, 2, 3])
      ])
  }

  @Test(arguments: malformedRows)
  func saysWhatIsWrong(_ name: String, _ text: String, _ expected: String) throws {
    let folder = TemporaryFolder()
    let file = try folder.write(name, text)
    let found = message { _ = try TrainingRows(file: file) }
    #expect(found.map(folder.shortened) == expected)
  }

  @Test(arguments: malformedIdentifierRows)
  func saysWhatIsWrongWithIdentifiers(_ text: String, _ expected: String) throws {
    let folder = TemporaryFolder()
    let collection = try folder.collection()
    let file = try folder.write("r.jsonl", text)
    let found = message { _ = try TrainingRows(file: file, collection: collection) }
    #expect(found.map(folder.shortened) == expected)
  }

  @Test(arguments: ["rows.tsv", "rows.csv"])
  func tablesInOtherEncodings(_ name: String) throws {
    let folder = TemporaryFolder()
    let mark: UInt8 = name == "rows.tsv" ? 0x09 : 0x2C
    let bytes = Array("query".utf8) + [mark] + Array("positive\n".utf8) + [0xFF, mark, 0x70, 0x0A]
    let file = try folder.write(name, bytes)
    #expect(
      message { _ = try TrainingRows(file: file) }.map(folder.shortened)
        == "\(name):2: expected UTF-8 text, found other bytes, as Windows-1252 and other older encodings have them; "
        + "convert the file to UTF-8")
  }

  /// Whatever stands in a file, reading it ends with rows or with problems that name the file.
  @Test func manglingNeverTraps() throws {
    let folder = TemporaryFolder()
    let seeds = [
      (
        "r.jsonl",
        "{\"query\": \"q\", \"positive\": \"p\", \"negatives\": [\"a\"], \"scores\": [1, 2]}\n{\"query\": \"é\"}\n"
      ),
      ("r.csv", "query,positive,scores\n\"a, \"\"b\"\"\",\"x\ny\",[1]\nq,p,\n"),
      ("r.tsv", "sentence1\tsentence2\tscore\na\tb\t1\nc\td\t2.5\n"),
    ]
    var generator = SeededGenerator(seed: 8)
    for (name, text) in seeds {
      for _ in 0..<300 {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<3, using: &generator) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
          case 1: bytes.remove(at: place)
          default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
          }
        }
        let file = try folder.write(name, bytes)
        guard let found = message({ _ = try TrainingRows(file: file) }) else { continue }
        #expect(found.hasPrefix(file), "\(bytes)")
      }
    }
  }
}

private let families =
  "expected \"query\" and \"positive\"; or \"query_id\" and \"positive_id\"; or \"anchor\" and \"positive\"; "
  + "or \"query\" and \"pos\"; or \"query\" and \"document\"; or \"sentence1\" and \"sentence2\"; found"
private let list = "rows.jsonl:1: expected \"negatives\" to be a list of texts, found"
private let blank = "found nothing but white space; write the text or remove the row"

private let malformedRows: [(String, String, String)] = [
  // Files as a whole.
  (
    "rows.txt", "x",
    "rows.txt: expected a file of rows ending in .jsonl, .tsv or .csv; convert it or name it by its content"
  ),
  (
    "rows.json", "[]",
    "rows.json: expected a file of rows ending in .jsonl, .tsv or .csv; convert it or name it by its content"
  ),
  ("rows.jsonl", "\n", "rows.jsonl: expected rows of training data, found none; check that the file is complete"),
  (
    "rows.tsv", "query\tpositive\n",
    "rows.tsv: expected rows of training data, found none; check that the file is complete"
  ),
  ("rows.csv", "", "rows.csv: expected a header that names the columns, found nothing; add one"),
  // Families.
  ("rows.jsonl", "{}", "rows.jsonl:1: \(families) none; rename them"),
  (
    "rows.jsonl", "{\"question\": \"q\", \"answer\": \"a\"}",
    "rows.jsonl:1: \(families) \"question\", \"answer\"; rename them"
  ),
  ("rows.tsv", "q\tp\nx\ty\n", "rows.tsv:1: \(families) \"q\", \"p\"; rename them"),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\"}\n{\"anchor\": \"q\", \"positive\": \"p\"}",
    "rows.jsonl:2: expected a row of \"query\" and \"positive\", as in line 1, found a row of \"anchor\" and \"positive\"; "
      + "keep to one family of names"
  ),
  (
    "rows.jsonl", "\n{\"query\": \"q\", \"pos\": [\"p\"]}\n{\"query\": \"q\", \"positive\": \"p\"}",
    "rows.jsonl:3: expected a row of \"query\" and \"pos\", as in line 2, found a row of \"query\" and \"positive\"; "
      + "keep to one family of names"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"pos\": [\"p\"], \"negatives\": [\"n\"]}",
    "rows.jsonl:1: \"negatives\" does not go with \"query\" and \"pos\", which takes \"neg\", \"pos_scores\" and "
      + "\"neg_scores\"; keep to one family of names"
  ),
  (
    "rows.csv", "sentence1,sentence2,scores\na,b,1\n",
    "rows.csv:1: \"scores\" does not go with \"sentence1\" and \"sentence2\", which takes \"score\" and \"label\"; "
      + "keep to one family of names\n"
      + "rows.csv:1: expected a column \"score\" or \"label\" beside the texts, found neither; add it"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"negativs\": [\"n\"]}",
    "rows.jsonl:1: unknown name \"negativs\"; did you mean \"negatives\"?"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"Scores\": [1]}",
    "rows.jsonl:1: unknown name \"Scores\"; did you mean \"scores\"?"
  ),
  (
    "rows.jsonl", "{\"anchor\": \"q\", \"positive\": \"p\", \"negative_x\": \"n\"}",
    "rows.jsonl:1: unknown name \"negative_x\"; did you mean \"negative\"?"
  ),
  (
    "rows.jsonl", "{\"query_id\": \"q\", \"positive_id\": \"p\"}\n{\"query_id\": \"q\", \"positive_id\": \"p\"}",
    "rows.jsonl:1: found rows by identifier but no collection to take their texts from; name a collection or write the texts"
  ),
  // Texts.
  (
    "rows.jsonl", "{\"query\": \"q\"}",
    "rows.jsonl:1: expected \"positive\", a text, found no such member (there are \"query\"); add it"
  ),
  (
    "rows.jsonl", "{\"query\": \"\", \"positive\": \"\\t\"}",
    "rows.jsonl:1: expected \"query\" to be a text, \(blank)\nrows.jsonl:1: expected \"positive\" to be a text, \(blank)"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": [\"p\"]}",
    "rows.jsonl:1: expected \"positive\" to be a string, found an array; write it in quotes"
  ),
  (
    "rows.jsonl", "{\"query\": 2024, \"positive\": \"p\"}",
    "rows.jsonl:1: expected \"query\" to be a string, found a number; write it in quotes"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"negatives\": \"n\"}",
    "\(list) a string; write [ ] around it"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"negatives\": [\"n\", 5]}",
    "\(list) a number at place 2; correct or remove it"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"pos\": [\"p\", \"\\u200b\"]}",
    "rows.jsonl:1: expected \"pos\" to be a list of texts, found nothing but white space at place 2; correct or remove it"
  ),
  // Identifiers.
  (
    "rows.jsonl",
    "{\"query_id\": 0, \"query\": \"a b\", \"positive\": \"p\"}\n{\"query_id\": 0, \"query\": \"A, b.\", \"positive\": \"q\"}\n"
      + "{\"query_id\": \"0\", \"query\": \"c\", \"positive\": \"p\"}",
    "rows.jsonl:3: query \"0\" is \"c\" here and \"a b\" in line 1; give each query an identifier of its own"
  ),
  (
    "rows.jsonl",
    "{\"query\": \"a\", \"positive\": \"p\", \"positive_id\": 1}\n\n"
      + "{\"query\": \"b\", \"positive\": \"q\", \"negatives\": [\"P!\", \"r\"], \"negative_ids\": [1, 1]}",
    "rows.jsonl:3: document \"1\" is \"r\" here and \"p\" in line 1; give each document an identifier of its own"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"negatives\": [\"n\"], \"negative\": \"n\"}",
    "rows.jsonl:1: expected \"negatives\" or \"negative\", found both; put all negatives in one of them"
  ),
  (
    "rows.jsonl", "{\"anchor\": \"q\", \"positive\": \"p\", \"negative_2\": 5}",
    "rows.jsonl:1: expected \"negative_2\" to be a string, found a number; write it in quotes"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"negatives\": [\"n\"], \"negative_ids\": [\"a\", \"b\"]}",
    "rows.jsonl:1: expected one identifier per negative in \"negative_ids\": 1, found 2; give as many or none"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"query_id\": \"a b\"}",
    "rows.jsonl:1: expected \"query_id\" to be a string without white space, or an integer, found \"a b\"; use another identifier"
  ),
  // Scores and labels.
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"negatives\": [\"n\"], \"scores\": [1]}",
    "rows.jsonl:1: expected 2 \"scores\", of the positive and of 1 negatives, found 1; give one per text"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"scores\": [\"1\"]}",
    "rows.jsonl:1: expected \"scores\" to be a list of numbers, found \"1\" at place 1; correct or remove it"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"scores\": [1e39]}",
    "rows.jsonl:1: expected \"scores\" to be a list of numbers, found 1e39 at place 1; correct or remove it"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"positive\": \"p\", \"scores\": 1}",
    "rows.jsonl:1: expected \"scores\" to be a list of numbers, found a number; write [ ] around it"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"pos\": []}",
    "rows.jsonl:1: expected at least one text in \"pos\", found none; add one or remove the row"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"neg\": [\"n\"]}",
    "rows.jsonl:1: expected at least one text in \"pos\", found none; add one or remove the row"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"pos\": [\"p\"], \"pos_scores\": [1, 2]}",
    "rows.jsonl:1: expected as many \"pos_scores\" as texts in \"pos\": 1, found 2; give one per text"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"pos\": [\"p\"], \"neg\": [\"n\"], \"pos_scores\": [1], \"neg_scores\": []}",
    "rows.jsonl:1: expected as many \"neg_scores\" as texts in \"neg\": 1, found 0; give one per text"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"pos\": [\"p\"], \"neg\": [\"n\"], \"pos_scores\": [1]}",
    "rows.jsonl:1: expected \"neg_scores\" beside \"pos_scores\", found none; give scores of all texts or of none"
  ),
  (
    "rows.jsonl", "{\"query\": \"q\", \"pos\": [\"p\"], \"neg\": [\"n\"], \"neg_scores\": [1]}",
    "rows.jsonl:1: expected \"pos_scores\" beside \"neg_scores\", found none; give scores of all texts or of none"
  ),
  (
    "rows.jsonl", "{\"sentence1\": \"a\", \"sentence2\": \"b\"}",
    "rows.jsonl:1: expected \"score\", a number, found no such member (there are \"sentence1\", \"sentence2\"); add it"
  ),
  (
    "rows.jsonl", "{\"query\": \"a\", \"document\": \"b\"}",
    "rows.jsonl:1: expected \"label\", a number, found no such member (there are \"query\", \"document\"); add it"
  ),
  (
    "rows.jsonl", "{\"query\": \"a\", \"document\": \"b\", \"label\": 1, \"negatives\": [\"c\"]}",
    "rows.jsonl:1: \"negatives\" does not go with \"query\" and \"document\", which takes \"label\" and \"score\"; "
      + "keep to one family of names"
  ),
  (
    "rows.jsonl", "{\"query\": \"a\", \"pos\": [\"b\"], \"document\": \"c\"}",
    "rows.jsonl:1: \"document\" does not go with \"query\" and \"pos\", which takes \"neg\", \"pos_scores\" and "
      + "\"neg_scores\"; keep to one family of names"
  ),
  (
    "rows.jsonl", "{\"query\": \"a\", \"positive\": \"b\", \"document\": \"c\"}",
    "rows.jsonl:1: \"document\" does not go with \"query\" and \"positive\", which takes \"negatives\", \"negative\", "
      + "\"scores\", \"query_id\", \"positive_id\" and \"negative_ids\"; keep to one family of names"
  ),
  (
    "rows.jsonl", "{\"sentence1\": \"a\", \"sentence2\": \"b\", \"label\": 1, \"score\": 1}",
    "rows.jsonl:1: expected \"score\" or \"label\", found both; keep one of them"
  ),
  (
    "rows.jsonl", "{\"sentence1\": \"a\", \"sentence2\": \"b\", \"label\": \"entailment\"}",
    "rows.jsonl:1: expected \"label\" to be a finite 32-bit number, found \"entailment\"; write a number such as 0.5"
  ),
  (
    "rows.tsv", "sentence1\tsentence2\tscore\na\tb\t0x10\nc\td\tnan\ne\tf\t\n",
    "rows.tsv:2: expected \"score\" to be a finite 32-bit number, found \"0x10\"; write a number such as 0.5\n"
      + "rows.tsv:3: expected \"score\" to be a finite 32-bit number, found nan; write a number such as 0.5\n"
      + "rows.tsv:4: expected \"score\", a number, found an empty cell; fill it or remove the row"
  ),
  // Tables.
  (
    "rows.tsv", "query\tpositive\nq\nq\tp\tx\nq\tp\n",
    "rows.tsv:2: expected 2 fields, as in the header, found 1; separate fields by one tab\n"
      + "rows.tsv:3: expected 2 fields, as in the header, found 3; separate fields by one tab"
  ),
  (
    "rows.csv", "query,positive\na,b,c\n",
    "rows.csv:2: expected 2 fields, as in the header, found 3; put fields with commas or line breaks in quotation marks"
  ),
  (
    "rows.tsv", "query\tpositive\nq\t\n",
    "rows.tsv:2: expected \"positive\", a text, found an empty cell; fill it or remove the row"
  ),
  (
    "rows.tsv", "query\tnegative\nq\tn\n",
    "rows.tsv:1: expected a row of \"query\" and \"positive\", found no column \"positive\"; add it"
  ),
  (
    "rows.tsv", "query\tpositive\tquery\nq\tp\tq\n",
    "rows.tsv:1: expected every column once, found \"query\" twice in the header; rename one"
  ),
  (
    "rows.csv", "query,positive,\nq,p,x\n",
    "rows.csv:1: expected a name for every column, found none for column 3, which has text in line 2; name it or remove it"
  ),
  (
    "rows.csv", "query,positive\n\"a\"b,c\n",
    "rows.csv:2: expected a comma after the closing quotation mark of a field, found something else; "
      + "double quotation marks inside a quoted field"
  ),
  (
    "rows.csv", "query,positive\na\"b,c\nq,p\n",
    "rows.csv:2: a quotation mark stands inside a field that does not start with one; "
      + "put the whole field in quotation marks and double those inside"
  ),
  (
    "rows.csv", "query,positive\nq,p\nq,\"open\nq,p\n",
    "rows.csv:3: a quotation mark is opened and never closed; close it or double it inside a quoted field"
  ),
  (
    "rows.tsv", "query\tpositive\tnegatives\nq\tp\t['a', 'b']\n",
    "rows.tsv:2: expected \"negatives\" to be a JSON list, found other text (character 2: expected a value, found \"'\"); "
      + "write for example [\"a\", \"b\"] or [1, 2]"
  ),
  (
    "rows.tsv", "query\tpositive\tscores\nq\tp\t1\n",
    "rows.tsv:2: expected \"scores\" to be a list of numbers, found a number; write [ ] around it"
  ),
]

private let malformedIdentifierRows: [(String, String)] = [
  (
    "{\"query_id\": \"q7\", \"positive_id\": \"d1\"}",
    "r.jsonl:1: expected a query of the collection, found \"q7\", which c/queries.jsonl lacks; "
      + "correct the identifier or add the query"
  ),
  (
    "{\"query_id\": \"q1\", \"positive_id\": \"d1\", \"negative_ids\": [\"d8\", \"d2\", \"d9\"]}",
    "r.jsonl:1: expected a document of the collection, found \"d8\", which c/corpus.jsonl lacks; "
      + "correct the identifier or add the document\n"
      + "r.jsonl:1: expected a document of the collection, found \"d9\", which c/corpus.jsonl lacks; "
      + "correct the identifier or add the document"
  ),
  (
    "{\"query_id\": \"q1\", \"positive_id\": \"d4\"}",
    "r.jsonl:1: document \"d4\" has neither title nor text in c/corpus.jsonl; write it or remove the row"
  ),
  (
    "{\"query_id\": \"q1\", \"positive_id\": \"d1\", \"negative_ids\": [\"d2\"], \"scores\": [1]}",
    "r.jsonl:1: expected 2 \"scores\", of the positive and of 1 negatives, found 1; give one per text"
  ),
  (
    "{\"query_id\": \"q1\"}",
    "r.jsonl:1: expected \"positive_id\", a string without white space, or an integer, found no such member "
      + "(there are \"query_id\"); add it"
  ),
  (
    "{\"query_id\": \"q1\", \"positive_id\": \"d1\", \"negative_ids\": \"d2\"}",
    "r.jsonl:1: expected \"negative_ids\" to be a list of identifiers, found a string; write [ ] around it"
  ),
  (
    "{\"query_id\": \"q1\", \"positive_id\": \"d1\", \"negative_ids\": [\"d2\", \"\"]}",
    "r.jsonl:1: expected \"negative_ids\" to be a list of identifiers, found an empty string at place 2; correct or remove it"
  ),
  (
    "{\"query_id\": \"q1\", \"positive_id\": \"d1\", \"negatives\": [\"x\"]}",
    "r.jsonl:1: \"negatives\" does not go with \"query_id\" and \"positive_id\", which takes \"negative_ids\" and \"scores\"; "
      + "keep to one family of names"
  ),
]
