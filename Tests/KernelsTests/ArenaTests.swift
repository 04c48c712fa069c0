import Testing

@testable import Kernels

/// Large blocks: no two overlap, freed ones merge, and what was freed serves requests of any size.
@Suite struct ArenaTests {
  private static let unit = Arena.unit

  private func take(_ size: Int, from arena: inout Arena) throws -> UnsafeMutableRawPointer {
    let block = arena.take(size)
    return try #require(block)
  }

  @Test func freedNeighboursBecomeOneRange() throws {
    var arena = Arena()
    let blocks = try (0..<4).map { _ in try take(8 * Self.unit, from: &arena) }
    #expect(
      zip(blocks, blocks.dropFirst()).allSatisfy { $1 - $0 == 8 * Self.unit }, "first fit from the lowest address")
    for block in [1, 3, 0, 2] { arena.give(back: blocks[block], 8 * Self.unit) }
    let whole = try take(32 * Self.unit, from: &arena)
    #expect(whole == blocks[0])
  }

  @Test func theLowestRangeThatFitsServes() throws {
    var arena = Arena()
    let blocks = try [4, 1, 2, 1, 8].map { try take($0 * Self.unit, from: &arena) }
    arena.give(back: blocks[0], 4 * Self.unit)
    arena.give(back: blocks[2], 2 * Self.unit)
    let found = try [5, 2, 2, 2].map { try take($0 * Self.unit, from: &arena) }
    #expect(found == [blocks[4] + 8 * Self.unit, blocks[0], blocks[0] + 2 * Self.unit, blocks[2]])
  }

  @Test func sizesAreRoundedToWholePages() {
    #expect(Arena.roundedSize(of: 1) == Self.unit)
    #expect(Arena.roundedSize(of: Self.unit) == Self.unit)
    #expect(Arena.roundedSize(of: Self.unit + 1) == 2 * Self.unit)
  }

  /// Random takes and gives against a plain list of what is taken.
  @Test func takenBlocksNeverOverlap() throws {
    var arena = Arena()
    var random = SystemRandomNumberGenerator()
    var taken: [(start: UInt, size: Int)] = []
    for _ in 0..<5000 {
      if taken.count > 40 || (!taken.isEmpty && Bool.random(using: &random)) {
        let block = taken.remove(at: Int.random(in: 0..<taken.count, using: &random))
        arena.give(back: try #require(UnsafeMutableRawPointer(bitPattern: block.start)), block.size)
      } else {
        let size = Int.random(in: 1...300, using: &random) * Self.unit
        let start = UInt(bitPattern: try take(size, from: &arena))
        let end = start + UInt(size)
        #expect(taken.allSatisfy { end <= $0.start || $0.start + UInt($0.size) <= start })
        taken.append((start, size))
      }
    }
  }

  /// What the system got back reads as zeros, so a wrong range would show.
  @Test func drainedMemoryIsUsableAgain() throws {
    var arena = Arena()
    let size = 64 * Self.unit
    let (kept, freed) = (try take(size, from: &arena), try take(size, from: &arena))
    kept.initializeMemory(as: UInt8.self, repeating: 7, count: size)
    freed.initializeMemory(as: UInt8.self, repeating: 7, count: size)
    arena.give(back: freed, size)
    arena.drain()
    #expect(UnsafeRawBufferPointer(start: kept, count: size).allSatisfy { $0 == 7 })
    let again = try take(size, from: &arena)
    #expect(again == freed)
    again.initializeMemory(as: UInt8.self, repeating: 1, count: size)
  }
}
