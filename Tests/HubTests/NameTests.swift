import Files
import TestSupport
import Testing

@testable import Hub

/// Names and settings are checked before anything is asked.
@Suite struct NameTests {
  private func message(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: ["BAAI/bge-m3", "bert-base-uncased", "a/b", "intfloat/e5_small.v2", "0x/1"])
  func namesOfTheHubAreTaken(_ name: String) throws {
    #expect(try RepositoryName(name).description == name)
    #expect(try RepositoryName(name).folder == name.split(separator: "/").last.map(String.init))
  }

  @Test(arguments: [
    "", "/", "a/", "/b", "a/b/c", "../b", "a/..", "a/.b", "a/b.", "a/-b", "a/b--c", "a/b c", "a/b\"c", "a/b\nc", "ä/b",
    "a/b.git", "a\\b", "a/b?c=d", "a/b#c", String(repeating: "a", count: 97),
  ])
  func otherNamesAreRefused(_ name: String) throws {
    #expect(
      message { try RepositoryName(name) }.hasPrefix("\(name): is no name of a model on the Hub; give OWNER/NAME"))
  }

  @Test func anAddressTellsTheName() throws {
    #expect(
      message { try RepositoryName("https://huggingface.co/BAAI/bge-m3/tree/main") }
        == "https://huggingface.co/BAAI/bge-m3/tree/main: is no name of a model on the Hub; give BAAI/bge-m3")
  }

  @Test func revisionsAreThoseOfGit() throws {
    for name in ["main", "v1.0", "refs/pr/3", "0123456789abcdef0123456789abcdef01234567", "ü"] {
      #expect(try RevisionName(name).description == name)
    }
    for name in ["", "-x", "a b", "a..b", "/a", "a/", "a?b", "a\nb", "a^", "a~1", String(repeating: "a", count: 256)] {
      #expect(message { try RevisionName(name) }.contains("is no revision"), "\(name)")
    }
  }

  // MARK: - Settings

  private func settings(_ environment: [String: String]) throws -> HubSettings {
    try HubSettings(environment: environment.merging(["HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]) { first, _ in first })
  }

  @Test func theEndpointIsAnAddress() throws {
    #expect(try settings([:]).endpoint == "https://huggingface.co")
    #expect(try settings(["HF_ENDPOINT": ""]).endpoint == "https://huggingface.co")
    let mirror = try settings(["HF_ENDPOINT": "http://mirror.example:8080/hub//"])
    #expect(mirror.endpoint == "http://mirror.example:8080/hub")
    #expect(mirror.host == "mirror.example:8080")
    for text in ["huggingface.co", "ftp://x", "https://", "https://a b", "https://u:p@x", "https://x?y", "file:///etc"]
    {
      #expect(message { try settings(["HF_ENDPOINT": text]) }.hasPrefix("HF_ENDPOINT is \(text); give an address"))
    }
  }

  @Test func theTokenIsAWord() throws {
    #expect(try settings([:]).token == nil)
    #expect(try settings(["HF_TOKEN": ""]).token == nil)
    #expect(try settings(["HF_TOKEN": " hf_abc\n"]).token == "hf_abc")
    #expect(try settings(["HUGGING_FACE_HUB_TOKEN": "hf_old"]).token == "hf_old")
    #expect(try settings(["HF_TOKEN": "hf_new", "HUGGING_FACE_HUB_TOKEN": "hf_old"]).token == "hf_new")
    for token in ["a b", "a\r\nX-Header: b", "ä", "a\u{0}"] {
      let found = message { try settings(["HF_TOKEN": token]) }
      #expect(found == "HF_TOKEN holds no token: one is a word of ASCII letters such as hf_…; set it anew")
    }
  }

  @Test func theTokenOfTheLoginIsRead() throws {
    let folder = TemporaryFolder()
    let file = try folder.write("cache/huggingface/token", "hf_login\n")
    try folder.write("other/token", "hf_other")
    func token(_ environment: [String: String]) throws -> String? { try HubSettings(environment: environment).token }
    #expect(try token(["HF_TOKEN_PATH": file]) == "hf_login")
    #expect(try token(["XDG_CACHE_HOME": folder.file("cache")]) == "hf_login")
    #expect(try token(["HF_HOME": folder.file("other"), "XDG_CACHE_HOME": folder.file("cache")]) == "hf_other")
    #expect(try token(["HF_HOME": folder.file("none")]) == nil)
    #expect(try token(["HF_TOKEN": "hf_set", "HF_TOKEN_PATH": file]) == "hf_set")
    #expect(try token(["HF_TOKEN_PATH": file, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]) == nil)
    try folder.write(".cache/huggingface/token", "hf_home")
    #expect(try token(["HOME": folder.path]) == "hf_home")
  }

  @Test func offlineMeansNothingIsFetched() throws {
    #expect(
      message { try settings(["HF_HUB_OFFLINE": "1"]) }
        == "HF_HUB_OFFLINE is set, so nothing is fetched; unset it to fetch a model")
    #expect(try settings(["HF_HUB_OFFLINE": "0"]).endpoint == "https://huggingface.co")
  }
}
