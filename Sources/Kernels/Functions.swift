// Elementary functions on lanes, as polynomials: a few units in the last place, no library call.

/// e^x; exactly 0 below −87, the largest finite power at 88 and above.
///
/// Transparent because `@inline(__always)` left calls in the inner loops.
///
/// Splits x = n·ln 2 + r with |r| ≤ ½ ln 2, takes the Taylor polynomial of degree 7 at r (truncation error
/// below 2⁻²⁶) and adds n to the exponent bits. Adding 1.5·2²³ rounds to the nearest integer.
@_transparent
func exponential(_ argument: Lanes) -> Lanes {
  let x = smaller(larger(argument, Lanes(repeating: -87)), Lanes(repeating: 88))
  let rounding = Lanes(repeating: 12_582_912)
  let shifted = multiplyAdd(x, Lanes(repeating: 1.442_695_04), rounding)
  let n = shifted - rounding
  var r = multiplyAdd(n, Lanes(repeating: -0.693_359_375), x)
  r = multiplyAdd(n, Lanes(repeating: 2.121_944_4e-4), r)
  var p = Lanes(repeating: 1 / 5040)
  p = multiplyAdd(p, r, Lanes(repeating: 1 / 720))
  p = multiplyAdd(p, r, Lanes(repeating: 1 / 120))
  p = multiplyAdd(p, r, Lanes(repeating: 1 / 24))
  p = multiplyAdd(p, r, Lanes(repeating: 1 / 6))
  p = multiplyAdd(p, r, Lanes(repeating: 0.5))
  p = multiplyAdd(p, r, Lanes(repeating: 1))
  p = multiplyAdd(p, r, Lanes(repeating: 1))
  let result = floats(bitPattern(p) &+ (bitPattern(shifted) &<< 23))
  return result.replacing(with: 0, where: argument .< Lanes(repeating: -87))
}

/// The error function, to 3·10⁻⁷ relative.
///
/// erf x = x · P(x²) / Q(x²) with degrees 6 and 4, fitted to the smallest relative error on |x| ≤ 3.92, beyond which
/// the result rounds to ±1.
@inline(__always)
func errorFunction(_ argument: Lanes) -> Lanes {
  let x = smaller(larger(argument, Lanes(repeating: -3.92)), Lanes(repeating: 3.92))
  let square = x * x
  var p = Lanes(repeating: 1.992_351_9e-8)
  p = multiplyAdd(p, square, Lanes(repeating: -1.957_810_6e-6))
  p = multiplyAdd(p, square, Lanes(repeating: 1.418_530_7e-4))
  p = multiplyAdd(p, square, Lanes(repeating: 3.701_778_6e-3))
  p = multiplyAdd(p, square, Lanes(repeating: 5.057_389_7e-2))
  p = multiplyAdd(p, square, Lanes(repeating: 0.199_928_9))
  p = multiplyAdd(p, square, Lanes(repeating: 1.128_379_1))
  var q = Lanes(repeating: 9.560_753_2e-4)
  q = multiplyAdd(q, square, Lanes(repeating: 1.435_356_3e-2))
  q = multiplyAdd(q, square, Lanes(repeating: 0.115_000_21))
  q = multiplyAdd(q, square, Lanes(repeating: 0.510_514))
  q = multiplyAdd(q, square, Lanes(repeating: 1))
  return x * p / q
}

/// The activation between the two layers of a feed-forward block.
public enum Activation: Sendable, CaseIterable {
  /// x · Φ(x) with the exact normal distribution function (Hendrycks & Gimpel 2016, arXiv:1606.08415).
  case gelu
  /// x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), the approximation of the same paper.
  case geluTanh
  /// x · σ(x), also called Swish (Elfwing, Uchibe & Doya 2017, arXiv:1702.03118).
  case silu
  /// x · σ(1.702 x), the other approximation of the same paper.
  case quickGelu
  /// tanh x.
  case tanh
  /// max(0, x).
  case relu

  @inline(__always)
  func value(_ x: Lanes) -> Lanes {
    switch self {
    case .gelu: gaussianLinear(x)
    case .geluTanh: x - x / (exponential(geluTanhArgument(x) * 2) + 1)
    case .silu: x / (exponential(-x) + 1)
    case .quickGelu: x / (exponential(x * -1.702) + 1)
    case .tanh: hyperbolicTangent(x)
    case .relu: larger(x, Lanes())
    }
  }

  /// f(x) and f'(x) together, since they share most of their work.
  @inline(__always)
  func valueAndDerivative(_ x: Lanes) -> (value: Lanes, derivative: Lanes) {
    switch self {
    case .gelu: return gaussianLinearAndDerivative(x)
    case .geluTanh:
      // With s = σ(2u): value x·s, derivative s + x · 2u' · s(1 − s).
      let s = 1 / (exponential(geluTanhArgument(x) * -2) + 1)
      let slope = multiplyAdd(x * x, Lanes(repeating: 2 * 0.107_032_22), Lanes(repeating: 2 * 0.797_884_56))
      return (x * s, multiplyAdd(x * slope, s * (1 - s), s))
    case .silu:
      let s = 1 / (exponential(-x) + 1)
      return (x * s, multiplyAdd(x * s, 1 - s, s))
    case .quickGelu:
      let s = 1 / (exponential(x * -1.702) + 1)
      return (x * s, multiplyAdd(x * s * 1.702, 1 - s, s))
    case .tanh:
      let y = hyperbolicTangent(x)
      return (y, 1 - y * y)
    case .relu:
      return (larger(x, Lanes()), Lanes().replacing(with: 1, where: x .> Lanes()))
    }
  }
}

/// tanh x, to 3·10⁻⁷ relative: 1 − 2 / (e²ˣ + 1), or x + x³ P(x²) where |x| < 0.625 and the difference would lose digits.
///
/// P is that of `tanhf` in Cephes (Moshier 1992).
@inline(__always)
private func hyperbolicTangent(_ x: Lanes) -> Lanes {
  let square = x * x
  var p = Lanes(repeating: -5.704_988_7e-3)
  p = multiplyAdd(p, square, Lanes(repeating: 2.063_908_9e-2))
  p = multiplyAdd(p, square, Lanes(repeating: -5.373_971_6e-2))
  p = multiplyAdd(p, square, Lanes(repeating: 0.133_314_42))
  p = multiplyAdd(p, square, Lanes(repeating: -0.333_332_82))
  let far = 1 - 2 / (exponential(x * 2) + 1)
  // Also for NaN, which the power does not keep.
  return far.replacing(with: multiplyAdd(x * square, p, x), where: .!(square .>= Lanes(repeating: 0.390_625)))
}

/// √(2/π) (x + 0.044715 x³).
@inline(__always)
private func geluTanhArgument(_ x: Lanes) -> Lanes {
  x * multiplyAdd(x * x, Lanes(repeating: 0.797_884_56 * 0.044_715), Lanes(repeating: 0.797_884_56))
}

@inline(__always)
private func gaussianLinear(_ x: Lanes) -> Lanes {
  let half = x * 0.5
  return multiplyAdd(half, errorFunction(x * 0.707_106_78), half)
}

@inline(__always)
private func gaussianLinearAndDerivative(_ x: Lanes) -> (value: Lanes, derivative: Lanes) {
  let distribution = multiplyAdd(errorFunction(x * 0.707_106_78), Lanes(repeating: 0.5), Lanes(repeating: 0.5))
  let density = exponential(x * x * -0.5) * 0.398_942_28
  return (x * distribution, multiplyAdd(x, density, distribution))
}
