import COpenSSL

/// The state of a digest in libcrypto's memory, freed with the last reference.
///
/// libcrypto fails only where it has no memory left, as Swift's own allocations do.
@safe final class DigestContext {
  private let context: OpaquePointer

  /// libcrypto is initialized without the system's configuration file.
  ///
  /// The file can switch functions off for connections and keys; ours are names of contents.
  private static let isReady: Bool = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil) == 1

  init(_ function: Digest.Function) {
    guard Self.isReady, let context = unsafe EVP_MD_CTX_new() else { fatalError("libcrypto cannot begin a digest") }
    unsafe self.context = context
    let method: OpaquePointer? =
      switch function {
      case .sha1: unsafe EVP_sha1()
      case .sha256: unsafe EVP_sha256()
      }
    guard unsafe EVP_DigestInit_ex(context, method, nil) == 1 else { fatalError("libcrypto has no \(function)") }
  }

  init(copyOf other: DigestContext) {
    guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_MD_CTX_copy_ex(context, other.context) == 1 else {
      fatalError("libcrypto cannot copy a digest")
    }
    unsafe self.context = context
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  func add(_ bytes: [UInt8]) {
    guard unsafe EVP_DigestUpdate(context, bytes, bytes.count) == 1 else { fatalError("libcrypto cannot digest") }
  }

  /// The digest; nothing can be added after it.
  func finish() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard unsafe EVP_DigestFinal_ex(context, &bytes, &count) == 1 else {
      fatalError("libcrypto cannot finish a digest")
    }
    return Array(bytes.prefix(Int(count)))
  }
}
