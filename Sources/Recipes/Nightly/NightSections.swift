import Registry
import Runs
import SettingKeys
import Settings

/// The place of the versions.
struct RegistrySection: Codable, Sendable, Equatable {
  var folder: String
  var name: String
}

extension RegistrySection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    folder = try keys.value(.folder, default: "models", "The folder of all models' versions.")
    name = try keys.required(.name, example: "my-model", "The name of the model, a folder in it.")
  }

  /// The registry; nothing is read or made.
  func open() throws(RunError) -> ModelRegistry { try ModelRegistry(folder, name: name) }

  func validate(_ checks: SettingChecks) {
    checks.outputFolder("registry.folder", folder)
    do {
      _ = try open()
    } catch {
      checks.require(false, "registry.name", else: "\(error)")
    }
  }
}

/// The models of the first night.
struct FirstModelsSection: Codable, Sendable, Equatable {
  var folder: String
  var reranker: String?
}

extension FirstModelsSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    folder = try keys.required(.folder, example: "checkpoints/all-MiniLM-L6-v2", "The folder of a bi-encoder.")
    reranker = try keys.optional(
      .reranker, example: "runs/reranker/model", "The folder of a cross-encoder, where one serves already.")
  }

  var inputs: [RunInput] { [.model(folder)] + (reranker.map { [.model($0)] } ?? []) }

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("base.folder", folder)
    if let reranker { checks.modelFolder("base.reranker", reranker) }
  }
}

/// The folder of all nights.
struct NightOutput: Codable, Sendable, Equatable {
  var folder: String
  var keep: Int
}

extension NightOutput {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    folder = try keys.required(.folder, example: "runs/nightly", "The folder of all nights, the same every night.")
    keep = try keys.value(
      .keep, default: 3, "The number of nights whose stages are kept; the champion has its own copy.")
  }

  func validate(_ checks: SettingChecks) {
    checks.outputFolder("output.folder", folder)
    checks.atLeast(1, "output.keep", keep)
  }
}
