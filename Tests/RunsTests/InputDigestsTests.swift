import Files
import TestSupport
import Testing

@testable import Runs

/// What is read after the digests were taken is what they stand for, or the run ends.
@Suite struct InputDigestsTests {
  private let folder = TemporaryFolder()
  private let file: String
  private let model: String

  init() throws {
    file = try folder.write("rows.jsonl", "first")
    model = folder.file("model")
    try folder.write("model/config.json", "{}")
    try folder.write("model/modules.json", "[{\"path\": \"parts/1_Pooling\"}, {\"path\": 3}, 17]")
    try folder.write("model/parts/1_Pooling/config.json", "{}")
  }

  private func digests() throws -> InputDigests { try InputDigests(of: [.file(file), .model(model)]) }

  private func expectRefusal(_ digests: InputDigests, _ change: String) {
    let error = #expect(throws: RunError.self) { try digests.confirm() }
    #expect(error?.kind == .badData)
    #expect(
      error?.description == "the data was changed while the run read it (\(change)); start the run again")
  }

  @Test func unchangedInputsAreConfirmed() throws {
    try digests().confirm()
    // A file that is written anew with the same bytes is the same.
    let digests = try digests()
    try Files.write("first", to: file)
    try digests.confirm()
  }

  /// The change may come within the tick of the file system's clock, and keep the size.
  @Test func aChangeIsSeenHoweverSmallAndSoon() throws {
    for round in 0..<50 {
      try Files.write("round \(round % 10)", to: file)
      let digests = try digests()
      let open = try RandomAccessFile(file)
      try Files.write("other \(round % 10)", to: file)
      expectRefusal(digests, "\(file) has other content")
      withExtendedLifetime(open) {}
    }
  }

  @Test func filesThatComeAndGoAreSeen() throws {
    let first = try digests()
    try folder.write("model/added_tokens.json", "{}")
    expectRefusal(first, "\(model)/added_tokens.json is new")
    let second = try digests()
    try Files.remove(folder.file("model/added_tokens.json"))
    expectRefusal(second, "\(model)/added_tokens.json is gone")
    let third = try digests()
    try folder.write("model/parts/1_Pooling/config.json", "{\"a\": 1}")
    expectRefusal(third, "\(model)/parts/1_Pooling/config.json has other content")
    try third.confirm([.file(file)])
  }

  /// A run whose folder lies in the model's folder does not change the model.
  @Test func theFolderOfARunIsNoPartOfAModel() throws {
    let digests = try digests()
    try folder.write("model/run/inputs.json", "{}")
    try digests.confirm()
    #expect(digests.files.map(\.path).count == 4)
  }
}
