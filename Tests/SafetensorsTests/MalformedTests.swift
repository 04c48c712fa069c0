import Files
import Safetensors
import TestSupport
import Testing

@Suite struct MalformedTests {
  @Test(arguments: MalformedCase.all)
  func saysWhatIsWrong(malformed: MalformedCase) throws {
    let error = try #require(throws: SafetensorsError.self) { try readHeader(malformed.file) }
    #expect(
      error.description
        == "x.safetensors: \(malformed.problem); the file is damaged or no safetensors file, fetch or write it again")
    #expect(error.kind == .badData)
    #expect(error.path == "x.safetensors")
  }

  @Test func thereAreEnoughCasesAndFewAreOurOwnRules() {
    #expect(MalformedCase.all.count >= 130)
    // Checked against safetensors 0.8.0: twice named metadata (2), tensor, array form, NUL, dtype as an object, 2^63.
    #expect(MalformedCase.all.filter(\.onlyHere).count == 7)
  }

  @Test func theErrorNamesTheTensor() throws {
    let file = fileBytes(#"{"a\n":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: 4)
    let error = try #require(throws: SafetensorsError.self) { try readHeader(file) }
    #expect(error.tensor == "a\n")
    #expect(error.description.hasPrefix(#"x.safetensors: tensor "a\n": its shape [2] of F32 takes 8 bytes, but"#))
  }

  @Test func longNamesAreCutInMessages() throws {
    let name = String(repeating: "é", count: 1000)
    let file = fileBytes("{\"\(name)\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,1]}}", data: 1)
    let error = try #require(throws: SafetensorsError.self) { try readHeader(file) }
    #expect(error.tensor == name)
    #expect(error.description.hasPrefix("x.safetensors: tensor \"\(name.prefix(200))…\": its shape"))
  }

  /// The attack of safetensors/attacks: very many tensors over the same bytes.
  @Test func overlappingTensorsAreRefusedSoon() throws {
    let entries = (0..<100_000).map { #""t\#($0)":{"dtype":"F32","shape":[100],"data_offsets":[0,400]}"# }
    let file = fileBytes("{" + entries.joined(separator: ",") + "}", data: 400)
    let clock = ContinuousClock()
    let duration = try clock.measure {
      let error = try #require(throws: SafetensorsError.self) { try readHeader(file) }
      #expect(error.description.contains("its bytes start at 0, but those before it end at 400"))
    }
    #expect(duration < .seconds(Sanitizer.isOn ? 100 : 10))
  }

  /// No part of a header that is thrown away may take many times its size.
  @Test func aLargeHeaderOfNothingIsRefusedSoon() throws {
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 1)
    let list = Array(repeating: zeros, count: 10_000_000).joined(separator: [UInt8(ascii: ",")])
    let file = fileBytes(Array(#"{"a":{"x":["#.utf8) + list + Array("]}}".utf8))
    let clock = ContinuousClock()
    let duration = try clock.measure {
      let error = try #require(throws: SafetensorsError.self) { try readHeader(file) }
      #expect(error.description.contains(#"tensor "a" has no "dtype""#))
    }
    #expect(duration < .seconds(Sanitizer.isOn ? 100 : 10))
  }

  @Test func filesAreCheckedWhenTheyAreOpened() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.safetensors")
    try Files.write(fileBytes("{}", data: 1), to: path)
    let error = try #require(throws: SafetensorsError.self) { try SafetensorsFile(path) }
    #expect(
      error.description == "\(path): its tensors take 0 bytes, but 1 byte follow the header; "
        + "the file is damaged or no safetensors file, fetch or write it again")
    let missing = try #require(throws: SafetensorsError.self) { try SafetensorsFile(folder.file("b")) }
    #expect(missing.description == "cannot read \(folder.file("b")): no such file or folder; check the path")
    #expect(missing.kind == .missingInput)
    let unreadable = try #require(throws: SafetensorsError.self) { try SafetensorsFile(folder.path) }
    #expect(unreadable.description == "cannot read \(folder.path): it is a folder; name a file")
  }
}
