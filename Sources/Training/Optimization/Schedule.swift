import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The learning rate over a run: a linear rise during the warmup, then a decay or a constant.
///
/// Equal to `get_linear_schedule_with_warmup`, `get_cosine_schedule_with_warmup` and
/// `get_constant_schedule_with_warmup` of transformers (`optimization.py`), to the last bit.
public struct Schedule: Codable, Equatable, Sendable {
  /// The course after the warmup.
  public enum Name: String, Codable, CaseIterable, Sendable {
    /// Linear decay to zero.
    case linear
    /// Decay to zero along half a cosine.
    case cosine
    /// Constant.
    case constant
  }

  /// The course after the warmup.
  public var name: Name
  /// The fraction of all steps that the warmup takes, from 0 to 1; the number of steps is rounded up.
  public var warmup: Double

  /// Makes the schedule.
  public init(name: Name, warmup: Double) {
    self.name = name
    self.warmup = warmup
  }

  /// The steps of the warmup, in which the rate is below its peak.
  public func warmupSteps(of steps: Int) -> Int { Int((Double(steps) * warmup).rounded(.up)) }

  /// The learning rate of a step.
  ///
  /// With w warmup steps: peak · step / w before w; then with p = (step − w) / (steps − w) linear peak · (1 − p),
  /// cosine peak · (1 + cos πp) / 2, constant peak. So the first step of a warmup has the rate 0.
  ///
  /// - Parameters:
  ///   - step: counted from 0.
  ///   - steps: of the whole run.
  ///   - peak: the highest learning rate.
  public func rate(step: Int, of steps: Int, peak: Double) -> Double {
    require(warmup >= 0 && warmup <= 1, "schedule: the warmup \(warmup) is not a fraction from 0 to 1")
    require(step >= 0, "schedule: step \(step)")
    let warmupSteps = warmupSteps(of: steps)
    if step < warmupSteps { return peak * (Double(step) / Double(warmupSteps)) }
    let rest = Double(max(1, steps - warmupSteps))
    switch name {
    case .linear: return peak * max(0, Double(steps - step) / rest)
    case .cosine: return peak * max(0, 0.5 * (1 + cos(Double.pi * (Double(step - warmupSteps) / rest))))
    case .constant: return peak
    }
  }
}
