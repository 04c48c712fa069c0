import Files
import JSONText
import Testing
import Tokenizers

/// The vocabulary of all-MiniLM-L6-v2 on real texts, against the reference library.
///
/// The checkpoint is fetched by scripts/fetch-checkpoint; without it these tests say so and pass.
@Suite struct RealVocabularyTests {
  private func checkpoint() throws -> String? {
    let folder = Files.join(Golden.package, "checkpoints/all-MiniLM-L6-v2")
    if Files.exists(Files.join(folder, "tokenizer.json")) { return folder }
    print("skipped: \(folder) is not there; scripts/fetch-checkpoint all-MiniLM-L6-v2 brings it")
    return nil
  }

  @Test("1,000 texts of 1 to 600 words in many scripts")
  func texts() throws {
    guard let folder = try checkpoint() else { return }
    let tokenizer = try Tokenizer(folder: folder)
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
    guard let folder = try checkpoint() else { return }
    let first = try Tokenizer(folder: folder)
    let second = try withFolder([:]) { copy in
      for name in ["vocab.txt", "tokenizer_config.json", "special_tokens_map.json"] {
        try Files.copy(Files.join(folder, name), to: Files.join(copy, name))
      }
      return try Tokenizer(folder: copy)
    }
    #expect(first.vocabularySize == 30_522)
    #expect(first.configuredMaximumLength == 512)
    #expect(first.largestID == second.largestID)
    for line in try Golden.text("sentences.txt").split(separator: "\n") {
      #expect(try first.encode(String(line), maximumLength: 60) == second.encode(String(line), maximumLength: 60))
      #expect(try first.encode("a", String(line)) == second.encode("a", String(line)))
    }
    for id in 0...first.largestID { #expect(first.token(id) == second.token(id)) }
  }

  @Test("Every document of the collections beside the repository")
  func collections() throws {
    guard let folder = try checkpoint() else { return }
    let tokenizer = try Tokenizer(folder: folder)
    for line in try Golden.text("collections.txt").split(separator: "\n") {
      let fields = line.split(separator: " ")
      let file = Files.join(Golden.package, "../shared/collections/\(fields[0])/corpus.jsonl")
      guard Files.exists(file), try Files.size(file) == Int(fields[1]) else {
        print("skipped: \(file) is not there, or not the one the golden file was made from")
        continue
      }
      let reader = try LineReader(file)
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
      for (index, (found, expected)) in zip(hashes, fields.dropFirst(3)).enumerated() {
        #expect(found == UInt32(expected, radix: 16), "\(fields[0]): documents from \(index * 256) on")
      }
    }
  }
}
