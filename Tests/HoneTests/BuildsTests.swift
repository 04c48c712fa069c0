import Files
import Foundation
import TestSupport
import Testing

/// The builds that a package puts beside the one for every processor: hone goes on as the fastest that the processor runs.
@Suite struct BuildsTests {
  private let folder = TemporaryFolder()

  /// The builds in hone's order with the names that Linux gives to their instructions.
  private static let builds = [
    ("cooperlake", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16"]),
    ("x86-64-v4", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
  ]

  /// The builds whose instructions this processor lists.
  private static let runnable: [String] = {
    let description = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = description.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    let flags = Set(line.split(separator: " ").map(String.init))
    return builds.filter { flags.isSuperset(of: $0.1) }.map(\.0)
  }()

  /// Installs hone with a program in the place of each build that prints its name and its arguments.
  private func install(_ builds: [String]) throws {
    try HoneProcess.shell("mkdir bin && cp \"$HONE\" bin/hone", in: folder.path)
    for build in builds {
      try HoneProcess.shell(
        """
        mkdir -p lib/hone/\(build) && cd lib/hone/\(build)
        printf '#!/bin/sh\\necho \(build); printf "<%%s>" "$@"\\n' >hone && chmod +x hone
        """, in: folder.path)
    }
  }

  @Test func theFastestGoesOnWithTheSameArguments() throws {
    try install(Self.builds.map(\.0))
    let ended = try HoneProcess.shell("ln -s bin/hone link && ./link --version 'two words' ''", in: folder.path)
    if let first = Self.runnable.first {
      #expect(ended.output == "\(first)\n<--version><two words><>")
    } else {
      #expect(ended.status == 64)
    }
  }

  @Test(.enabled(if: BuildsTests.runnable.count > 1, "the processor runs one of the builds at most"))
  func whatCannotBeRunIsPassedOver() throws {
    try install(Array(Self.runnable.dropFirst()))
    try HoneProcess.shell("mkdir -p lib/hone/\(Self.runnable[0])/hone", in: folder.path)
    let ended = try HoneProcess.shell("bin/hone --version", in: folder.path)
    #expect(ended.output == "\(Self.runnable[1])\n<--version>")
  }

  @Test func withoutOthersHoneIsItself() throws {
    try install([])
    #expect(try HoneProcess.shell("bin/hone --version", in: folder.path).output == "0.1.0\n")
  }
}
