/// Reads JSON text strictly by RFC 8259.
///
/// Refused are: text that is not UTF-8, a byte order mark, comments, trailing commas, numbers like `01` or `.5`,
/// escapes of lone surrogates, two members of one name (compared unescaped, byte by byte), and anything but white
/// space around the value.
public enum JSONReader {
  /// Reads one JSON value.
  ///
  /// - Parameter maximumDepth: The deepest nesting of arrays and objects that is accepted.
  public static func parse(_ bytes: [UInt8], maximumDepth: Int = 128) throws(JSONError) -> JSONValue {
    var cursor = JSONCursor(bytes, maximumDepth: maximumDepth)
    let value = try cursor.readValue()
    try cursor.finish()
    return value
  }

  /// Reads one JSON value from a part of some bytes; positions in errors count from the start of the part.
  public static func parse(_ bytes: ArraySlice<UInt8>, maximumDepth: Int = 128) throws(JSONError) -> JSONValue {
    try parse(Array(bytes), maximumDepth: maximumDepth)
  }
}
