public import Files
import Foundation
import Synchronization

/// What a disk may hold after a crash during some work: the states that POSIX allows, not only those that one file system shows.
///
/// A file's bytes are certain only after `fsync` of the file, a name only after `fsync` of its folder. Before that, any of the
/// changes of a folder may be on the disk without the others, and a file that was written may be empty, cut short, zeros or whole.
///
/// Pillai et al. 2014, "All File Systems Are Not Created Equal", describe the method.
public final class CrashStates {
  private enum Node {
    case file(durable: [UInt8], current: [UInt8])
    case folder(durable: [String: Int], pending: [NameChange])
    case link(target: String)
  }

  private enum NameChange {
    case add(String, Int)
    case remove(String)
    case rename(from: String, to: String)
    case exchange(String, String)
  }

  private let root: String
  private var nodes: [Node] = []
  /// The content of each folder as the running process sees it.
  private var names: [Int: [String: Int]] = [:]
  private var descriptors: [Int32: (node: Int, position: Int)] = [:]

  /// The files of a state by their paths below the root; a folder is nil, a link begins with "→".
  public typealias State = [String: [UInt8]?]

  /// Records the changes that some work makes below a folder.
  public static func record(_ work: () throws -> Void) rethrows -> [DiskChange] {
    let changes = Mutex<[DiskChange]>([])
    let witness = DiskWitness { change in
      changes.withLock { $0.append(change) }
      return nil
    }
    try witness.watch(work)
    return changes.withLock { $0 }
  }

  /// All states in which a crash may leave a folder during recorded changes, each once.
  ///
  /// - Parameters:
  ///   - initial: The folder before the changes, all of it on the disk; ``snapshot(of:)``.
  ///   - root: The path under which the changes name the folder.
  public static func all(after initial: State, _ changes: [DiskChange], root: String) -> [State] {
    let simulation = CrashStates(root: root, initial)
    var states: Set<[String: [UInt8]?]> = []
    var ordered: [State] = []
    func note(_ state: State) { if states.insert(state).inserted { ordered.append(state) } }
    for state in simulation.states() { note(state) }
    for change in changes {
      simulation.apply(change)
      for state in simulation.states() { note(state) }
    }
    return ordered
  }

  /// A folder as a state.
  public static func snapshot(of folder: String) throws -> State {
    var state: State = [:]
    func walk(_ path: String) throws {
      for name in try Files.list(Files.join(folder, path)) {
        let inner = Files.join(path, name)
        let full = Files.join(folder, inner)
        if let target = try? Files.linkTarget(full) {
          state[inner] = .some(Array("→\(target)".utf8))
        } else if Files.isFolder(full) {
          state[inner] = .some(nil)
          try walk(inner)
        } else {
          state[inner] = try Files.read(full)
        }
      }
    }
    try walk("")
    return state
  }

  /// Makes the files of a state in an empty folder, without waiting for the disk.
  public static func make(_ state: State, in folder: String) throws {
    let manager = FileManager.default
    for path in state.keys.sorted() {
      let full = Files.join(folder, path)
      guard let bytes = state[path] ?? nil else {
        try manager.createDirectory(atPath: full, withIntermediateDirectories: true)
        continue
      }
      let text = String(decoding: bytes, as: UTF8.self)
      if text.hasPrefix("→") {
        try manager.createSymbolicLink(atPath: full, withDestinationPath: String(text.dropFirst()))
      } else {
        try Data(bytes).write(to: URL(fileURLWithPath: full))
      }
    }
  }

  // MARK: - Simulation

  private init(root: String, _ initial: State) {
    self.root = root
    nodes = [.folder(durable: [:], pending: [])]
    names[0] = [:]
    for path in initial.keys.sorted() {
      guard let (folder, name) = place(path) else { continue }
      let node = nodes.count
      if let bytes = initial[path] ?? nil {
        let text = String(decoding: bytes, as: UTF8.self)
        nodes.append(
          text.hasPrefix("→") ? .link(target: String(text.dropFirst())) : .file(durable: bytes, current: bytes))
      } else {
        nodes.append(.folder(durable: [:], pending: []))
        names[node] = [:]
      }
      names[folder]?[name] = node
      if case .folder(var durable, let pending) = nodes[folder] {
        durable[name] = node
        nodes[folder] = .folder(durable: durable, pending: pending)
      }
    }
  }

  /// The folder and the name of a path; nil if it does not lie below the root.
  private func place(_ path: String) -> (folder: Int, name: String)? {
    var parts = path.split(separator: "/").map(String.init)
    if path.hasPrefix("/") {
      let above = root.split(separator: "/").map(String.init)
      guard parts.starts(with: above) else { return nil }
      parts.removeFirst(above.count)
    }
    guard let name = parts.popLast() else { return nil }
    var folder = 0
    for part in parts {
      guard let inner = names[folder]?[part] else { return nil }
      folder = inner
    }
    return (folder, name)
  }

  private func node(_ path: String) -> Int? {
    if path == root { return 0 }
    return place(path).flatMap { names[$0.folder]?[$0.name] }
  }

  private func change(_ folder: Int, _ change: NameChange) {
    Self.apply(change, to: &names[folder, default: [:]])
    guard case .folder(let durable, let pending) = nodes[folder] else { return }
    nodes[folder] = .folder(durable: durable, pending: pending + [change])
  }

  /// Makes a change of names; one that makes no sense without those before it is left out.
  private static func apply(_ change: NameChange, to names: inout [String: Int]) {
    switch change {
    case .add(let name, let node): names[name] = node
    case .remove(let name): names[name] = nil
    case .rename(let from, let to):
      guard let node = names.removeValue(forKey: from) else { return }
      names[to] = node
    case .exchange(let first, let second):
      guard let one = names[first], let other = names[second] else { return }
      (names[first], names[second]) = (other, one)
    }
  }

  private func apply(_ change: DiskChange) {
    switch change {
    case .open(let path):
      guard let (folder, name) = place(path), names[folder]?[name] == nil else { return }
      nodes.append(.file(durable: [], current: []))
      self.change(folder, .add(name, nodes.count - 1))
    case .opened(let descriptor, let path):
      guard let node = node(path) else { return descriptors[descriptor] = nil }
      // A log stands at its end; a new file has none of its own yet.
      var position = 0
      if case .file(_, let current) = nodes[node] { position = current.count }
      descriptors[descriptor] = (node, position)
    case .write(let descriptor, let bytes):
      edit(descriptor) { current, position in
        let overlap = min(current.count - position, bytes.count)
        current.replaceSubrange(position..<position + overlap, with: bytes)
        position += bytes.count
      }
    case .truncate(let descriptor, let count):
      edit(descriptor) { current, _ in current = Array(current.prefix(count)) }
    case .reserve(let descriptor, let count):
      edit(descriptor) { current, _ in
        if current.count < count { current += [UInt8](repeating: 0, count: count - current.count) }
      }
    case .synchronize(let descriptor):
      guard let node = descriptors[descriptor]?.node else { return }
      switch nodes[node] {
      case .file(_, let current): nodes[node] = .file(durable: current, current: current)
      case .folder: nodes[node] = .folder(durable: names[node] ?? [:], pending: [])
      case .link: break
      }
    case .makeFolder(let path):
      guard let (folder, name) = place(path), names[folder]?[name] == nil else { return }
      nodes.append(.folder(durable: [:], pending: []))
      names[nodes.count - 1] = [:]
      self.change(folder, .add(name, nodes.count - 1))
    case .link(let path, let target):
      guard let (folder, name) = place(path) else { return }
      nodes.append(.link(target: target))
      self.change(folder, .add(name, nodes.count - 1))
    case .rename(let from, let to):
      guard let (folder, name) = place(from), let (other, newName) = place(to) else { return }
      precondition(folder == other, "a rename between folders is not simulated")
      self.change(folder, .rename(from: name, to: newName))
    case .exchange(let first, let second):
      guard let (folder, name) = place(first), let (other, otherName) = place(second) else { return }
      precondition(folder == other, "an exchange between folders is not simulated")
      self.change(folder, .exchange(name, otherName))
    case .unlink(let path), .removeFolder(let path):
      guard let (folder, name) = place(path) else { return }
      self.change(folder, .remove(name))
    }
  }

  private func edit(_ descriptor: Int32, _ body: (_ current: inout [UInt8], _ position: inout Int) -> Void) {
    guard var open = descriptors[descriptor], case .file(let durable, var current) = nodes[open.node] else { return }
    body(&current, &open.position)
    nodes[open.node] = .file(durable: durable, current: current)
    descriptors[descriptor] = open
  }

  // MARK: - States

  /// The bytes of a file that are on the disk: those that are certain, a part of the others, or zeros in their place.
  private enum Bytes {
    /// So many pieces of the bytes that are not certain; 0 for none of them.
    case pieces(Int)
    case zeros

    static let count = 32
    static let all = (0...count).map(Bytes.pieces) + [.zeros]
  }

  /// The states that a crash at this moment may leave.
  private func states() -> [State] {
    let pending = nodes.indices.flatMap { node -> [(Int, NameChange)] in
      if case .folder(_, let pending) = nodes[node] { return pending.map { (node, $0) } }
      return []
    }
    let isCertain = nodes.allSatisfy { node in
      if case .file(let durable, let current) = node { durable == current } else { true }
    }
    // All subsets of a few changes; of many, those that miss or have one, and the beginnings.
    let count = pending.count
    let subsets: [[Bool]]
    if count <= 6 {
      subsets = (0..<(1 << count)).map { bits in (0..<count).map { bits >> $0 & 1 == 1 } }
    } else {
      subsets =
        (0...count).map { end in (0..<count).map { $0 < end } }
        + (0..<count).flatMap { one in [(0..<count).map { $0 != one }, (0..<count).map { $0 == one }] }
    }
    return subsets.flatMap { chosen in
      var folders: [Int: [String: Int]] = [:]
      for node in nodes.indices { if case .folder(let durable, _) = nodes[node] { folders[node] = durable } }
      for (index, (folder, change)) in pending.enumerated() where chosen[index] {
        Self.apply(change, to: &folders[folder, default: [:]])
      }
      return (isCertain ? [.pieces(Bytes.count)] : Bytes.all).map { bytes in state(folders, bytes) }
    }
  }

  private func state(_ folders: [Int: [String: Int]], _ bytes: Bytes) -> State {
    var state: State = [:]
    func walk(_ folder: Int, _ path: String) {
      for (name, node) in folders[folder] ?? [:] {
        let inner = Files.join(path, name)
        switch nodes[node] {
        case .folder:
          state[inner] = .some(nil)
          walk(node, inner)
        case .link(let target): state[inner] = .some(Array("→\(target)".utf8))
        case .file(let durable, let current):
          // What is added to a log may be cut short; what was on the disk before stays.
          let kept = current.starts(with: durable) ? durable.count : 0
          let added = current.count - kept
          switch bytes {
          case .pieces(0): state[inner] = durable
          case .pieces(let number): state[inner] = Array(current.prefix(kept + added * number / Bytes.count))
          case .zeros: state[inner] = Array(current.prefix(kept)) + [UInt8](repeating: 0, count: added)
          }
        }
      }
    }
    walk(0, "")
    return state
  }
}
