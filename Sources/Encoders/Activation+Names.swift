import Kernels

extension Activation {
  /// The activations by their names in `config.json`.
  ///
  /// Upstream: transformers 5.24, `ACT2CLS` in `activations.py`.
  static let named: [String: Activation] = [
    "gelu": .gelu, "gelu_python": .gelu,
    "gelu_new": .geluTanh, "gelu_fast": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "gelu_python_tanh": .geluTanh,
    "gelu_accurate": .geluTanh, "quick_gelu": .quickGelu, "silu": .silu, "swish": .silu, "tanh": .tanh, "relu": .relu,
  ]
}
