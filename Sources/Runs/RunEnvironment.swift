import Files
package import JSONText
import Kernels

/// The machine and the libraries of a run; if they differ, results can differ in the last bits.
package struct RunEnvironment: Sendable {
  package let processor: String
  package let threads: Int
  package let system: String
  package let blas: String

  /// The environment of this process; the files of the system are read once.
  package static var current: RunEnvironment {
    RunEnvironment(
      processor: processorName, threads: Threads.count, system: systemName,
      blas: "\(Processor.blasConfiguration), core \(Processor.blasCore)")
  }

  private static let processorName = field("model name", of: "/proc/cpuinfo", separator: ":") ?? "unknown"
  private static let systemName = field("PRETTY_NAME", of: "/etc/os-release", separator: "=") ?? "unknown"

  /// The most memory that this process has had so far, in bytes; nil where the system does not say.
  package static var peakMemory: Int? {
    guard let size = field("VmHWM", of: "/proc/self/status", separator: ":"),
      let kibibytes = Int(size.filter(\.isNumber)), kibibytes <= Int.max / 1024
    else { return nil }
    return kibibytes * 1024
  }

  /// The environment as names and values for a person.
  package var facts: [(name: String, value: String)] {
    [
      ("processor", processor), ("threads", String(threads)), ("system", system), ("OpenBLAS", blas),
      ("Hone", Hone.version),
    ]
  }

  package var json: JSONValue {
    [
      "processor": JSONValue(processor), "threads": JSONValue(threads), "system": JSONValue(system),
      "openBLAS": JSONValue(blas),
    ]
  }

  /// The value of the first line that begins with a name.
  private static func field(_ name: String, of file: String, separator: Character) -> String? {
    guard let bytes = try? Files.read(file, maximumBytes: 1 << 24) else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name) {
      guard let mark = line.firstIndex(of: separator) else { continue }
      return String(line[line.index(after: mark)...].drop { $0 == " " || $0 == "\"" }.prefix { $0 != "\"" })
    }
    return nil
  }
}
