import TestSupport
import Testing

@testable import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The inner loops of tiles, as the compiler made them: a compiler that keeps sums in memory halves the speed and fails
/// no other test.
@Suite struct InnerLoopTests {
  /// The tiles that this build reaches, by their names in the binary.
  ///
  /// Two chains of three rows and their factors need more registers than AVX2 has, so some of them move.
  static let tiles: [String] =
    ["9panelTile", "9stripTile"] + (tileRows > 6 ? ["16widenedPanelTile"] : [])
    + (Arithmetic.allOfPairs.contains(.lanes) ? ["13pairPanelTile"] : [])
    + (Arithmetic.allOfBytes.contains(.lanes) ? ["13bytePanelTile"] : [])

  @Test(.enabled(if: Disassembly.obstacle == nil, Comment(rawValue: Disassembly.obstacle ?? "")), arguments: tiles)
  func sumsStayInRegisters(tile: String) throws {
    let loops = try Disassembly.loops(ofFunction: "$s7Kernels" + tile)
    // Four steps with 12 registers of sums, of twelve rows, or of six in halves or with two chains each: that loop does
    // the work.
    let products = 4 * 12
    let working = loops.filter { loop in loop.count { $0.isProduct } == products }
    #expect(!working.isEmpty, "no loop of \(tile) has \(products) products")
    for loop in working {
      let moves = loop.filter { $0.isVectorOnStack }
      #expect(moves.isEmpty, "\(moves.count) of \(loop.count) instructions move sums to or from memory: \(moves)")
    }
  }

  /// Matrix tiles: four products of four tiles, each named in its instruction.
  @Test(
    .enabled(if: Disassembly.obstacle == nil, Comment(rawValue: Disassembly.obstacle ?? "")),
    .enabled(if: MatrixTiles.areAvailable, "this processor has no matrix tiles"),
    arguments: ["14byteMatrixTile", "14pairMatrixTile"])
  func matrixTilesAreLoadedAndMultiplied(tile: String) throws {
    let loops = try Disassembly.loops(ofFunction: "$s7Kernels" + tile)
    let working = loops.filter { loop in loop.count { $0.text.hasPrefix("tdp") } == 4 }
    #expect(working.count == 1, "\(working.count) loops of \(tile) have four products")
    for loop in working {
      #expect(loop.count { $0.text.hasPrefix("tileloadd") } == 4)
      #expect(!loop.contains { $0.text.hasPrefix("call") || $0.isVectorOnStack }, "\(loop)")
      #expect(loop.count <= 32, "\(loop.count) instructions: \(loop)")
    }
  }
}

/// The instructions of this program.
private enum Disassembly {
  /// Why this program cannot be judged; nil if it can.
  static let obstacle: String? = {
    if !Processor.compiledInstructionSets.contains("FMA") { return "this build has no tiles of its own" }
    guard let version = try? output(of: "objdump --version 2>&1"), version.contains("GNU") else {
      return "there is no objdump"
    }
    guard let symbols = try? symbols, !symbols.isEmpty else { return "the symbols are stripped" }
    if symbols.contains(where: { $0.name.hasPrefix("__tsan_init") || $0.name.hasPrefix("__asan_init") }) {
      return "sanitizers add instructions"
    }
    #if DEBUG
      return "this build is not optimized"
    #else
      return nil
    #endif
  }()

  /// An instruction: its place and its text.
  struct Instruction: CustomStringConvertible {
    let address: UInt64
    let text: Substring

    var description: String { String(text) }
    var isProduct: Bool { ["vfmadd", "vdpbf16ps", "vpdpbusd"].contains { text.hasPrefix($0) } }
    var isVectorOnStack: Bool { text.contains("(%rsp") && ["%xmm", "%ymm", "%zmm"].contains { text.contains($0) } }

    /// The target of a conditional jump.
    var jump: UInt64? {
      guard text.hasPrefix("j"), !text.hasPrefix("jmp") else { return nil }
      return text.split(separator: " ").dropFirst().first.flatMap { UInt64($0, radix: 16) }
    }
  }

  /// The loops of a function: the instructions from the target of each jump backwards to the jump.
  static func loops(ofFunction name: String) throws -> [[Instruction]] {
    guard let symbol = try symbols.filter({ $0.name.hasPrefix(name) }).max(by: { $0.size < $1.size }) else {
      throw Unreadable(description: "no function \(name)")
    }
    let range = [symbol.address, symbol.address + symbol.size].map { "0x" + String($0, radix: 16) }
    let text = try output(
      of: "objdump -d --no-show-raw-insn --start-address=\(range[0]) --stop-address=\(range[1]) \(program)")
    let instructions = text.split(separator: "\n").compactMap { line -> Instruction? in
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let address = UInt64(parts[0].drop { $0 == " " }, radix: 16) else { return nil }
      return Instruction(address: address, text: parts[1].drop { $0 == " " || $0 == "\t" })
    }
    return instructions.compactMap { last in
      guard let first = last.jump, first < last.address else { return nil }
      return instructions.filter { (first...last.address).contains($0.address) }
    }
  }

  private static let program = "/proc/\(getpid())/exe"

  private static var symbols: [(address: UInt64, size: UInt64, name: Substring)] {
    get throws {
      try output(of: "nm -S \(program) 2>/dev/null").split(separator: "\n").compactMap { line in
        let parts = line.split(separator: " ")
        // A symbol without a size, such as one of another library, has fewer columns.
        guard let name = parts.last else { return nil }
        guard parts.count == 4, let address = UInt64(parts[0], radix: 16), let size = UInt64(parts[1], radix: 16) else {
          return (0, 0, name)
        }
        return (address, size, name)
      }
    }
  }

  private static func output(of command: String) throws -> String {
    guard let pipe = popen(command, "r") else { throw Unreadable(description: "cannot run \(command)") }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, pipe)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    guard pclose(pipe) == 0 else { throw Unreadable(description: "\(command) failed") }
    return String(decoding: bytes, as: UTF8.self)
  }

  struct Unreadable: Error, CustomStringConvertible { let description: String }
}
