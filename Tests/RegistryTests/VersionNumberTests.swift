import Testing

@testable import Registry

@Suite struct VersionNumberTests {
  @Test func aNumberIsReadAsItIsWritten() {
    for (value, name) in [(1, "v000001"), (123, "v000123"), (1_234_567, "v1234567")] {
      #expect(VersionNumber(value).description == name)
      #expect(VersionNumber(name) == VersionNumber(value))
    }
  }

  @Test(arguments: [
    "", "v", "v1", "v00001", "v000000", "v0000001", "x000001", "v00000１", "v-00001", "v000001 ", "champion",
  ])
  func anythingElseIsNoVersion(_ name: String) {
    #expect(VersionNumber(name) == nil)
  }
}
