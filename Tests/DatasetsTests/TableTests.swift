import Datasets
import Files
import TestSupport
import Testing

/// Tables as spreadsheets and data frames write them.
@Suite struct TableTests {
  private let folder = TemporaryFolder()
  private let two = [TrainingRow(query: "a, b", positive: "c"), TrainingRow(query: "d", positive: "e \"f\"")]

  /// The rows of a file and what is said about it, without the folder.
  private func read(_ name: String, _ bytes: [UInt8]) throws -> (rows: [TrainingRow], warnings: [String]) {
    let read = try TrainingRows(file: folder.write(name, bytes))
    return (read.rows, read.warnings.map { folder.shortened($0).replacing("\(name): ", with: "") })
  }

  private func read(_ name: String, _ text: String) throws -> (rows: [TrainingRow], warnings: [String]) {
    try read(name, Array(text.utf8))
  }

  private func problem(_ name: String, _ bytes: [UInt8]) throws -> String? {
    let file = try folder.write(name, bytes)
    return message { _ = try TrainingRows(file: file) }.map(folder.shortened)
  }

  private func problem(_ name: String, _ text: String) throws -> String? { try problem(name, Array(text.utf8)) }

  // MARK: - Separators

  @Test(arguments: [
    (
      "r.csv", "query;positive\na, b;c\nd;\"e \"\"f\"\"\"\n",
      "semicolons separate the columns, not commas; it is read so"
    ),
    ("r.csv", "query\tpositive\na, b\tc\nd\t\"e \"\"f\"\"\"\n", "tabs separate the columns, not commas; it is read so"),
    (
      "r.csv", "query|positive\na, b|c\nd|\"e \"\"f\"\"\"\n",
      "vertical bars separate the columns, not commas; it is read so"
    ),
    (
      "r.tsv", "query,positive\n\"a, b\",c\nd,\"e \"\"f\"\"\"\n", "commas separate the columns, not tabs; it is read so"
    ),
    (
      "r.csv", "sep=;\r\nquery;positive\r\na, b;c\r\nd;\"e \"\"f\"\"\"\r\n",
      "the first line, sep=;, says that semicolons separate the columns; it is read so and is no row"
    ),
    (
      "r.csv", "\"sep=,\",\nquery,positive\n\"a, b\",c\nd,\"e \"\"f\"\"\"\n",
      "the first line, \"sep=,\",, says that commas separate the columns; it is read so and is no row"
    ),
  ])
  func theOnlyPossibleSeparatorIsTaken(_ name: String, _ text: String, _ warning: String) throws {
    let found = try read(name, text)
    #expect(found.rows == two)
    #expect(found.warnings == [warning])
  }

  @Test func aSeparatorInATextIsNone() throws {
    let found = try read("r.csv", "query,positive\na; b; c,d\n")
    #expect(found.rows == [TrainingRow(query: "a; b; c", positive: "d")])
    #expect(found.warnings.isEmpty)
  }

  @Test func aHeaderOfNoRowIsToldWithItsSeparator() throws {
    #expect(
      try problem("r.csv", "question;answer\na;b\n")?.hasSuffix(
        "; found \"question\", \"answer\"; rename them\nr.csv: semicolons separate the columns, not commas; it is read so"
      )
        == true)
  }

  // MARK: - Quotation marks between tabs

  @Test func marksOfADataFrameAreTakenOut() throws {
    let found = try read("r.tsv", "query\tpositive\na, b\tc\nd\t\"e \"\"f\"\"\"\n")
    #expect(found.rows == two)
    #expect(
      found.warnings == [
        "1 cell stands in quotation marks, the first in line 3; the marks around a cell are left out and doubled ones inside "
          + "are read as one, as data frames and spreadsheets write them"
      ])
    #expect(
      try read("r.tsv", "\"query\"\t\"positive\"\n\"a\"\t\"b\"\n").rows == [TrainingRow(query: "a", positive: "b")])
    #expect(
      try read("r.tsv", "query\tpositive\n\"a\tb\"\t\"c\n\nd\"\n").rows == [
        TrainingRow(query: "a\tb", positive: "c\n\nd")
      ])
  }

  @Test(arguments: [
    // The marks of a title alone are no quoting, nor are those beside marks that RFC 4180 has not.
    ("query\tpositive\n\"Title\"\ta\nb\t\"c\"\n", 2, 2),
    ("query\tpositive\nan 8\" disk\t\"a \"\"b\"\"\"\n", 1, 2),
  ])
  func otherMarksStayAndAreCounted(_ text: String, _ count: Int, _ line: Int) throws {
    let found = try read("r.tsv", text)
    let lines = text.split(separator: "\n").dropFirst().map { $0.split(separator: "\t").map(String.init) }
    #expect(found.rows == lines.map { TrainingRow(query: $0[0], positive: $0[1]) })
    #expect(
      found.warnings == [
        "\(count) cell\(count == 1 ? " stands" : "s stand") in quotation marks, the first in line \(line); "
          + "in a .tsv file they are part of the text; if they are not meant, remove them or write .jsonl"
      ])
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let file = folder.file("w.tsv")
    let rows = [TrainingRow(query: "\"Title\"", positive: "an 8\" disk", negatives: ["a", "b"])]
    try RowFile.write(rows, to: file, as: .texts)
    #expect(try TrainingRows(file: file).rows == rows)
    let odd = [TrainingRow(query: "q", positive: "\"a \"\"b\"\"\"")]
    #expect(
      message { try RowFile.write(odd, to: file, as: .texts) }.map(folder.shortened)
        == "w.tsv: row 1 has a text in quotation marks with doubled ones inside, which readers of a .tsv file take out; "
        + "write .csv or .jsonl")
  }

  // MARK: - Encodings and line ends

  @Test(arguments: [true, false])
  func utf16IsRead(hasMark: Bool) throws {
    let text = (hasMark ? "\u{FEFF}" : "") + "query\tpositive\r\na, b\tc\r\n文\té\r\n"
    let found = try read("r.tsv", text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    #expect(found.rows == [TrainingRow(query: "a, b", positive: "c"), TrainingRow(query: "文", positive: "é")])
    #expect(found.warnings == ["read as UTF-16 text"])
  }

  @Test func carriageReturnsAloneEndLines() throws {
    let found = try read("r.csv", "query,positive\r\"a, b\",c\rd,\"e \"\"f\"\"\"\r")
    #expect(found.rows == two)
    #expect(found.warnings == ["read as text whose lines end with a carriage return alone"])
  }

  @Test func anotherEncodingIsOneProblem() throws {
    let line: [UInt8] = [0x63, 0x61, 0x66, 0xE9, 0x2C, 0x78, 0x0A]
    let words =
      "expected UTF-8 text, found other bytes, as Windows-1252 and other older encodings have them; convert the file to UTF-8"
    #expect(
      try problem("r.csv", Array("query,positive\n".utf8) + line + line + Array("a,b\n".utf8) + line)
        == "r.csv:2: \(words) (and in lines 3, 5)")
    // Without its header a table is not read on.
    #expect(try problem("r.csv", line + Array("a,b\n".utf8)) == "r.csv:1: \(words)")
  }

  @Test func aByteZeroIsOneProblem() throws {
    #expect(
      try problem("r.tsv", "query\tpositive\na\tb\nc\0\td\ne\0\tf\n")
        == "r.tsv:3: expected text, found a byte 0; the file is damaged or no text: export it again")
  }

  // MARK: - Headers and cells

  @Test func namesMayHaveCapitalsAndSpaces() throws {
    let found = try read("r.csv", "\u{FEFF}\" Query \",POSITIVE,Negative_1\na,b,c\n")
    #expect(found.rows == [TrainingRow(query: "a", positive: "b", negatives: ["c"])])
    #expect(found.warnings == ["the column \"Query\" is read as \"query\" (and 2 more so)"])
    #expect(
      try problem("r.csv", "query,Query,positive\na,b,c\n")
        == "r.csv:1: expected every column once, found \"query\" twice in the header; rename one\n"
        + "r.csv: the column \"Query\" is read as \"query\"")
  }

  @Test func anIndexOfADataFrameIsLeftOut() throws {
    let found = try read("r.csv", ",query,positive\n0,a,b\n1,c,d\n")
    #expect(found.rows == [TrainingRow(query: "a", positive: "b"), TrainingRow(query: "c", positive: "d")])
    #expect(found.warnings == ["the first column has no name and numbers the rows; it is left out"])
    #expect(
      try problem("r.csv", ",query,positive\nx,a,b\ny,c,d\n")
        == "r.csv:1: expected a name for every column, found none for column 1, which has text in line 2; name it or remove it"
    )
  }

  @Test func emptyCellsAtTheEndDoNotCount() throws {
    let found = try read("r.csv", "query,positive,,\na,b,,\n,,,\nc,d,,,\n\n,,\n")
    #expect(found.rows == [TrainingRow(query: "a", positive: "b"), TrainingRow(query: "c", positive: "d")])
    #expect(found.warnings == ["1 row has empty fields behind the last column, the first in line 4; they are left out"])
  }

  @Test func numbersMayHaveDecimalCommas() throws {
    let found = try read("r.csv", "sentence1;sentence2;score\na, b;c;0,5\nd;e;1\nf;g;-2,25\n")
    #expect(found.rows.map(\.label) == [0.5, 1, -2.25])
    #expect(
      found.warnings.last == "2 numbers with a decimal comma, the first 0,5 in line 2, read as 0.5")
    #expect(
      try problem("r.csv", "sentence1;sentence2;score\na;b;1.000\nc;d;0,5\n")?.hasPrefix(
        "r.csv:3: expected one decimal mark in all numbers, found 0,5 and, in line 2, 1.000; write a point in both\n")
        == true)
    #expect(
      try problem("r.tsv", "sentence1\tsentence2\tscore\na\tb\t0,5\n")
        == "r.tsv:2: expected \"score\" to be a finite 32-bit number, found 0,5 with a decimal comma; write 0.5")
  }

  // MARK: - Missing values

  @Test(arguments: ["NaN", "nan", "NULL", "null", "None", "<NA>", "N/A", " nan "])
  func aWordForAMissingValueIsReadOnceWithAWarning(_ word: String) throws {
    for name in ["r.csv", "r.tsv"] {
      let separator = name == "r.csv" ? "," : "\t"
      let header = ["query", "positive"].joined(separator: separator) + "\n"
      let once = try read(name, header + "a\(separator)\(word)\n\(word)\(separator)c\n")
      #expect(once.rows.map(\.query) == ["a", word])
      #expect(
        once.warnings
          == ["positive", "query"].map {
            "\(word.filter { $0 != " " }) in line \($0 == "query" ? 3 : 2) is read as the text of \"\($0)\", though data frames write "
              + "so what is missing; leave the cell empty, or remove the row, unless it is meant"
          })
      let twice = header + "a\(separator)b\nc\(separator)\(word)\nd\(separator)\(word)\n"
      #expect(
        try problem(name, twice)
          == "\(name):3: expected texts in \"positive\", found \(word.filter { $0 != " " }), as data frames write what is "
          + "missing, in 2 cells, this the first; leave such cells empty or remove the rows, or write .jsonl where the word "
          + "is meant")
    }
  }

  @Test func numberedNegativesAreTextsToo() throws {
    let text = "anchor,positive,negative_1,negative_2\na,b,c,nan\nd,e,f,nan\n"
    #expect(try problem("r.csv", text)?.hasPrefix("r.csv:2: expected texts in \"negative_2\", found nan") == true)
    #expect(try read("r.csv", text.replacing(",nan", with: ",")).rows.map(\.negatives) == [["c"], ["f"]])
  }

  @Test func inJSONTheWordIsAText() throws {
    let line = "{\"query\": \"null\", \"positive\": \"None\"}\n"
    let found = try read("r.jsonl", line + line)
    #expect(found.rows.count == 2 && found.warnings == [])
  }

  /// What would be refused in reading is refused in writing.
  @Test(arguments: ["r.csv", "r.tsv"])
  func aWordForAMissingValueIsNotWritten(_ name: String) throws {
    let rows = [TrainingRow(query: "a", positive: "null")]
    let written = message { try RowFile.write(rows, to: folder.file(name), as: .texts) }
    #expect(written?.hasSuffix("has null as a text, which stands for a missing value in a table; write .jsonl") == true)
    try RowFile.write(rows, to: folder.file("r.jsonl"), as: .texts)
    #expect(try TrainingRows(file: folder.file("r.jsonl")).rows == rows)
  }

  // MARK: - Problems

  @Test func theSameProblemIsToldOnce() throws {
    let text = "query,positive\n" + String(repeating: "a,b,c\n", count: 9)
    #expect(
      try problem("r.csv", text)
        == "r.csv:2: expected 2 fields, as in the header, found 3; put fields with commas or line breaks in quotation marks "
        + "(and in lines 3, 4, 5, 6, 7 and 3 more)")
  }

  @Test func aMarkThatGoesAstrayIsTracedToItsLine() throws {
    #expect(
      try problem("r.csv", "query,positive\n\"a,b\nc,\"d\"\n")
        == "r.csv:3: expected a comma after the closing quotation mark of a field, found something else; "
        + "double quotation marks inside a quoted field (the row starts in line 2)")
  }

  @Test func whatIsNoTableIsNamed() throws {
    #expect(
      try problem("r.csv", [0x50, 0x4B, 0x03, 0x04, 0x14, 0x00])
        == "r.csv: expected text, found a zip archive, as .xlsx and .ods files are; "
        + "unpack it, or export the sheet as .csv in UTF-8")
    #expect(
      try problem("r.jsonl.gz", [0x1F, 0x8B, 0x08, 0x00])
        == "r.jsonl.gz: expected a file of rows, found a gzip archive; unpack it with gunzip")
    #expect(
      try problem("r.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
        == "r.csv: expected data, found a Git LFS pointer, which stands for the file itself; fetch the file with git lfs pull"
    )
    #expect(
      try problem("r.jsonl", "<!DOCTYPE html>\n<html></html>\n")
        == "r.jsonl: expected data, found a web page; download the file itself")
  }
}
