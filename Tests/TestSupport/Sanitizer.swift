/// The sanitizer that the tests run under.
public enum Sanitizer {
  /// True if there is one: everything takes longer then, and it keeps files and memory of its own.
  public static var isOn: Bool {
    #if SANITIZED
      true
    #else
      false
    #endif
  }
}
