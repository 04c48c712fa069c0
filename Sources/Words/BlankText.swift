extension String {
  /// True if there is nothing to read: only white space, and control, format and private characters such as a zero-width
  /// space.
  ///
  /// A tokenizer of BERT removes all of these, so that no token is left of such a text.
  package var isBlank: Bool { unicodeScalars.allSatisfy(\.isUnreadable) }
}

extension Unicode.Scalar {
  fileprivate var isUnreadable: Bool {
    if isASCII { return value <= 0x20 || value == 0x7F }
    switch properties.generalCategory {
    case .control, .format, .privateUse, .spaceSeparator, .lineSeparator, .paragraphSeparator: return true
    default: return self == "\u{FFFD}"
    }
  }
}
