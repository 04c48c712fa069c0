extension Duration {
  /// The duration in seconds, to the microsecond.
  package var seconds: Double {
    (Double(components.seconds) * 1e6 + Double(components.attoseconds / 1_000_000_000_000)) / 1e6
  }
}
