import Files
import Kernels

/// The directions along which vectors vary most: principal component analysis (Pearson 1901; Hotelling 1933).
///
/// With the mean μ and the covariance C = Σ (x − μ)(x − μ)ᵀ / (n − 1) = Vᵀ diag(λ) V, where λ₁ ≥ λ₂ ≥ …, a vector x has the
/// coordinates V (x − μ); the first d of them keep as much of the variance as any d directions can.
///
/// Everything is computed in double precision and in a fixed order, and each direction's entry of largest magnitude is
/// positive: the same vectors give the same bits at any number of threads.
public struct PrincipalComponents: Sendable {
  /// The number of vectors that the components were found on.
  public let count: Int
  /// The length of each vector.
  public let width: Int
  /// μ.
  ///
  /// - Shape: `[width]`
  public let mean: [Double]
  /// λ: the variance along each component, descending.
  ///
  /// - Shape: `[width]`
  public let variances: [Double]
  /// The number of components with a variance above what rounding of the vectors alone leaves: λ > λ₁ · width · ε², with the ε
  /// of 32-bit floats.
  public let rank: Int
  /// V, row after row.
  private let axes: [Double]

  /// Finds the components of vectors.
  ///
  /// - Throws: `RetrievalError` when there are fewer than two vectors, or when all are the same.
  public init(of vectors: Vectors) throws(RetrievalError) {
    guard vectors.count >= 2 else {
      throw RetrievalError(
        "principal components need at least 2 vectors, found \(vectors.count); give a larger corpus")
    }
    (count, width) = (vectors.count, vectors.width)
    mean = columnMeans(vectors.matrix)
    let eigen: SymmetricEigen
    do throws(DecompositionError) {
      eigen = try SymmetricEigen(of: covariance(vectors.matrix, means: mean), size: width)
    } catch {
      throw RetrievalError(.internalError, "the principal components of \(count) vectors: \(error)")
    }
    // Rounding gives a variance of 0 as a small number of either sign.
    variances = eigen.values.map { max(0, $0) }
    axes = eigen.vectors
    // What is left of vectors that are all the same has no directions, however small it is.
    let rounding = Double(Float.ulpOfOne) * Double(Float.ulpOfOne) * Double(width)
    let length = mean.reduce(0) { $0 + $1 * $1 }
    guard variances[0] > rounding * length else {
      throw RetrievalError(
        "the \(count) vectors are all the same, so they have no principal components; give a corpus of different texts")
    }
    let least = rounding * variances[0]
    rank = variances.count { $0 > least }
  }

  /// The share of the whole variance that lies along the first components: Σ λ over these / Σ λ.
  public func explainedShare(of dimensions: Int) -> Double {
    variances.prefix(dimensions).reduce(0, +) / variances.reduce(0, +)
  }

  /// The affine map to the first components: y = W x + b with W = V_d and b = −V_d μ, so that y has mean 0.
  ///
  /// Whitened, row i of both is divided by √λᵢ: every coordinate then has variance 1 (Su et al. 2021, arXiv:2103.15316).
  ///
  /// - Shape: weight `[dimensions, width]`, row-major; bias `[dimensions]`
  /// - Throws: `RetrievalError` when the vectors have fewer numbers than `dimensions`, when there were not more vectors than
  ///   dimensions, and when vectors that do not vary along a component would be whitened along it.
  public func projection(
    dimensions: Int, whiten: Bool
  ) throws(RetrievalError) -> (weight: [Float], bias: [Float]) {
    guard (1...width).contains(dimensions) else {
      throw RetrievalError(
        "vectors of \(width) numbers cannot be reduced to \(dimensions); ask for 1 to \(width) dimensions")
    }
    guard count > dimensions else {
      throw RetrievalError(
        "\(count) vectors vary along \(count - 1) directions at most, which does not give \(dimensions) dimensions; "
          + "give a larger corpus or ask for fewer dimensions")
    }
    guard !whiten || dimensions <= rank else {
      throw RetrievalError(
        "the \(count) vectors vary along \(rank) of \(width) directions only, so whitening to \(dimensions) dimensions would "
          + "divide by zero; give more different texts, ask for at most \(rank) dimensions, or do not whiten")
    }
    var (weight, bias): ([Float], [Float]) = ([], [])
    weight.reserveCapacity(dimensions * width)
    for component in 0..<dimensions {
      let scale = whiten ? 1 / variances[component].squareRoot() : 1
      var shift = 0.0
      for column in 0..<width {
        let entry = axes[component * width + column] * scale
        shift -= entry * mean[column]
        weight.append(Float(entry))
      }
      bias.append(Float(shift))
    }
    return (weight, bias)
  }
}
