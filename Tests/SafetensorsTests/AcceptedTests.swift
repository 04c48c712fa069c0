import Safetensors
import Testing

/// Unusual files that the reference accepts, and so must we.
@Suite struct AcceptedTests {
  @Test(arguments: [
    ("{}", 0, []),
    ("{}      ", 0, []),
    (" \t\r\n{} ", 0, []),
    (#"{"__metadata__":null}"#, 0, []),
    (#"{"__metadata__":{}}"#, 0, []),
    (#"{"__metadata__":{"format":"pt","":""}}"#, 0, []),
    (#"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, 4, ["a"]),
    (#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#, 16, ["a"]),
    (#"{"a":{"shape":[1],"data_offsets":[0,1],"dtype":"U8"}}"#, 1, ["a"]),
    (#"{ "a" : { "dtype" : "U8" , "shape" : [ 1 ] , "data_offsets" : [ 0 , 1 ] } }"#, 1, ["a"]),
    (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"extra":{"x":[null,1.5e3,"y"]}}}"#, 1, ["a"]),
    (
      #"{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 2,
      ["a", "b"]
    ),
    (#"{"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, [""]),
    (#"{"../../x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, ["../../x"]),
    (#"{"\u0061\n":{"dtype":"\u0055\u0038","shape":[1],"data_offsets":[0,1]}}"#, 1, ["a\n"]),
    (#"{"a":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}}"#, 0, ["a"]),
    (
      #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      4,
      ["b", "a"]
    ),
    (
      #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, 0,
      ["a", "b"]
    ),
    (#"{"a":{"dtype":"F32","shape":[0,9223372036854775807,4],"data_offsets":[0,0]}}"#, 0, ["a"]),
    (#"{"a":{"dtype":"U8","shape":[9223372036854775807,2,0],"data_offsets":[0,0]}}"#, 0, ["a"]),
    (
      #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[1,9]},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 9,
      ["b", "a"]
    ),
    (#"{"a":{"dtype":"F4","shape":[1,2],"data_offsets":[0,1]}}"#, 1, ["a"]),
    (#"{"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]}}"#, 3, ["a"]),
    (#"{"a":{"dtype":"F6_E3M2","shape":[2,2],"data_offsets":[0,3]}}"#, 3, ["a"]),
    (#"{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}"#, 1, ["a"]),
    (
      "{\"\u{E9}\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
        + "\"e\u{301}\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}", 2, ["\u{E9}", "e\u{301}"]
    ),
  ])
  func reads(header: String, data: Int, names: [String]) throws {
    let result = try readHeader(fileBytes(header, data: data))
    #expect(result.entries.map { Array($0.name.utf8) } == names.map { Array($0.utf8) })
    #expect(result.entries.reduce(0) { $0 + $1.range.count } == data)
  }

  @Test func unknownFieldsMayBeNestedAsDeepAsInTheReference() throws {
    let nested = String(repeating: "[", count: 125) + String(repeating: "]", count: 125)
    let header = #"{"a":{"x":\#(nested),"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    #expect(try readHeader(fileBytes(header, data: 1)).entries.count == 1)
  }

  @Test func everyTypeHasItsSize() throws {
    let bits: [DataType: Int] = [
      .bool: 8, .f4: 4, .f6e2m3: 6, .f6e3m2: 6, .u8: 8, .i8: 8, .f8e5m2: 8, .f8e4m3: 8, .f8e8m0: 8, .f8e4m3fnuz: 8,
      .f8e5m2fnuz: 8, .i16: 16, .u16: 16, .f16: 16, .bf16: 16, .i32: 32, .u32: 32, .f32: 32, .c64: 64, .f64: 64,
      .i64: 64, .u64: 64,
    ]
    #expect(bits.count == 22 && DataType.allCases.count == 22)
    for type in DataType.allCases {
      let size = try #require(bits[type])
      let header = #"{"a":{"dtype":"\#(type.rawValue)","shape":[8],"data_offsets":[0,\#(size)]}}"#
      let entry = try #require(try readHeader(fileBytes(header, data: size)).entries.first)
      #expect(entry.type == type && entry.count == 8)
    }
  }

  @Test func theHeaderMayHaveTheLargestLength() throws {
    let length = 100_000_000
    let header = Array(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#.utf8)
    let padded = header + [UInt8](repeating: UInt8(ascii: " "), count: length - header.count)
    #expect(try readHeader(fileBytes(padded, data: 1)).entries.count == 1)
  }
}
