#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The error of a system call: an `errno` value.
struct SystemError: Error, Equatable {
  /// The value of `errno`.
  let code: Int32

  /// The error of the call that failed last on this thread.
  static var current: SystemError {
    let error = SystemError(code: errno)
    if error == .inputOutput { DeviceFailure.note() }
    return error
  }

  static let doesNotExist = SystemError(code: ENOENT)
  static let exists = SystemError(code: EEXIST)
  static let isNoFolder = SystemError(code: ENOTDIR)
  static let isFolder = SystemError(code: EISDIR)
  static let isNotRegular = SystemError(code: ESPIPE)
  static let invalidArgument = SystemError(code: EINVAL)
  static let interrupted = SystemError(code: EINTR)
  static let wouldBlock = SystemError(code: EWOULDBLOCK)
  static let noSuchCall = SystemError(code: ENOSYS)
  static let inputOutput = SystemError(code: EIO)
  static let noSpace = SystemError(code: ENOSPC)
  static let notSupported = SystemError(code: EOPNOTSUPP)
  /// A path begins with `~`, and nothing says which folder that is; no code of the system is negative.
  static let homeIsUnknown = SystemError(code: -1)
  /// A path begins with `~NAME`.
  static let foreignHome = SystemError(code: -2)

  /// The cause of an error, as far as the exit code is concerned.
  enum Cause {
    case path
    case device
    case exhaustion
  }

  /// The error in words: what is the matter, what to do about it, and what lies behind it.
  var explanation: (what: String, remedy: String, cause: Cause) {
    switch code {
    case Self.homeIsUnknown.code:
      ("'~' is the home folder, and HOME is not set", "set HOME, or write the whole path", .path)
    case Self.foreignHome.code:
      ("only '~/' stands for a home folder", "write the whole path, or './~…' for a name that begins with '~'", .path)
    case ENOENT: ("no such file or folder", "check the path", .path)
    case EACCES, EPERM: ("permission denied", "check the rights on it and on its folder", .path)
    case EISDIR: ("it is a folder", "name a file", .path)
    case ESPIPE: ("it is a device or a pipe", "name a file", .path)
    case ENOTDIR: ("a part of the path is not a folder", "check the path", .path)
    case EEXIST, ENOTEMPTY: ("it exists already", "remove it or choose another name", .path)
    case EROFS: ("the file system is read-only", "choose another folder", .path)
    case EINVAL: ("the path is not valid", "check the path", .path)
    case ENAMETOOLONG: ("the path is too long", "choose a shorter one", .path)
    case ELOOP: ("its symbolic links go in a circle", "repair the links", .path)
    case EXDEV: ("the two paths are on different file systems", "choose a folder on the same one", .path)
    case ETXTBSY, EBUSY: ("it is in use", "try again later", .exhaustion)
    case EMFILE, ENFILE: ("too many files are open", "raise the limit (ulimit -n) or try again later", .exhaustion)
    case ENOSPC: ("no space is left on the device", "free some space and run again", .device)
    case EDQUOT: ("the disk quota is used up", "free some space and run again", .device)
    case EFBIG: ("the file would be larger than the system allows", "check the limits of the file system", .device)
    case EIO: ("the device reports an input/output error", "check the disk (dmesg)", .device)
    default: (systemMessage, "see the manual of the operating system", .device)
    }
  }

  /// The C library's own words for the rarer codes.
  private var systemMessage: String {
    guard let message = unsafe strerror(code) else { return "system error \(code)" }
    return unsafe String(cString: message) + " (system error \(code))"
  }
}
