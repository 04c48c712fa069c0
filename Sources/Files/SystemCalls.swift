#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The C library, behind functions that throw instead of returning -1 and that no caller can hand a wrong pointer.
///
/// Interrupted calls are repeated. All the code that is not memory safe by the compiler's own rules is in this
/// folder, most of it in this file.
enum System {
  /// The mode in which a file is opened.
  enum Mode {
    case read
    /// A new file for writing; it must not exist.
    case createNew
    /// A file for adding lines at its end; made when it does not exist.
    case append
    /// A file for reading and writing; made when it does not exist.
    case update
    /// A folder, to synchronize it.
    case folder

    var flags: Int32 {
      switch self {
      case .read: O_RDONLY
      case .createNew: O_WRONLY | O_CREAT | O_EXCL
      case .append: O_RDWR | O_CREAT | O_APPEND
      case .update: O_RDWR | O_CREAT
      case .folder: O_RDONLY | O_DIRECTORY
      }
    }

    /// True if opening a file so may change the disk.
    var changes: Bool { self != .read && self != .folder }
  }

  /// The file that a path points to.
  struct Status {
    enum Kind { case file, folder, link, other }
    let kind: Kind
    let size: Int
    let permissions: UInt32
    /// When the content was changed last, in seconds since 1970.
    let modified: Double
    /// The numbers that change with the content; see ``FileStamp``.
    let stamp: FileStamp
  }

  static func open(_ path: String, _ mode: Mode) throws(SystemError) -> Int32 {
    let path = try located(path)
    if mode.changes { try DiskWitness.note(.open(path: path)) }
    let descriptor = try retrying { platformOpen(path, mode.flags | O_CLOEXEC) }
    if mode != .read { DiskWitness.tell(.opened(descriptor, path: path)) }
    return descriptor
  }

  /// Closes a descriptor.
  ///
  /// An interrupted close has closed it all the same on Linux, so it is never repeated.
  static func close(_ descriptor: Int32) throws(SystemError) {
    if platformClose(descriptor) != 0 && SystemError.current != .interrupted { throw .current }
  }

  static func status(_ path: String, followingLinks: Bool = true) throws(SystemError) -> Status {
    let path = try located(path)
    var record = stat()
    let result = followingLinks ? unsafe stat(path, &record) : unsafe lstat(path, &record)
    if result != 0 { throw .current }
    return Status(record)
  }

  static func status(of descriptor: Int32) throws(SystemError) -> Status {
    var record = stat()
    if unsafe fstat(descriptor, &record) != 0 { throw .current }
    return Status(record)
  }

  static func synchronize(_ descriptor: Int32) throws(SystemError) {
    try DiskWitness.note(.synchronize(descriptor))
    _ = try retrying { fsync(descriptor) }
  }

  /// Takes blocks of the disk for the first `count` bytes of a file.
  static func reserve(_ descriptor: Int32, count: Int) throws(SystemError) {
    try DiskWitness.note(.reserve(descriptor, count: count))
    #if canImport(Darwin)
      return
    #else
      let code = posix_fallocate(descriptor, 0, count)
      let error = SystemError(code: code)
      // A file system that cannot reserve gives one of two errors; writing then finds out whether there is room.
      if code != 0 && error != .notSupported && error != .invalidArgument { throw error }
    #endif
  }

  static func truncate(_ descriptor: Int32, to count: Int) throws(SystemError) {
    try DiskWitness.note(.truncate(descriptor, count: count))
    _ = try retrying { ftruncate(descriptor, off_t(count)) }
  }

  static func setPermissions(_ descriptor: Int32, _ permissions: UInt32) throws(SystemError) {
    _ = try retrying { fchmod(descriptor, mode_t(truncatingIfNeeded: permissions)) }
  }

  /// Gives a file the time now as the time of its last change.
  static func touch(_ path: String) throws(SystemError) {
    let path = try located(path)
    if unsafe utimensat(AT_FDCWD, path, nil, 0) != 0 { throw .current }
  }

  static func rename(_ from: String, to: String) throws(SystemError) {
    let (from, to) = (try located(from), try located(to))
    try DiskWitness.note(.rename(from: from, to: to))
    if platformRename(from, to) != 0 { throw .current }
  }

  /// Exchanges the names of two files or folders at once.
  ///
  /// - Throws: ``SystemError/notSupported`` where the system or the file system cannot.
  static func exchange(_ first: String, _ second: String) throws(SystemError) {
    let (first, second) = (try located(first), try located(second))
    try DiskWitness.note(.exchange(first, second))
    #if canImport(Darwin)
      if unsafe renamex_np(first, second, UInt32(RENAME_SWAP)) != 0 { throw .current }
    #else
      // Swift's view of the C library lacks the function, and so do old versions of the library itself.
      typealias Exchange = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
      guard let address = unsafe dlsym(nil, "renameat2") else { throw .notSupported }
      let call = unsafe unsafeBitCast(address, to: Exchange.self)
      let exchangeFlag: UInt32 = 2
      if unsafe call(AT_FDCWD, first, AT_FDCWD, second, exchangeFlag) == 0 { return }
      let error = SystemError.current
      throw error == .invalidArgument || error == .noSuchCall ? .notSupported : error
    #endif
  }

  static func unlink(_ path: String) throws(SystemError) {
    let path = try located(path)
    try DiskWitness.note(.unlink(path: path))
    if platformUnlink(path) != 0 { throw .current }
  }

  static func removeFolder(_ path: String) throws(SystemError) {
    let path = try located(path)
    try DiskWitness.note(.removeFolder(path: path))
    if unsafe rmdir(path) != 0 { throw .current }
  }

  static func makeFolder(_ path: String) throws(SystemError) {
    let path = try located(path)
    try DiskWitness.note(.makeFolder(path: path))
    if unsafe mkdir(path, 0o777) != 0 { throw .current }
  }

  /// Makes a symbolic link with the text `target`.
  static func link(_ path: String, to target: String) throws(SystemError) {
    let path = try located(path)
    try DiskWitness.note(.link(path: path, target: target))
    if unsafe symlink(target, path) != 0 { throw .current }
  }

  /// The text of a symbolic link.
  static func linkTarget(_ path: String) throws(SystemError) -> String {
    let path = try located(path)
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink(path, &bytes, bytes.count)
    if count < 0 { throw .current }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The names in a folder but "." and "..", in the order of the file system.
  static func names(in folder: String) throws(SystemError) -> [String] {
    let folder = try located(folder)
    guard let stream = unsafe opendir(folder) else { throw .current }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
      let name = String(decoding: bytes, as: UTF8.self)
      if name != "." && name != ".." { names.append(name) }
    }
    if errno != 0 { throw .current }
    return names
  }

  /// The path without symbolic links and relative parts.
  static func resolve(_ path: String) throws(SystemError) -> String {
    let path = try located(path)
    guard let resolved = unsafe realpath(path, nil) else { throw .current }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// The bytes an ordinary user may still write to the file system of `path`.
  static func freeBytes(at path: String) throws(SystemError) -> Int {
    let path = try located(path)
    var record = statvfs()
    if unsafe statvfs(path, &record) != 0 { throw .current }
    let (bytes, overflow) = UInt64(record.f_bavail).multipliedReportingOverflow(by: UInt64(record.f_frsize))
    return overflow ? Int.max : Int(clamping: bytes)
  }

  /// Takes the exclusive lock of an open file, or throws ``SystemError/wouldBlock`` when somebody has it.
  static func lock(_ descriptor: Int32) throws(SystemError) {
    _ = try retrying { flock(descriptor, LOCK_EX | LOCK_NB) }
  }

  /// Runs another program in this process, with this one's arguments; returns by throwing only.
  static func execute(_ path: String) throws(SystemError) {
    let path = try located(path)
    unsafe execv(path, CommandLine.unsafeArgv)
    throw .current
  }

  static var processIdentifier: Int32 { getpid() }

  static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    // The last byte stays zero whatever the call does.
    guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "unknown" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The seconds since 1970.
  static var now: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The time now as `2026-01-31T23:59:59Z`.
  static var timestamp: String {
    var seconds = time(nil)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&seconds, &parts) != nil else { return "unknown" }
    let (year, month, day) = unsafe (Int(parts.tm_year) + 1900, parts.tm_mon + 1, parts.tm_mday)
    let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
    func padded(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
    return "\(year)-\(padded(month))-\(padded(day))T\(padded(hour)):\(padded(minute)):\(padded(second))Z"
  }

  // MARK: - Helpers

  /// The path for a system call, in which `~` stands for the home folder.
  ///
  /// Every path comes through here. It refuses what C would read as another path: an empty one, one that a NUL cuts
  /// short, and a `~` of which nobody knows the meaning, so that no folder gets such a name by mistake.
  static func located(_ path: String) throws(SystemError) -> String {
    if path.isEmpty { throw .doesNotExist }
    if path.utf8.contains(0) { throw .invalidArgument }
    guard path.utf8.first == UInt8(ascii: "~") else { return path }
    let rest = path.utf8.dropFirst()
    guard rest.isEmpty || rest.first == UInt8(ascii: "/") else { throw .foreignHome }
    guard let home = unsafe getenv("HOME") else { throw .homeIsUnknown }
    let folder = unsafe String(cString: home)
    if folder.isEmpty { throw .homeIsUnknown }
    return folder + String(Substring(rest))
  }

  static func retrying<Result: SignedInteger>(_ call: () -> Result) throws(SystemError) -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      let error = SystemError.current
      if error != .interrupted { throw error }
    }
  }
}

extension System.Status {
  fileprivate init(_ record: stat) {
    switch record.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    case S_IFLNK: kind = .link
    default: kind = .other
    }
    size = Int(record.st_size)
    permissions = UInt32(record.st_mode) & 0o777
    #if canImport(Darwin)
      let (modification, change) = (record.st_mtimespec, record.st_ctimespec)
    #else
      let (modification, change) = (record.st_mtim, record.st_ctim)
    #endif
    modified = Double(modification.tv_sec) + Double(modification.tv_nsec) * 1e-9
    stamp = FileStamp(
      volume: UInt64(truncatingIfNeeded: record.st_dev), number: UInt64(record.st_ino), size: Int(record.st_size),
      modified: FileStamp.Time(modification), changed: FileStamp.Time(change))
  }
}

// The members of `System` hide the C functions of the same name; these names do not.

private func platformClose(_ descriptor: Int32) -> Int32 { close(descriptor) }

private func platformRename(_ from: String, _ to: String) -> Int32 { unsafe rename(from, to) }

private func platformUnlink(_ path: String) -> Int32 { unsafe unlink(path) }

private func platformOpen(_ path: String, _ flags: Int32) -> Int32 { unsafe open(path, flags, 0o666) }

extension FileStamp.Time {
  fileprivate init(_ time: timespec) { self.init(seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec)) }
}
