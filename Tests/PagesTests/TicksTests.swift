import Testing

@testable import Pages

@Suite struct TicksTests {
  @Test func ticksAreShort() {
    #expect(Ticks.text(0.2, span: 1) == "0.2")
    #expect(Ticks.text(12_000, span: 20_000) == "12,000")
    #expect(Ticks.text(0.00002, span: 0.00004) == "2e-5")
    #expect(Ticks.text(2.5e9, span: 1e10) == "2.5e9")
    #expect(Ticks.text(0, span: 1e-5) == "0")
  }

  @Test func aRangeOfOneNumberHasTicksThatDiffer() {
    func texts(_ value: Double) -> [String] {
      let ticks = Ticks.values(from: value, to: value)
      return ticks.map { Ticks.text($0, span: ticks[1] - ticks[0]) }
    }
    #expect(texts(1) == ["1.00", "1.20"])
    #expect(texts(0) == ["0.00", "0.20"])
    #expect(texts(2e-5) == ["2e-5", "2.5e-5"])
  }
}
