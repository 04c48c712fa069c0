import Testing

@testable import Pages

@Suite struct PageStyleTests {
  /// Text and its ground differ by 4.5 to 1, as WCAG 2.2 asks for.
  @Test func coloursHaveContrast() throws {
    let style = PageStyle.text
    let parts = style.split(separator: "@media screen", maxSplits: 1)
    for part in [parts[0], try #require(parts[1].split(separator: "* {", maxSplits: 1).first)] {
      var colours: [String: String] = [:]
      for match in part.matches(of: #/--([a-z]+): #([0-9a-f]{3,6});/#) where colours[String(match.1)] == nil {
        colours[String(match.1)] = String(match.2)
      }
      #expect(colours.count == 12)
      for text in ["text", "soft", "good", "bad", "even", "first"] {
        for ground in ["ground", "card", "found"] {
          let contrast = contrast(try #require(colours[text]), try #require(colours[ground]))
          #expect(contrast >= 4.5, "\(text) on \(ground): \(contrast)")
        }
      }
    }
  }

  /// The contrast of two colours by WCAG's relative luminance, whose exponent of 2.4 is 2.5 here.
  private func contrast(_ first: String, _ second: String) -> Double {
    func luminance(_ colour: String) -> Double {
      let digits = colour.count == 3 ? colour.map { "\($0)\($0)" }.joined() : colour
      let channels = stride(from: 0, to: 6, by: 2).map { place -> Double in
        let value = Double(Int(digits.dropFirst(place).prefix(2), radix: 16) ?? 0) / 255
        let base = (value + 0.055) / 1.055
        return value <= 0.04045 ? value / 12.92 : base * base * base.squareRoot()
      }
      return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }
    let (one, two) = (luminance(first), luminance(second))
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)
  }
}
