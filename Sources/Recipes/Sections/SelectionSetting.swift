import Retrieval
import SettingKeys
import Settings

extension NegativeSelection: Codable {
  private enum Key: String, CodingKey { case name, temperature }
  private enum Name: String, ChoiceSetting { case first, uniform, softmax }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    switch try keys.variant(.name, of: Name.self, default: .first, "The choice: the best scores, or at random.") {
    case .first: self = .first
    case .uniform: self = .uniform
    case .softmax:
      self = .softmax(
        temperature: try keys.required(
          .temperature, example: 0.05, "The smaller, the more the best scores are preferred: larger than 0."))
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
