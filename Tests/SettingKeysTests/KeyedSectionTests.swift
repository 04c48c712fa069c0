import Foundation
import SettingKeys
import Testing

/// Declared keys as a decoder reads them that knows nothing of declarations.
@Suite struct KeyedSectionTests {
  private enum Shape: String, CaseIterable { case round, square }

  private struct Section: Codable, Equatable {
    var name = "a"
    var size = 3
    var depth: Int?
    var width = 7
    var shape = "round"

    private enum CodingKeys: String, CodingKey { case name, size, depth, width, shape }

    init() {}

    init(from decoder: any Decoder) throws {
      let keys = try decoder.keys(CodingKeys.self)
      name = try keys.required(.name, "The name.")
      size = try keys.value(.size, default: 3, "The size.")
      depth = try keys.optional(.depth, "The depth.")
      width = try keys.value(.width, from: "the wall", default: { 7 }, "The width.")
      shape = try keys.variant(.shape, of: Shape.self, default: .round, "The shape.").rawValue
    }
  }

  private func read(_ json: String) throws -> Section {
    try JSONDecoder().decode(Section.self, from: Data(json.utf8))
  }

  @Test func keysThatAreLeftOutHaveTheirDefaults() throws {
    #expect(try read(#"{"name":"a"}"#) == Section())
    var other = Section()
    (other.size, other.depth, other.width, other.shape) = (4, 5, 6, "square")
    #expect(try read(#"{"name":"a","size":4,"depth":5,"width":6,"shape":"square"}"#) == other)
  }

  @Test func aMissingKeyAndAnUnknownNameAreErrors() {
    #expect(throws: DecodingError.self) { try read("{}") }
    #expect(throws: DecodingError.self) { try read(#"{"name":"a","shape":"flat"}"#) }
    #expect(throws: DecodingError.self) { try read(#"{"name":"a","size":"large"}"#) }
  }
}
