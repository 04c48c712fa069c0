import Files

/// A model of sentencepiece (`sentencepiece.bpe.model`, `tokenizer.model`): its pieces, and how it normalizes.
///
/// Only models of the type Unigram are read. Upstream: `sentencepiece_model.proto`.
struct SentencePieceFile {
  /// A piece with what it is for.
  struct Piece {
    var text: [UInt8] = []
    var score: Float = 0
    var kind = Kind.normal.rawValue
  }

  /// What a piece is for, as far as it matters here.
  enum Kind: UInt64 {
    case normal = 1
    case control = 3
    case userDefined = 4
  }

  let file: String
  private(set) var pieces: [Piece] = []
  /// The table of the normalizer; nil where it has none.
  private(set) var characterMap: [UInt8]?
  private(set) var unknownID = 0
  private(set) var fallsBackToBytes = false
  private(set) var addsPrefix = true
  private(set) var removesExtraSpaces = true
  private(set) var escapesSpaces = true
  private var modelType: UInt64 = 1

  /// The names of the types of models.
  private static let modelTypes = ["", "Unigram", "BPE", "word", "character"]

  init(_ file: String) throws(TokenizerError) {
    self.file = file
    let bytes = try JSONNode.bytes(of: file)
    do throws(ProtobufReader.Fault) {
      try read(bytes)
    } catch {
      throw TokenizerError("\(file): not a model of sentencepiece: at byte \(error.offset), \(error.message)")
    }
    guard modelType == 1 else {
      let name = modelType < 5 ? Self.modelTypes[Int(modelType)] : "number \(modelType)"
      throw TokenizerError(
        "\(file): the model is of the type \(name); only Unigram is read from such a file, so add a tokenizer.json")
    }
    guard !pieces.isEmpty else { throw TokenizerError("\(file): the model has no pieces; expected at least one") }
  }

  private mutating func read(_ bytes: [UInt8]) throws(ProtobufReader.Fault) {
    var reader = ProtobufReader(bytes, bytes.indices)
    while let (field, value) = try reader.next() {
      guard (1...3).contains(field) else { continue }
      guard case .bytes(let range) = value else {
        throw ProtobufReader.Fault(message: "field \(field) is no message", offset: 0)
      }
      switch field {
      case 1: try readPiece(bytes, range)
      case 2: try readTrainer(bytes, range)
      default: try readNormalizer(bytes, range)
      }
    }
  }

  private mutating func readPiece(_ bytes: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Fault) {
    guard pieces.count < Limits.tokens else {
      throw ProtobufReader.Fault(message: "there are more than \(Limits.tokens) pieces", offset: range.lowerBound)
    }
    var piece = Piece()
    var reader = ProtobufReader(bytes, range)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes(let text)):
        guard text.count <= Limits.tokenBytes, UTF8Text.isValid(bytes[text]) else {
          throw ProtobufReader.Fault(
            message: "a piece is not UTF-8 text of at most \(Limits.tokenBytes) bytes", offset: text.lowerBound)
        }
        piece.text = Array(bytes[text])
      case (2, .bits32(let bits)):
        piece.score = Float(bitPattern: bits)
        guard piece.score.isFinite else {
          throw ProtobufReader.Fault(message: "a piece has the score \(piece.score)", offset: range.lowerBound)
        }
      case (3, .number(let kind)): piece.kind = kind
      default: break
      }
    }
    pieces.append(piece)
  }

  private mutating func readTrainer(_ bytes: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Fault) {
    var reader = ProtobufReader(bytes, range)
    while let (field, value) = try reader.next() {
      guard case .number(let number) = value else { continue }
      switch field {
      case 3: modelType = number
      case 35: fallsBackToBytes = number != 0
      case 40: unknownID = Int(Int32(truncatingIfNeeded: number))
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ bytes: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Fault) {
    var reader = ProtobufReader(bytes, range)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (2, .bytes(let table)): characterMap = table.isEmpty ? nil : Array(bytes[table])
      case (3, .number(let number)): addsPrefix = number != 0
      case (4, .number(let number)): removesExtraSpaces = number != 0
      case (5, .number(let number)): escapesSpaces = number != 0
      default: break
      }
    }
  }
}
