import Digests
import Encoders
import Kernels
import Layers
import OrderedCollections
import Runs
import Tensors
import Tokenizers

/// A hash of all that a model's vectors in one role depend on: equal fingerprints mean equal vectors, bit by bit.
///
/// It covers the model in memory, never names or dates of files: every parameter with its name, shape and bytes, the
/// architecture, pooling and heads, the tokenizer, prompt and maximum length, the precision of products, and all that
/// decides the last bits: the version of hone, the instruction sets it was built for, and OpenBLAS with the core type it
/// chose.
struct ModelFingerprint: Hashable, Sendable {
  let hash: ContentHash

  /// Raised when the bits of vectors change for the same parts, without a new version of hone.
  private static let revision = 2

  init(of model: BiEncoder, as role: TextRole) {
    var parts = Parts()
    parts.add("engine", "\(Hone.version) \(Self.revision) \(Processor.compiledInstructionSets)")
    parts.add("OpenBLAS", "\(Processor.blasCore) \(Processor.blasConfiguration)")
    parts.add("architecture", "\(model.transformer.configuration)")
    for module in model.moduleDescriptions { parts.add(module.name, module.settings) }
    parts.add("tokenizer", model.tokenizer.identity)
    parts.add("text", "\(model.maximumLength)")
    parts.add("prompt", model.prompts[role] ?? "")
    parts.add("width", "\(model.dimensions)")
    // Not for 32 bits, so that their vectors keep the name they always had.
    if model.precision != .float32 { parts.add("precision", model.precision.rawValue) }
    for (name, tensor) in model.parameters { parts.add("parameter \(name) \(tensor.shape)", tensor) }
    hash = ContentHash(parts.digest)
  }

  /// The prefix of the names of all files with vectors of this model.
  var name: String { hash.first.hexadecimal + hash.second.hexadecimal }

  /// Named parts with their lengths, so that no two lists of parts give the same bytes.
  private struct Parts {
    var digest = Digest(.sha256)

    mutating func add(_ name: String, _ text: String) { add(name, Array(text.utf8)) }

    mutating func add(_ name: String, _ bytes: [UInt8]) {
      begin(name, count: bytes.count)
      digest.add(bytes)
    }

    mutating func add(_ name: String, _ tensor: Tensor) {
      let buffer = tensor.buffer
      begin(name, count: buffer.count * 4)
      for first in stride(from: 0, to: buffer.count, by: 1 << 16) {
        digest.add(buffer.littleEndianBytes(in: first..<min(buffer.count, first + 1 << 16)))
      }
    }

    private mutating func begin(_ name: String, count: Int) {
      digest.add(Array("\(name.utf8.count) \(count) \(name)".utf8))
    }
  }
}
