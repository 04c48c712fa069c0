/// Stops the program with a message when a caller broke a rule of the engine, in release builds too.
///
/// For programmer errors only; whatever comes from a user or a file is an `Error`.
@inlinable
package func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  if !condition { fatalError(message(), file: file, line: line) }
}
