import Testing

@testable import Settings

@Suite struct SettingsFileTests {
  @Test func everythingThatIsWrongIsReportedInTheOrderOfTheFile() throws {
    let text = "rate: -1\nsizes: [1, x]\nsed: 3\noutput: {}"
    #expect(
      try SampleSettings.problems(Array(text.utf8), overrides: ["a..b=1"]) == [
        "1:1: error: missing key 'seed' (a whole number from 0 on)",
        "1:1: error: 'rate': -1.0 is not more than 0",
        "2:12: error: 'sizes' should be a whole number, found 'x'",
        "3:1: error: unknown key 'sed'; did you mean 'seed'?",
        "4:9: error: missing key 'output.folder' (a text)",
        "--set a..b=1: error: expected keys joined by dots before '=', as in optimizer.rate=3e-5",
      ])
  }

  @Test func whatIsWrittenReadsBackAsTheSameSettings() throws {
    let settings = SampleSettings(
      seed: .max, rate: 3.3e-05, sizes: [1, 2], output: .init(folder: "no"))
    let text = try SettingsFile.text(of: settings)
    #expect(try SampleSettings.read(Array(text.utf8)) == settings)
    #expect(text.contains("rate: 3.3e-05\n"))
  }

  @Test func differencesAreDottedPathsWithBothValues() {
    let old = Array("seed: 17\noutput: { folder: a }\nsizes: [1]".utf8)
    let new = Array("seed: 17\noutput: { folder: b }\nrate: 1.0".utf8)
    #expect(
      SettingsFile.differences(old, new) == ["'output.folder' was 'a', is 'b'", "'sizes' is gone", "'rate' is new"])
    #expect(SettingsFile.differences(old, old) == [])
    #expect(SettingsFile.differences(Array("a: [".utf8), new) == nil)
  }

  @Test func theIdentityIsThatOfTheValues() {
    func identity(_ text: String, except free: [String] = []) -> String? {
      SettingsFile.identity(of: Array(text.utf8), except: free)
    }
    let text = "a: 1  # default\nb:\n  - x\n  - { c: d }\n"
    #expect(identity(text) != nil && identity(text) == identity("a: 1\nb: [x, {c: d}]"))
    for other in [
      "a: 2\nb: [x, {c: d}]", "a: 1\nb: [x, {c: e}]", "a: \"1\"\nb: [x, {c: d}]", "a: 1\nb: [x]", text + "e: {}",
    ] {
      #expect(identity(other) != identity(text))
    }
    #expect(identity(text + "e: { f: 1 }", except: ["e.f"]) == identity(text))
    #expect(identity("a: [") == nil)
  }
}
