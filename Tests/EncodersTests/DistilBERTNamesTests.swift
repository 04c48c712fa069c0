import Encoders
import Files
import JSONText
import Tensors
import TestSupport
import Testing

/// The names that transformers gives to settings of DistilBERT beside the family's own (`attribute_map`).
@Suite struct DistilBERTNamesTests {
  private let distilBERTFolder = Files.join(Locations.repositoryRoot, "Tests", "Goldens", "distilbert-tiny")
  private let names = ["dim": "hidden_size", "n_layers": "num_hidden_layers", "n_heads": "num_attention_heads"]

  @Test func otherNamesOfSettingsAreRead() throws {
    let folder = try ModelCopy(of: distilBERTFolder)
    try folder.rewrite("config.json") { object in
      for (own, other) in names {
        object[other] = object[own]
        object[own] = nil
      }
    }
    let texts = ["find a file", "chess board"]
    #expect(
      try BiEncoder(folder: folder.path).encode(texts, as: .document).elements
        == BiEncoder(folder: distilBERTFolder).encode(texts, as: .document).elements)
  }

  @Test func twoNamesMustAgree() throws {
    let folder = try ModelCopy(of: distilBERTFolder)
    try folder.rewrite("config.json") { $0["num_hidden_layers"] = 1 }
    let found = message { _ = try BiEncoder(folder: folder.path) }
    #expect(
      found?.hasSuffix("'num_hidden_layers' is another name of 'n_layers' and should be 2, found 1") == true,
      "\(found ?? "")")
  }
}
