import Kernels
import Layers
import OrderedCollections
import Tensors

/// A hash of the bits of a model's weights (FNV-1a over 32-bit words): a change of a single weight always changes it.
struct WeightDigest: Equatable {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Reads the weights of the parameters that a condition holds for.
  init(of model: some Module, where isRead: (_ key: String) -> Bool) {
    for (key, tensor) in model.parameters where isRead(key) {
      let buffer = tensor.buffer
      for start in stride(from: 0, to: buffer.count, by: Self.piece) {
        for element in buffer.elements(in: start..<min(buffer.count, start + Self.piece)) {
          hash = (hash ^ UInt64(element.bitPattern)) &* 0x100_0000_01b3
        }
      }
    }
  }

  /// The weights that are copied at a time.
  private static let piece = 1 << 16
}
