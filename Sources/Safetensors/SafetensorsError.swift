public import Files

/// A safetensors file or folder cannot be read or written.
public struct SafetensorsError: UserFacingError, Equatable {
  /// The file or folder.
  public let path: String
  /// The tensor, where the error is about one.
  public let tensor: String?
  /// The kind of failure; ``FailureKind/badData`` for everything that is wrong in a file.
  public let kind: FailureKind
  /// The whole message for the user.
  public let description: String

  /// Makes an error about the content of a file, or about one tensor in it.
  init(
    _ path: String, tensor: String? = nil, _ problem: String, remedy: String = damagedFile, kind: FailureKind = .badData
  ) {
    self.path = path
    self.tensor = tensor
    self.kind = kind
    let place = tensor.map { "\(path): tensor \(quoted($0))" } ?? path
    description = "\(place): \(problem); \(remedy)"
  }

  /// Takes over an error of reading or writing.
  init(_ error: FileError) {
    path = error.path
    tensor = nil
    kind = error.kind
    description = error.description
  }

  static let damagedFile = "the file is damaged or no safetensors file, fetch or write it again"
}

/// Runs a step on files, with its errors as this target's own.
func convertingErrors<Result>(_ step: () throws(FileError) -> Result) throws(SafetensorsError) -> Result {
  do throws(FileError) {
    return try step()
  } catch {
    throw SafetensorsError(error)
  }
}
