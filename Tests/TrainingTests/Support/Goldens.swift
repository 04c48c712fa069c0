import Files
import JSONText
import Tensors
import Testing

/// What `make_losses.py` and its kin in `Tests/Goldens/make` wrote: cases with settings, and their tensors.
struct LossGoldens {
  struct Case: CustomTestStringConvertible {
    let name: String
    let settings: JSONValue
    var testDescription: String { name }
  }

  /// A folder of `Tests/Goldens`.
  static func folder(_ name: String) -> String {
    #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Goldens/\(name)"
  }

  let index: JSONValue
  let cases: [Case]
  private let header: JSONObject
  private let data: [UInt8]

  /// Reads a folder of `Tests/Goldens`, whose files have its name.
  init(_ name: String = "losses") throws {
    let folder = Self.folder(name)
    let bytes = try Files.read(folder + "/\(name).safetensors")
    let headerLength = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    let (headerValue, indexValue) = (
      try JSONReader.parse(bytes[8..<8 + headerLength]), try JSONReader.parse(try Files.read(folder + "/\(name).json"))
    )
    header = try #require(headerValue.objectValue)
    data = Array(bytes[(8 + headerLength)...])
    index = indexValue
    cases = try #require(index["cases"].arrayValue).map { entry in
      Case(name: try #require(entry["name"].stringValue), settings: entry["settings"])
    }
  }

  /// A tensor of 32-bit floats, or of 32-bit integers as floats.
  func tensor(_ name: String) throws -> Tensor {
    let entry = try #require(header[name], "no golden tensor \(name)")
    let shape = Shape(try entry["shape"].integers())
    let offsets = try entry["data_offsets"].integers()
    let bytes = Array(data[offsets[0]..<offsets[1]])
    if entry["dtype"].stringValue == "F32" { return Tensor(littleEndianBytes: bytes, shape: shape) }
    try #require(entry["dtype"].stringValue == "I32")
    let integers = stride(from: 0, to: bytes.count, by: 4).map { start in
      Int32(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
    }
    return Tensor(integers.map(Float.init), shape: shape)
  }

  func hasTensor(_ name: String) -> Bool { header[name] != nil }
}

/// What `Tests/Goldens/make/make_ranking_losses.py` wrote: groups of documents with grades and scores.
struct RankingLossGolden: CustomTestStringConvertible {
  let name: String
  let loss: String
  let settings: JSONValue
  let grades: [[Float]]
  let scores: [Float]
  /// A teacher's scores by group; empty where the case has none.
  let teacher: [[Float]]
  let value: Float
  let gradient: [Float]
  var testDescription: String { name }

  /// All cases.
  static func all() throws -> [RankingLossGolden] {
    let index = try JSONReader.parse(try Files.read(LossGoldens.folder("losses") + "/ranking.json"))
    return try #require(index["cases"].arrayValue).map(RankingLossGolden.init)
  }

  private init(_ entry: JSONValue) throws {
    name = try entry["name"].text()
    loss = try entry["loss"].text()
    settings = entry["settings"]
    let groups = try #require(entry["grades"].arrayValue).map { try $0.doubles().map(Float.init) }
    grades = groups
    scores = try entry["scores"].doubles().map(Float.init)
    value = Float(try entry["value"].double())
    gradient = try entry["gradient"].doubles().map(Float.init)
    guard entry["teacher"].arrayValue != nil else {
      teacher = []
      return
    }
    var rest = try entry["teacher"].doubles().map(Float.init)[...]
    teacher = groups.map { group in
      defer { rest = rest.dropFirst(group.count) }
      return Array(rest.prefix(group.count))
    }
  }
}

extension JSONValue {
  /// The member of an object; null where there is none.
  subscript(_ name: String) -> JSONValue { objectValue?[name] ?? .null }

  func double() throws -> Double { try #require(doubleValue) }
  func integer() throws -> Int { try #require(integerValue) }
  func text() throws -> String { try #require(stringValue) }
  func doubles() throws -> [Double] { try #require(arrayValue).map { try $0.double() } }
  func integers() throws -> [Int] { try #require(arrayValue).map { try $0.integer() } }
}
