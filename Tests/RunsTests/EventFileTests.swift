import Files
import TestSupport
import Testing

@testable import Runs

@Suite struct EventFileTests {
  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test func checksumsAreCastagnolis() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
    #expect(CRC32C.masked(Array("123456789".utf8)) == 0xc78a_b0e5)
    #expect(CRC32C.checksum([]) == 0)
    #expect(CRC32C.masked([]) == 0xa282_ead8)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
  }

  /// Bytes that TensorBoard's own reader was seen to read back.
  @Test func recordsAreTensorBoards() {
    let version = EventFile.event(time: 1, step: 0, payload: EventFile.field(3, "brain.Event:2"))
    #expect(
      hexadecimal(EventFile.record(version))
        == "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a")
    #expect(
      hexadecimal(EventFile.record(EventFile.scalar("loss", 0.5, step: 3, time: 2)))
        == "1a00000000000000129bd82d09000000000000004010032a0d0a0b0a046c6f7373150000003fbac36b94")
  }

  @Test func largeStepsTakeSeveralBytes() {
    #expect(hexadecimal(EventFile.event(time: 0, step: 300, payload: [])) == "09000000000000000010ac02")
  }

  /// A start that goes on says from which step, as TensorBoard was seen to obey, and has a later name.
  @Test func aStartThatGoesOnDropsLaterSteps() throws {
    let folder = TemporaryFolder()
    for step in [nil, 101] { _ = try EventFile(in: folder.path, from: step, time: 7) }
    let names = try Files.list(folder.path).sorted()
    #expect(names.map { $0.prefix(30) } == ["events.out.tfevents.0000000007", "events.out.tfevents.0000000008"])
    let first = try Files.read(Files.join(folder.path, names[0]))
    let second = try Files.read(Files.join(folder.path, names[1]))
    #expect(second.starts(with: first))
    // Step 101, and field 7 with a status of 1.
    #expect(
      Array(second.dropFirst(first.count))
        == EventFile.record(EventFile.event(time: 7, step: 101, payload: [7 << 3 | 2, 2, 8, 1])))
  }

  @Test func aFileStartsWithItsVersionAndGrows() throws {
    let folder = TemporaryFolder()
    let file = try EventFile(in: folder.path, time: 1)
    try file.add("loss", 0.5, step: 3, time: 2)
    let names = try Files.list(folder.path)
    #expect(names.count == 1)
    let name = try #require(names.first)
    #expect(name.hasPrefix("events.out.tfevents.0000000001."))
    #expect(
      hexadecimal(try Files.read(Files.join(folder.path, name)))
        == "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a"
        + "1a00000000000000129bd82d09000000000000004010032a0d0a0b0a046c6f7373150000003fbac36b94")
  }
}
