import Retrieval
import Settings

extension NegativeSelection: Codable {
  private enum Key: String, CodingKey { case name, temperature }
  private enum Name: String, ChoiceSetting { case first, uniform, softmax }

  init(from decoder: any Decoder) throws {
    let name = try decoder.variantName(Name.self, forKey: Key.name)
    let temperature = try decoder.container(keyedBy: Key.self).decodeIfPresent(Double.self, forKey: .temperature)
    switch (name, temperature) {
    case (.first, nil): self = .first
    case (.uniform, nil): self = .uniform
    case (.softmax, let temperature?): self = .softmax(temperature: temperature)
    default: throw decoder.problem("'temperature' goes with 'softmax', and only with it")
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .first: try container.encode(Name.first, forKey: .name)
    case .uniform: try container.encode(Name.uniform, forKey: .name)
    case .softmax(let temperature):
      try container.encode(Name.softmax, forKey: .name)
      try container.encode(temperature, forKey: .temperature)
    }
  }

  func validate(_ checks: SettingChecks, at path: String) {
    if case .softmax(let temperature) = self { checks.positive(path + ".temperature", temperature) }
  }
}
