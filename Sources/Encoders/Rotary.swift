import JSONText
import Kernels
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Rotary positions as a `config.json` asks for them.
struct RotarySettings: Sendable, Equatable {
  /// The change of the frequencies that lets a model read longer texts.
  enum Scaling: Sendable, Equatable {
    /// θ^(−2k / d).
    case none
    /// θ^(−2k / d) / factor (Chen et al. 2023, arXiv:2306.15595).
    case linear(factor: Double)
    /// (θ · factor)^(−2k / d) / factor^(2 / d), the scaling of GTE; its code applies it to texts of every length.
    case ntk(factor: Double)
  }

  /// The base of the frequencies.
  var theta: Double
  var scaling = Scaling.none

  /// The base of the frequencies and their divisor, scaling included.
  func frequencies(width: Int) -> (base: Double, divisor: Double) {
    switch scaling {
    case .none: (theta, 1)
    case .linear(let factor): (theta, factor)
    case .ntk(let factor): (theta * factor, pow(factor, 2 / Double(width)))
    }
  }

  /// The table for heads of a width.
  func table(width: Int, positions: Int) -> RotaryTable {
    let (base, divisor) = frequencies(width: width)
    return RotaryTable(width: width, base: base, divisor: Float(divisor), positions: positions)
  }

  /// θ as an entry of `rope_parameters` without scaling.
  var parameters: JSONValue { ["rope_theta": JSONValue(theta), "rope_type": "default"] }
}

/// A value of `rope_type`, of those that are read.
enum RotaryType: String, CaseIterable {
  /// No scaling.
  case plain = "default"
  case linear, ntk
  /// Changes nothing up to `max_position_embeddings`, beyond which no text goes here.
  case dynamic
  /// A factor for every frequency; read where that is another way to write NTK scaling.
  case longrope
}

extension ConfigurationReader {
  /// Reads rotary positions in either dialect: the flat keys of old files, or the dictionary of transformers 5.
  ///
  /// As in transformers, `rope_scaling` counts before `rope_parameters`, and θ in the dictionary before the flat key.
  ///
  /// - Parameters:
  ///   - flatKeys: the keys of θ in old files.
  ///   - layers: the entry of the dictionary where θ differs between layers.
  ///   - fallback: θ where nothing gives it, as in the class of transformers.
  ///   - types: the types that the family has.
  ///   - width: the width of a head.
  mutating func rotary(
    _ flatKeys: [String], layers: String? = nil, default fallback: Double, types: [RotaryType], width: Int
  ) -> RotarySettings {
    var settings = RotarySettings(theta: fallback)
    let flatKey = flatKeys.first { object.stated($0) != nil }
    if let flatKey { settings.theta = theta(object[flatKey]) { $0.report(flatKey, $1) } ?? fallback }
    requireWholeHeads(object, "partial_rotary_factor")
    guard let key = ["rope_scaling", "rope_parameters"].first(where: { object.stated($0) != nil }),
      let parameters = rotaryParameters(key, layers: layers)
    else { return settings }
    requireWholeHeads(parameters, key)
    /// Reports something about the dictionary.
    func report(_ reader: inout Self, _ problem: String) {
      reader.report(key, layers.map { "under \"\($0)\": \(problem)" } ?? problem)
    }
    let type = parameters["rope_type"] ?? parameters["type"] ?? JSONValue(RotaryType.plain.rawValue)
    guard let known = types.first(where: { type == JSONValue($0.rawValue) }) else {
      let names = types.map(\.rawValue).joined(separator: ", ")
      report(&self, "has the type \(type.shortText), which hone does not compute; it reads \(names)")
      return settings
    }
    for name in ["alpha", "mixed_b"] where parameters[name] ?? .null != .null {
      report(&self, "asks for '\(name)', which hone does not compute")
    }
    let written = theta(parameters["rope_theta"]) { report(&$0, "rope_theta \($1)") }
    if known == .longrope {
      guard let factor = Self.ntkFactor(parameters, theta: settings.theta, width: width) else {
        report(
          &self, "has the type longrope, which hone reads only where all frequencies have one factor of NTK scaling")
        return settings
      }
      settings.scaling = .ntk(factor: factor)
      return settings
    }
    if let written, let flatKey, isSound(flatKey), written != settings.theta {
      self.report(
        flatKey, "should be the rope_theta of '\(key)', \(JSONValue(written).shortText), found \(settings.theta)")
    }
    settings.theta = written ?? settings.theta
    guard known == .linear || known == .ntk else { return settings }
    guard let factor = parameters["factor"]?.doubleValue, (1...1e6).contains(factor) else {
      report(&self, "should have a factor of 1 or more, found \(parameters["factor"]?.shortText ?? "none")")
      return settings
    }
    settings.scaling = known == .linear ? .linear(factor: factor) : .ntk(factor: factor)
    return settings
  }

  /// Reports angles that turn a part of each head only.
  private mutating func requireWholeHeads(_ parameters: JSONObject, _ key: String) {
    guard let share = parameters["partial_rotary_factor"], share != .null, share.doubleValue != 1, isSound(key) else {
      return
    }
    report(key, "asks for angles in \(share.shortText) of each head, and hone turns whole heads")
  }

  /// θ; nil if there is none.
  private mutating func theta(_ value: JSONValue?, report: (inout Self, String) -> Void) -> Double? {
    guard let value, value != .null else { return nil }
    guard let theta = value.doubleValue, (1...1e15).contains(theta) else {
      report(&self, "should be a number of 1 or more, found \(value.shortText)")
      return nil
    }
    return theta
  }

  /// The dictionary of θ and scaling; nil if it is none.
  private mutating func rotaryParameters(_ key: String, layers: String?) -> JSONObject? {
    let value = object[key] ?? .null
    let whole = value.objectValue
    let isFlat = layers != nil && (key == "rope_scaling" || whole?["rope_theta"] != nil || whole?["rope_type"] != nil)
    guard let whole, !isFlat else {
      // Said once, not for each kind of layers.
      if isSound(key) {
        report(
          key,
          isFlat
            ? "gives all layers one θ, but those of this family have two: full_attention and sliding_attention"
            : "should be an object, found \(value.shortText)")
      }
      return nil
    }
    guard let layers else { return whole }
    guard let own = whole[layers], own != .null else { return nil }
    if own.objectValue == nil { report(key, "should have an object under \"\(layers)\", found \(own.shortText)") }
    return own.objectValue
  }

  /// The factor of NTK scaling that a factor for every frequency stands for; nil if it stands for something else.
  private static func ntkFactor(_ parameters: JSONObject, theta: Double, width: Int) -> Double? {
    guard let factor = parameters["factor"]?.doubleValue, (1...1e6).contains(factor),
      let base = parameters["rope_theta"]?.doubleValue, parameters["attention_factor"]?.doubleValue == 1
    else { return nil }
    let expected = RotarySettings(theta: theta, scaling: .ntk(factor: factor)).frequencies(width: width)
    func isClose(_ found: Double?, _ expected: Double) -> Bool {
      found.map { abs($0 - expected) <= 1e-9 * expected } ?? false
    }
    let lists = ["short_factor", "long_factor"].compactMap { parameters[$0]?.arrayValue }
    let areAll = lists.allSatisfy { list in
      list.count == width / 2 && list.allSatisfy { isClose($0.doubleValue, expected.divisor) }
    }
    return lists.count == 2 && areAll && isClose(base, expected.base) ? factor : nil
  }
}
