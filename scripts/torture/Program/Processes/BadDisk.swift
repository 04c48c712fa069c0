import ArgumentParser
import Files
import Foundation

/// A disk that fails, is slow, or on which a program dies: `Disk/disk.c`, loaded into the program.
struct BadDisk {
  enum Fault: String, CaseIterable {
    case inputOutput = "EIO"
    case noSpace = "ENOSPC"
    case kill = "KILL"
    case slow = "SLOW"
    /// Nothing happens; the operations are counted.
    case none = "COUNT"
  }

  private let library: String
  private let log: String

  /// Compiles the library.
  ///
  /// - Parameters:
  ///   - source: The folder of the source.
  ///   - scratch: The folder for the library, and for what it notes.
  init(source: String, scratch: String) throws {
    #if !os(Linux)
      throw ValidationError("this loop needs Linux")
    #endif
    library = Files.join(scratch, "disk.so")
    log = Files.join(scratch, "disk.log")
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["cc", "-shared", "-fPIC", "-O2", "-o", library, Files.join(source, "disk.c"), "-ldl"]
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { throw ValidationError("cc cannot compile \(source)/disk.c") }
  }

  /// The environment of a program that meets the disk.
  ///
  /// - Parameter place: The number of the operation, from 1; of a slow disk the milliseconds of an `fsync`.
  func environment(_ fault: Fault, at place: Int = 0, lasting: Bool = false) -> [String: String] {
    // The note of an earlier process must not be taken for that of the next.
    try? Files.remove(log)
    return [
      "LD_PRELOAD": library, "DISK_FAULT": fault.rawValue, "DISK_AT": String(place),
      "DISK_LASTING": lasting ? "1" : "0", "DISK_LOG": log,
    ]
  }

  /// The operation that was struck, as its name and path; nil where there was none.
  var struck: String? {
    note("at").map { $0.split(separator: " ", maxSplits: 1).dropFirst().joined() }
  }

  /// The number of operations that the last process made, which has ended by itself.
  var count: Int? { note("of").flatMap { Int($0) } }

  private func note(_ word: String) -> String? {
    guard let bytes = try? Files.read(log) else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(word + " ") }
      .map { String($0.dropFirst(word.count + 1)) }
  }
}
