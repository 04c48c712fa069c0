import Files

/// The place of the Hub and the right to read from it, from the environment variables of Hugging Face's own programs.
///
/// Upstream: huggingface_hub 1.x, `constants.py` and `utils/_auth.py`.
package struct HubSettings: Sendable {
  /// The address of the Hub, without "/" at its end.
  package let endpoint: String
  /// The access token; nil for what everybody may read.
  let token: String?
  /// The environment that the program curl gets, with the proxies and certificates it knows by itself.
  let environment: [String: String]

  /// Reads `HF_ENDPOINT`; and the token from `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN` or the file that `hf auth login` writes.
  ///
  /// - Throws: `HubError` for an address or a token that cannot be one, and where `HF_HUB_OFFLINE` forbids to fetch.
  package init(environment: [String: String]) throws {
    /// The value of a variable that is set to something.
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    func isOn(_ name: String) -> Bool { ["1", "ON", "YES", "TRUE"].contains(value(name)?.uppercased()) }
    for name in ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] where isOn(name) {
      throw HubError(.temporary, "\(name) is set, so nothing is fetched; unset it to fetch a model")
    }
    endpoint = try Self.endpoint(value("HF_ENDPOINT") ?? "https://huggingface.co")
    let given = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].first { value($0) != nil }
    if let given {
      token = try Self.token(environment[given] ?? "", from: given)
    } else if !isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN"), let file = Self.tokenFile(value), Files.exists(file) {
      let text = String(decoding: try Files.read(file, maximumBytes: 1 << 16), as: UTF8.self)
      token = try Self.token(text, from: file)
    } else {
      token = nil
    }
    self.environment = environment
  }

  /// True if there is a token to send.
  var hasToken: Bool { token != nil }

  /// The name of the Hub's host, for messages.
  var host: String {
    endpoint.split(separator: "/", maxSplits: 2).dropFirst().first.map(String.init) ?? endpoint
  }

  /// True if nobody can read on the way what is sent to the Hub.
  var isEncrypted: Bool { endpoint.hasPrefix("https://") }

  private static func endpoint(_ text: String) throws(HubError) -> String {
    var endpoint = Substring(text)
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    let host = ["https://", "http://"].first(where: endpoint.hasPrefix).map { endpoint.dropFirst($0.count) }
    // A name and a password in the address would stand in every message.
    let isPlain = host?.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"\\@?#<>{}|^`".utf8.contains($0) }
    guard let host, !host.isEmpty, isPlain == true else {
      throw HubError(
        .usage, "HF_ENDPOINT is \(text.isEmpty ? "empty" : text); give an address such as https://huggingface.co")
    }
    return String(endpoint)
  }

  private static func token(_ text: String, from source: String) throws(HubError) -> String? {
    let bytes = text.utf8.drop { isSpace($0) }
    let token = bytes.prefix { !isSpace($0) }
    guard bytes.dropFirst(token.count).allSatisfy(isSpace), token.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw HubError(.usage, "\(source) holds no token: one is a word of ASCII letters such as hf_…; set it anew")
    }
    return token.isEmpty ? nil : String(Substring(token))
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// The file of `hf auth login`.
  private static func tokenFile(_ value: (String) -> String?) -> String? {
    if let path = value("HF_TOKEN_PATH") { return path }
    let cache = value("XDG_CACHE_HOME") ?? value("HOME").map { Files.join($0, ".cache") }
    guard let home = value("HF_HOME") ?? cache.map({ Files.join($0, "huggingface") }) else { return nil }
    return Files.join(home, "token")
  }
}
