/// A file that must be refused, and what the error says.
struct MalformedCase: Sendable {
  let file: [UInt8]
  let problem: String
  /// Whether safetensors 0.8.0 takes the file; then the stricter rule is ours.
  let onlyHere: Bool

  init(_ file: [UInt8], _ problem: String, onlyHere: Bool = false) {
    self.file = file
    self.problem = problem
    self.onlyHere = onlyHere
  }

  static let all: [MalformedCase] = [
    MalformedCase(
      [],
      "it has 0 bytes, fewer than the 8 every safetensors file starts with"),
    MalformedCase(
      [1],
      "it has 1 byte, fewer than the 8 every safetensors file starts with"),
    MalformedCase(
      [UInt8](repeating: 0, count: 7),
      "it has 7 bytes, fewer than the 8 every safetensors file starts with"),
    MalformedCase(
      fileBytes(""),
      "the header is wrong at line 1, column 1: expected a value, found the end of the text"),
    MalformedCase(
      fileBytes("", length: 60),
      "its first 8 bytes give a header of 60 bytes, but 0 bytes follow"),
    MalformedCase(
      fileBytes(#"{}"#, length: 1 << 63),
      "its first 8 bytes give a header of 9223372036854775808 bytes, more than the 100000000 allowed"),
    MalformedCase(
      fileBytes(#"{}"#, length: .max),
      "its first 8 bytes give a header of 18446744073709551615 bytes, more than the 100000000 allowed"),
    MalformedCase(
      fileBytes(#"{}"#, length: 100_000_001),
      "its first 8 bytes give a header of 100000001 bytes, more than the 100000000 allowed"),
    MalformedCase(
      fileBytes(#"{}"#, length: 100_000_000),
      "its first 8 bytes give a header of 100000000 bytes, but 2 bytes follow"),
    MalformedCase(
      fileBytes(#"{}"#, length: 3),
      "its first 8 bytes give a header of 3 bytes, but 2 bytes follow"),
    MalformedCase(
      fileBytes(#"{}"#, length: 1),
      "the header is wrong at line 1, column 2: expected a member name in quotation marks, found the end of the text"),
    MalformedCase(
      fileBytes(#"{}"#, length: 0xFF00_0000_0000_0002),
      "its first 8 bytes give a header of 18374686479671623682 bytes, more than the 100000000 allowed"),
    MalformedCase(
      fileBytes([0xFF]),
      "the header is wrong at line 1, column 1: expected a value, found the byte 0xFF"),
    MalformedCase(
      fileBytes(#"{"#),
      "the header is wrong at line 1, column 2: expected a member name in quotation marks, found the end of the text"),
    MalformedCase(
      fileBytes(#"}"#),
      #"the header is wrong at line 1, column 1: expected a value, found "}""#),
    MalformedCase(
      fileBytes(#"[]"#),
      #"the header is wrong at line 1, column 1: expected an object, found "[""#),
    MalformedCase(
      fileBytes(#"null"#),
      #"the header is wrong at line 1, column 1: expected an object, found "n""#),
    MalformedCase(
      fileBytes(#"1"#),
      #"the header is wrong at line 1, column 1: expected an object, found "1""#),
    MalformedCase(
      fileBytes(#""a""#),
      #"the header is wrong at line 1, column 1: expected an object, found """"#),
    MalformedCase(
      fileBytes(#"{}{}"#),
      #"the header is wrong at line 1, column 3: expected the end of the text, found "{""#),
    MalformedCase(
      fileBytes(#"{} x"#),
      #"the header is wrong at line 1, column 4: expected the end of the text, found "x""#),
    MalformedCase(
      fileBytes(#"{},"#),
      #"the header is wrong at line 1, column 3: expected the end of the text, found ",""#),
    MalformedCase(
      fileBytes("{}\0"),
      "the header is wrong at line 1, column 3: expected the end of the text, found the byte 0x00"),
    MalformedCase(
      fileBytes("\u{FEFF}{}"),
      "the header is wrong at line 1, column 1: expected a value, found a byte order mark"),
    MalformedCase(
      fileBytes("\u{C}{}"),
      "the header is wrong at line 1, column 1: expected a value, found the byte 0x0C"),
    MalformedCase(
      fileBytes("\u{A0}{}"),
      "the header is wrong at line 1, column 1: expected a value, found the byte 0xC2"),
    MalformedCase(
      fileBytes(#"{/* */}"#),
      #"the header is wrong at line 1, column 2: expected a member name in quotation marks, found "/""#),
    MalformedCase(
      fileBytes(#"{"a"}"#),
      #"the header is wrong at line 1, column 5: expected ":" after a member name, found "}""#),
    MalformedCase(
      fileBytes(#"{"a":}"#),
      #"the header is wrong at line 1, column 6: expected a value, found "}""#),
    MalformedCase(
      fileBytes(#"{a:1}"#),
      #"the header is wrong at line 1, column 2: expected a member name in quotation marks, found "a""#),
    MalformedCase(
      fileBytes(#"{'a':1}"#),
      #"the header is wrong at line 1, column 2: expected a member name in quotation marks, found "'""#),
    MalformedCase(
      fileBytes(Array("{\"a".utf8) + [0xC0, 0x80] + Array("\":1}".utf8)),
      "the header is wrong at line 1, column 4: the text is not UTF-8"),
    MalformedCase(
      fileBytes(Array("{\"a".utf8) + [0xED, 0xA0, 0x80] + Array("\":1}".utf8)),
      "the header is wrong at line 1, column 4: the text is not UTF-8"),
    MalformedCase(
      fileBytes(Array("{\"__metadata__\":{\"a\":\"".utf8) + [0xFF] + Array("\"}}".utf8)),
      "the header is wrong at line 1, column 23: the text is not UTF-8"),
    MalformedCase(
      fileBytes(#"{"a\ud800":1}"#),
      "the header is wrong at line 1, column 4: an escape names half of a surrogate pair"),
    MalformedCase(
      fileBytes(#"{"a\x":1}"#),
      #"the header is wrong at line 1, column 5: expected one of " \ / b f n r t u after a backslash, found "x""#),
    MalformedCase(
      fileBytes("{\"a\n\":1}"),
      "the header is wrong at line 1, column 4: a control character stands in a string without an escape (0x0A)"),
    MalformedCase(
      fileBytes(#"{"__metadata__":1}"#),
      #"the header is wrong at line 1, column 17: "__metadata__" must be an object or null"#),
    MalformedCase(
      fileBytes(#"{"__metadata__":[]}"#),
      #"the header is wrong at line 1, column 17: "__metadata__" must be an object or null"#),
    MalformedCase(
      fileBytes(#"{"__metadata__":"x"}"#),
      #"the header is wrong at line 1, column 17: "__metadata__" must be an object or null"#),
    MalformedCase(
      fileBytes(#"{"__metadata__":{"a":1}}"#),
      #"the header is wrong at line 1, column 22: the metadata entry "a" must be a string"#),
    MalformedCase(
      fileBytes(#"{"__metadata__":{"a":null}}"#),
      #"the header is wrong at line 1, column 22: the metadata entry "a" must be a string"#),
    MalformedCase(
      fileBytes(#"{"__metadata__":{"a":{"b":"c"}}}"#),
      #"the header is wrong at line 1, column 22: the metadata entry "a" must be a string"#),
    MalformedCase(
      fileBytes(#"{"__metadata__":{},"__metadata__":{}}"#),
      #"the header is wrong at line 1, column 20: the member name "__metadata__" stands twice in one object"#),
    MalformedCase(
      fileBytes(#"{"__metadata__":{"a":"1","a":"2"}}"#),
      #"the header is wrong at line 1, column 26: the member name "a" stands twice in one object"#, onlyHere: true),
    MalformedCase(
      fileBytes(#"{"__metadata__":{"a":"1","\u0061":"2"}}"#),
      #"the header is wrong at line 1, column 26: the member name "a" stands twice in one object"#, onlyHere: true),
    MalformedCase(
      fileBytes(#"{"a":null}"#),
      #"the header is wrong at line 1, column 6: tensor "a" must be an object with dtype, shape and data_offsets"#),
    MalformedCase(
      fileBytes(#"{"a":1}"#),
      #"the header is wrong at line 1, column 6: tensor "a" must be an object with dtype, shape and data_offsets"#),
    MalformedCase(
      fileBytes(#"{"a":"F32"}"#),
      #"the header is wrong at line 1, column 6: tensor "a" must be an object with dtype, shape and data_offsets"#),
    MalformedCase(
      fileBytes(#"{"a":["F32",[1],[0,4]]}"#, data: 4),
      #"the header is wrong at line 1, column 6: tensor "a" must be an object with dtype, shape and data_offsets"#,
      onlyHere: true),
    MalformedCase(
      fileBytes(#"{"a":{}}"#),
      #"the header is wrong at line 1, column 6: tensor "a" has no "dtype""#),
    MalformedCase(
      fileBytes(#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, data: 4),
      #"the header is wrong at line 1, column 6: tensor "a" has no "dtype""#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, data: 4),
      #"the header is wrong at line 1, column 6: tensor "a" has no "shape""#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":"F32","shape":[1]}}"#, data: 4),
      #"the header is wrong at line 1, column 6: tensor "a" has no "data_offsets""#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 4),
      #"the header is wrong at line 1, column 21: the member name "dtype" stands twice in one object"#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}"#, data: 4),
      #"the header is wrong at line 1, column 33: the member name "shape" stands twice in one object"#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}}"#, data: 4),
      #"the header is wrong at line 1, column 54: the member name "data_offsets" stands twice in one object"#),
    MalformedCase(
      fileBytes([tensor("a"), tensor("a")], data: 4),
      #"the header is wrong at line 1, column 55: the member name "a" stands twice in one object"#, onlyHere: true),
    MalformedCase(
      fileBytes([tensor("a"), tensor(#"\u0061"#, offsets: "[4,8]")], data: 8),
      #"the header is wrong at line 1, column 55: the member name "a" stands twice in one object"#),
    MalformedCase(
      fileBytes([tensor(#"a\u0000b"#)], data: 4),
      #"the header is wrong at line 1, column 13: the tensor name "a\u0000b" contains a NUL"#, onlyHere: true),
    MalformedCase(
      fileBytes([tensor("a", dtype: "f32")], data: 4),
      #"the header is wrong at line 1, column 15: tensor "a" has the dtype "f32", which the format does not know"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "F31")], data: 4),
      #"the header is wrong at line 1, column 15: tensor "a" has the dtype "F31", which the format does not know"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "")], data: 4),
      #"the header is wrong at line 1, column 15: tensor "a" has the dtype "", which the format does not know"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: " F32")], data: 4),
      #"the header is wrong at line 1, column 15: tensor "a" has the dtype " F32", which the format does not know"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "F32 ")], data: 4),
      #"the header is wrong at line 1, column 15: tensor "a" has the dtype "F32 ", which the format does not know"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "float32")], data: 4),
      #"the header is wrong at line 1, column 15: tensor "a" has the dtype "float32", which the format does not know"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "F8")], data: 4),
      #"the header is wrong at line 1, column 15: tensor "a" has the dtype "F8", which the format does not know"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "BOOLEAN")], data: 4),
      #"the header is wrong at line 1, column 15: tensor "a" has the dtype "BOOLEAN", which the format does not know"#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}"#, data: 4),
      #"the header is wrong at line 1, column 15: the dtype of tensor "a" must be a string"#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}}"#, data: 4),
      #"the header is wrong at line 1, column 15: the dtype of tensor "a" must be a string"#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":17,"shape":[1],"data_offsets":[0,4]}}"#, data: 4),
      #"the header is wrong at line 1, column 15: the dtype of tensor "a" must be a string"#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":{"F32":null},"shape":[1],"data_offsets":[0,4]}}"#, data: 4),
      #"the header is wrong at line 1, column 15: the dtype of tensor "a" must be a string"#, onlyHere: true),
    MalformedCase(
      fileBytes([tensor("a", shape: "null")], data: 4),
      #"the header is wrong at line 1, column 29: the shape of tensor "a" must be an array of whole numbers"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "1")], data: 4),
      #"the header is wrong at line 1, column 29: the shape of tensor "a" must be an array of whole numbers"#),
    MalformedCase(
      fileBytes([tensor("a", shape: #""[1]""#)], data: 4),
      #"the header is wrong at line 1, column 29: the shape of tensor "a" must be an array of whole numbers"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "{}")], data: 4),
      #"the header is wrong at line 1, column 29: the shape of tensor "a" must be an array of whole numbers"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[1.0]")], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have whole numbers below 2^64, not "1.0""#
    ),
    MalformedCase(
      fileBytes([tensor("a", shape: "[1e0]")], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have whole numbers below 2^64, not "1e0""#
    ),
    MalformedCase(
      fileBytes([tensor("a", shape: "[-1]")], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have whole numbers below 2^64, not "-1""#
    ),
    MalformedCase(
      fileBytes([tensor("a", shape: "[-0]")], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have whole numbers below 2^64, not "-0""#
    ),
    MalformedCase(
      fileBytes([tensor("a", shape: #"["1"]"#)], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have nothing but whole numbers"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[true]")], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have nothing but whole numbers"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[null]")], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have nothing but whole numbers"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[[1]]")], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have nothing but whole numbers"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[18446744073709551616]")], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have whole numbers below 2^64, not "18446744073709551616""#
    ),
    MalformedCase(
      fileBytes([tensor("a", shape: "[18446744073709551615]")], data: 4),
      #"the header is wrong at line 1, column 30: tensor "a" has the dimension 18446744073709551615, larger than any file"#
    ),
    MalformedCase(
      fileBytes([tensor("a", shape: "[0,9223372036854775808]")], data: 4),
      #"the header is wrong at line 1, column 32: tensor "a" has the dimension 9223372036854775808, larger than any file"#
    ),
    MalformedCase(
      fileBytes([tensor("a", shape: "[99999999999999999999999999]")], data: 4),
      #"the header is wrong at line 1, column 30: the shape of tensor "a" must have whole numbers below 2^64, not "99999999999999999999999999""#
    ),
    MalformedCase(
      fileBytes([tensor("a", shape: "[1,]")], data: 4),
      #"the header is wrong at line 1, column 32: expected a value, found "]""#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[01]")], data: 4),
      "the header is wrong at line 1, column 31: a number starts with 0"),
    MalformedCase(
      fileBytes([tensor("a", shape: "[2,18446744073709551614]")], data: 4),
      #"the header is wrong at line 1, column 32: tensor "a" has the dimension 18446744073709551614, larger than any file"#
    ),
    MalformedCase(
      fileBytes([tensor("a", shape: "[2,9223372036854775807]")], data: 4),
      #"tensor "a": its shape [2, 9223372036854775807] is larger than any file"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[4611686018427387904,4]")], data: 4),
      #"tensor "a": its shape [4611686018427387904, 4] is larger than any file"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[9223372036854775807,4,0]")], data: 4),
      #"tensor "a": its shape [9223372036854775807, 4, 0] is larger than any file"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[9223372036854775807,9223372036854775807]")], data: 4),
      #"tensor "a": its shape [9223372036854775807, 9223372036854775807] is larger than any file"#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[2305843009213693952]")], data: 4),
      #"tensor "a": its shape [2305843009213693952] is larger than any file"#),
    MalformedCase(
      fileBytes([tensor("a", offsets: "null")], data: 4),
      #"the header is wrong at line 1, column 48: the data_offsets of tensor "a" must be an array of two whole numbers"#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: "4")], data: 4),
      #"the header is wrong at line 1, column 48: the data_offsets of tensor "a" must be an array of two whole numbers"#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[]")], data: 4),
      #"the header is wrong at line 1, column 48: the data_offsets of tensor "a" must be an array of two whole numbers"#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[0]")], data: 4),
      #"the header is wrong at line 1, column 48: the data_offsets of tensor "a" must be an array of two whole numbers"#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[0,4,4]")], data: 4),
      #"the header is wrong at line 1, column 48: the data_offsets of tensor "a" must be an array of two whole numbers"#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: #"[0,"4"]"#)], data: 4),
      #"the header is wrong at line 1, column 51: the data_offsets of tensor "a" must have nothing but whole numbers"#),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[0,4.0]")], data: 4),
      #"the header is wrong at line 1, column 51: the data_offsets of tensor "a" must have whole numbers below 2^64, not "4.0""#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[-4,0]")], data: 4),
      #"the header is wrong at line 1, column 49: the data_offsets of tensor "a" must have whole numbers below 2^64, not "-4""#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[0,4e0]")], data: 4),
      #"the header is wrong at line 1, column 51: the data_offsets of tensor "a" must have whole numbers below 2^64, not "4e0""#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[-0,4]")], data: 4),
      #"the header is wrong at line 1, column 49: the data_offsets of tensor "a" must have whole numbers below 2^64, not "-0""#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: #"{"0":0}"#)], data: 4),
      #"the header is wrong at line 1, column 48: the data_offsets of tensor "a" must be an array of two whole numbers"#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[0,18446744073709551616]")], data: 4),
      #"the header is wrong at line 1, column 51: the data_offsets of tensor "a" must have whole numbers below 2^64, not "18446744073709551616""#
    ),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[0,18446744073709551615]")], data: 4),
      #"tensor "a": its shape [1] of F32 takes 4 bytes, but it has 18446744073709551615"#),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[4,0]")], data: 4),
      #"tensor "a": its bytes start at 4, but those before it end at 0"#),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[4,8]")], data: 4),
      #"tensor "a": its bytes start at 4, but those before it end at 0"#),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[1,5]")], data: 4),
      #"tensor "a": its bytes start at 1, but those before it end at 0"#),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[0,3]")], data: 4),
      #"tensor "a": its shape [1] of F32 takes 4 bytes, but it has 3"#),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[0,5]")], data: 4),
      #"tensor "a": its shape [1] of F32 takes 4 bytes, but it has 5"#),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[0,0]")], data: 4),
      #"tensor "a": its shape [1] of F32 takes 4 bytes, but it has 0"#),
    MalformedCase(
      fileBytes([tensor("a", offsets: "[18446744073709551611,18446744073709551615]")], data: 4),
      #"tensor "a": its bytes start at 18446744073709551611, but those before it end at 0"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "I32", shape: "[2,2]")], data: 16),
      #"tensor "a": its shape [2, 2] of I32 takes 16 bytes, but it has 4"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "F4", shape: "[1,3]", offsets: "[0,2]")], data: 2),
      #"tensor "a": its shape [1, 3] of F4 does not fill whole bytes"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "F4", offsets: "[0,1]")], data: 1),
      #"tensor "a": its shape [1] of F4 does not fill whole bytes"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "F6_E2M3", shape: "[2]", offsets: "[0,2]")], data: 2),
      #"tensor "a": its shape [2] of F6_E2M3 does not fill whole bytes"#),
    MalformedCase(
      fileBytes([tensor("a", dtype: "F4", shape: "[2,2]")], data: 4),
      #"tensor "a": its shape [2, 2] of F4 takes 2 bytes, but it has 4"#),
    MalformedCase(
      fileBytes([tensor("a")], data: 3),
      #"tensor "a": its bytes end at 4, but 3 bytes follow the header"#),
    MalformedCase(
      fileBytes([tensor("a")], data: 5),
      "its tensors take 4 bytes, but 5 bytes follow the header"),
    MalformedCase(
      fileBytes([tensor("a")]),
      #"tensor "a": its bytes end at 4, but 0 bytes follow the header"#),
    MalformedCase(
      fileBytes(#"{}"#, data: 1),
      "its tensors take 0 bytes, but 1 byte follow the header"),
    MalformedCase(
      fileBytes([tensor("a", shape: "[0]", offsets: "[0,0]")], data: 1),
      "its tensors take 0 bytes, but 1 byte follow the header"),
    MalformedCase(
      fileBytes([tensor("a"), tensor("b")], data: 4),
      #"tensor "b": its bytes start at 0, but those before it end at 4"#),
    MalformedCase(
      fileBytes([tensor("a"), tensor("b", offsets: "[2,6]")], data: 6),
      #"tensor "b": its bytes start at 2, but those before it end at 4"#),
    MalformedCase(
      fileBytes([tensor("a"), tensor("b", offsets: "[5,9]")], data: 9),
      #"tensor "b": its bytes start at 5, but those before it end at 4"#),
    MalformedCase(
      fileBytes([tensor("a"), tensor("b", offsets: "[4,8]")], data: 4),
      #"tensor "b": its bytes end at 8, but 4 bytes follow the header"#),
    MalformedCase(
      fileBytes([tensor("a"), tensor("b", shape: "[0]", offsets: "[2,2]")], data: 4),
      #"tensor "b": its bytes start at 2, but those before it end at 4"#),
    MalformedCase(
      fileBytes([tensor("a"), tensor("b", shape: "[2]", offsets: "[0,8]")], data: 8),
      #"tensor "b": its bytes start at 0, but those before it end at 4"#),
    MalformedCase(
      fileBytes(#"{"a":"# + nested(127) + "}"),
      #"the header is wrong at line 1, column 6: tensor "a" must be an object with dtype, shape and data_offsets"#),
    MalformedCase(
      fileBytes(#"{"a":{"x":"# + nested(126) + #","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1),
      "the header is wrong at line 1, column 136: arrays and objects are nested deeper than 127 levels"),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#, data: 4),
      #"the header is wrong at line 1, column 54: expected "," or "}", found the end of the text"#),
    MalformedCase(
      fileBytes(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}"#, data: 4),
      #"the header is wrong at line 1, column 55: expected a member name in quotation marks, found "}""#),
    MalformedCase(
      fileBytes([tensor("a", shape: "[0,9223372036854775808]", offsets: "[0,0]")]),
      #"the header is wrong at line 1, column 32: tensor "a" has the dimension 9223372036854775808, larger than any file"#,
      onlyHere: true),
    MalformedCase(
      fileBytes([tensor("a"), tensor("a"), tensor("b", dtype: "F99")], data: 4),
      #"the header is wrong at line 1, column 121: tensor "b" has the dtype "F99", which the format does not know"#),
  ]
}

/// The declaration of a tensor in a header.
private func tensor(
  _ name: String, dtype: String = "F32", shape: String = "[1]", offsets: String = "[0,4]"
) -> String {
  #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
}

/// A file that declares these tensors.
private func fileBytes(_ tensors: [String], data: Int = 0) -> [UInt8] {
  fileBytes("{" + tensors.joined(separator: ",") + "}", data: data)
}

private func nested(_ depth: Int) -> String {
  String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
}
