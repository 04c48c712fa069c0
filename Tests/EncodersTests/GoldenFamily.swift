import Files
import JSONText
import TestSupport
import Testing

@testable import Encoders

/// A family of encoders with the folders that hold what the real library computes.
struct GoldenFamily: Sendable, CustomTestStringConvertible {
  /// The first `model_type` of the family.
  let name: String
  /// The index among the family's folders of a kind.
  var index = 0

  var testDescription: String { index == 0 ? name : "\(name), \(index)" }

  /// Every family that is read.
  static let all = Families.all.map { GoldenFamily(name: $0.folder.modelTypes[0]) }

  /// Every family with each of its cross-encoders.
  static let crossEncoders = all.flatMap { family in
    (0..<((try? family.folders(withModules: false).count) ?? 1)).map { GoldenFamily(name: family.name, index: $0) }
  }

  /// The folder of a tiny bi-encoder.
  var biEncoder: String {
    get throws { try folder(withModules: true) }
  }

  /// The folder of a tiny cross-encoder.
  var crossEncoder: String {
    get throws { try folder(withModules: false) }
  }

  private func folder(withModules: Bool) throws -> String {
    try #require(
      folders(withModules: withModules).dropFirst(index).first,
      "Tests/Goldens has no folder of a \(withModules ? "bi-encoder" : "cross-encoder") with the model_type \(name)")
  }

  private func folders(withModules: Bool) throws -> [String] {
    let goldens = Files.join(Locations.repositoryRoot, "Tests", "Goldens")
    return try Files.list(goldens).map { Files.join(goldens, $0) }.filter { folder in
      guard ["config.json", "golden.json", "golden.safetensors"].allSatisfy({ Files.exists(Files.join(folder, $0)) })
      else { return false }
      let type = try JSONFile.read(Files.join(folder, "config.json")).objectValue?["model_type"]
      return type == JSONValue(name) && Files.exists(Files.join(folder, "modules.json")) == withModules
    }
  }
}
