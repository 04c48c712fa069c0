/// The file that this process runs.
public enum Program {
  /// The path of the file, without symbolic links; nil where the system does not tell.
  public static var path: String? { try? System.resolve("/proc/self/exe") }

  /// Runs another program in this process, with the same arguments and environment.
  ///
  /// It returns only where the system cannot run that program.
  public static func become(_ path: String) {
    try? System.execute(path)
  }
}
