extension String {
  /// The text cut to a length that suits a message, without control characters.
  package var shortened: String {
    var result = ""
    for (count, scalar) in unicodeScalars.enumerated() {
      if count == 40 { return result + "…" }
      result.unicodeScalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
    return result
  }
}
