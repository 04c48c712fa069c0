import Files
import Safetensors
import Testing

/// A small generator with a seed, so that every run tries the same files.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Changes whole files in ways that keep most of their structure.
struct Mutator {
  var generator: SplitMix64
  let seeds: [[UInt8]]

  private static let numbers = [
    "0", "1", "2", "3", "4", "8", "16", "-1", "-0", "1.0", "1e0", "4294967296", "4611686018427387904",
    "9223372036854775807", "9223372036854775808", "18446744073709551614", "18446744073709551615",
    "18446744073709551616", "99999999999999999999999999", "null", "true", "\"1\"", "[1]", "{}", "",
  ]
  private static let pieces: [[UInt8]] =
    [
      "{", "}", "[", "]", ",", ":", "\"", "\\", " ", "\n", "\0", "null", "\"a\":", "\"__metadata__\":{\"a\":\"b\"},",
      "\\u0061", "\\ud800", "\"dtype\":\"F32\",", "\"shape\":[1],", "\"data_offsets\":[0,4],", "\"x\":[[[]]],",
      "F32", "F64", "U8", "F4", "F6_E2M3", "BOOL", "I64", "F99", "\u{E9}", "e\u{301}", "[[[[[[[[", "1,1,1,1,1",
    ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]]

  private static let harmless = [" ", "\n", "\t\r", "\"x\":[[[]]],", "\"y\":{\"dtype\":1e5},"].map { Array($0.utf8) }

  mutating func file() -> [UInt8] {
    let seed = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
    var header = Array(seed[8..<8 + Int(seed[0]) + Int(seed[1]) << 8])
    var data = Array(seed[(8 + header.count)...])
    for _ in 0..<Int.random(in: 1...3, using: &generator) { mutate(&header) }
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: data.removeLast(min(data.count, Int.random(in: 1...9, using: &generator)))
    case 1: data += [UInt8](repeating: 7, count: Int.random(in: 1...9, using: &generator))
    default: break
    }
    var file = fileBytes(header)
    switch Int.random(in: 0..<30, using: &generator) {
    case 0: file[Int.random(in: 0..<8, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
    case 1: file[0] = file[0] &+ 1
    case 2: file[0] = file[0] &- 1
    case 3: return Array((file + data).prefix(Int.random(in: 0...file.count, using: &generator)))
    default: break
    }
    return file + data
  }

  private mutating func mutate(_ header: inout [UInt8]) {
    let position = Int.random(in: 0...header.count, using: &generator)
    switch Int.random(in: 0..<12, using: &generator) {
    case 0, 1, 2:
      // Another number in the place of one.
      let start = header[position...].firstIndex { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      guard let start else { return }
      let end = header[start...].firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0) } ?? header.count
      header.replaceSubrange(
        start..<end, with: Self.numbers.randomElement(using: &generator).map { $0.utf8.map { $0 } } ?? [])
    case 3, 4: header.insert(contentsOf: Self.pieces.randomElement(using: &generator) ?? [], at: position)
    case 5:
      // A part is left out or stands twice.
      let length = Int.random(in: 0...min(60, header.count - position), using: &generator)
      let part = Array(header[position..<position + length])
      if Bool.random(using: &generator) {
        header.removeSubrange(position..<position + length)
      } else {
        header.insert(contentsOf: part, at: position)
      }
    case 6:
      guard position < header.count else { return }
      header[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 7, 8, 9, 10:
      // What changes nothing: white space and unknown fields, when they come to stand where they may.
      guard let place = header[position...].firstIndex(of: UInt8(ascii: Bool.random(using: &generator) ? "," : "{"))
      else { return }
      header.insert(contentsOf: Self.harmless.randomElement(using: &generator) ?? [], at: place + 1)
    default:
      // Whole members change places: cut at commas.
      var members = header.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      members.shuffle(using: &generator)
      header = Array(members.joined(separator: [UInt8(ascii: ",")]))
    }
  }
}

@Suite struct FuzzTests {
  @Test func mutatedFilesGiveAHeaderThatHoldsOrAnError() {
    var mutator = Mutator(generator: SplitMix64(state: 17), seeds: GoldenCase.all.map(\.file))
    var accepted = 0
    let clock = ContinuousClock()
    let duration = clock.measure {
      for _ in 0..<20_000 {
        let file = mutator.file()
        do throws(SafetensorsError) {
          try check(readHeader(file), file)
          accepted += 1
        } catch {
          #expect(error.kind == .badData)
          #expect(error.description.hasPrefix("x.safetensors: "))
        }
      }
    }
    // Both outcomes must be common, or the test looks at one only.
    #expect(accepted > 2_000 && accepted < 15_000)
    print("20,000 mutated files in \(duration), \(accepted) of them accepted")
  }

  /// What every accepted file must fulfil.
  private func check(_ header: Header, _ file: [UInt8]) throws(SafetensorsError) {
    var end = file.count - header.entries.reduce(0) { $0 + $1.range.count }
    for entry in header.entries {
      let size = entry.shape.reduce(entry.type.bits) { $0.multipliedReportingOverflow(by: $1).partialValue } / 8
      if entry.range.lowerBound != end || entry.range.count != size { Issue.record("\(file) has \(entry)") }
      end = entry.range.upperBound
    }
    if end != file.count { Issue.record("\(file) is accepted, but its tensors end at \(end)") }
    if Set(header.entries.map { Array($0.name.utf8) }).count != header.entries.count { Issue.record("\(file)") }
  }
}
