import Files
import JSONText
import TestSupport
import Testing
import Tokenizers

/// The vocabulary of all-MiniLM-L6-v2 on real texts, against the reference library.
///
/// The checkpoint is fetched by scripts/fetch-checkpoint; without it these tests are skipped.
@Suite(.needsCheckpoint) struct RealVocabularyTests {
  @Test("1,000 texts of 1 to 600 words in many scripts")
  func texts() throws {
    let tokenizer = try Tokenizer(folder: Locations.checkpoint)
    let words = try Golden.text("sentences.txt").split(separator: " ", omittingEmptySubsequences: false)
    let lines = try Golden.text("real_texts.txt").split(separator: "\n")
    #expect(lines.count == 1000)
    for line in lines {
      let fields = line.split(separator: " ")
      let (start, length) = (try #require(Int(fields[0])), try #require(Int(fields[1])))
      let ids = try tokenizer.encode((words + words)[start..<start + length].joined(separator: " ")).ids
      #expect(ids.count == Int(fields[2]), "\(length) words from word \(start)")
      #expect(Golden.hash(of: ids) == UInt32(fields[3], radix: 16), "\(length) words from word \(start)")
    }
  }

  @Test("The folder's vocab.txt gives the same ids as its tokenizer.json")
  func bothForms() throws {
    let folder = Locations.checkpoint
    let first = try Tokenizer(folder: folder)
    let second = try withFolder([:]) { copy in
      for name in ["vocab.txt", "tokenizer_config.json", "special_tokens_map.json"] {
        try Files.copy(Files.join(folder, name), to: Files.join(copy, name))
      }
      return try Tokenizer(folder: copy)
    }
    #expect(first.vocabularySize == 30_522)
    #expect(first.configuredMaximumLength == 256)
    #expect(first.largestID == second.largestID)
    let lines = try Golden.text("sentences.txt").split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines {
      #expect(try first.encode(String(line), maximumLength: 60) == second.encode(String(line), maximumLength: 60))
      #expect(try first.encode("a", String(line)) == second.encode("a", String(line)))
    }
    for id in 0...first.largestID { #expect(first.token(id) == second.token(id)) }
  }

  /// A line for each collection: its name, the size of its file, the number of its documents, and the hashes of their ids.
  private static let collections: [[Substring]] = {
    let text = (try? Golden.text("collections.txt")) ?? ""
    return text.split(separator: "\n").map { $0.split(separator: " ") }
  }()

  private static func documents(of collection: Substring) -> String {
    Files.join(Locations.collections, String(collection), "corpus.jsonl")
  }

  /// The collections that are missing, or not those that the golden file was made from.
  private static var others: [Substring] {
    collections.filter { (try? Files.size(documents(of: $0[0]))) != Int($0[1]) }.map { $0[0] }
  }

  @Test(
    "Every document of the collections beside the repository",
    .enabled(if: others.isEmpty, "not there, or not as the golden file has them: \(others.joined(separator: ", "))"))
  func collections() throws {
    let tokenizer = try Tokenizer(folder: Locations.checkpoint)
    #expect(Self.collections.count == 5)
    for fields in Self.collections {
      let reader = try LineReader(Self.documents(of: fields[0]))
      var hashes: [UInt32] = []
      var count = 0
      while let line = try reader.next() {
        let row = try #require(try JSONReader.parse(line.bytes).objectValue)
        let text = (row["title"]?.stringValue ?? "") + " " + (try row.string("text"))
        if count % 256 == 0 { hashes.append(Golden.hash([])) }
        hashes[count / 256] = Golden.hash(of: try tokenizer.encode(text).ids, from: hashes[count / 256])
        count += 1
      }
      #expect(count == Int(fields[2]))
      #expect(hashes.count == fields.count - 3)
      for (index, (found, expected)) in zip(hashes, fields.dropFirst(3)).enumerated() {
        #expect(found == UInt32(expected, radix: 16), "\(fields[0]): documents from \(index * 256) on")
      }
    }
  }
}
