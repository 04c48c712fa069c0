import Files
import TestSupport
import Testing

@testable import Tools

@Suite struct TokenizingToolTests {
  private func lines(_ input: String, isPair: Bool = false, maximumLength: Int? = nil) throws -> [String] {
    let folder = TemporaryFolder()
    try Files.write(input, to: folder.file("texts"))
    var lines: [String] = []
    let model = Files.join(Locations.repositoryRoot, "Tests", "Goldens", "bert-tiny")
    let tool = TokenizingTool(model: model, input: folder.file("texts"), isPair: isPair, maximumLength: maximumLength)
    try tool { lines.append($0) }
    return lines
  }

  @Test func eachLineGivesItsTokens() throws {
    let plain = try lines("find a file\nchess\n")
    #expect(plain.count == 2)
    #expect(plain[1].hasSuffix(#""tokens":["[CLS]","chess","[SEP]"]}"#))
    #expect(try lines("\"find a file\"\n{\"text\": \"chess\"}\n") == plain)
    #expect(
      try lines("find a file\n", maximumLength: 3).first?.hasSuffix(#""tokens":["[CLS]","find","[SEP]"]}"#) == true)
  }

  @Test func pairsHaveTwoTypes() throws {
    let tabbed = try lines("chess\tboard\n", isPair: true)
    #expect(tabbed.first?.contains(#""types":[0,0,0,1,1]"#) == true, "\(tabbed)")
    #expect(try lines("{\"query\": \"chess\", \"document\": \"board\"}\n", isPair: true) == tabbed)
    #expect(throws: FileError.self) { try lines("chess\n", isPair: true) }
  }
}
