// swift-tools-version: 6.2
import Foundation
import PackageDescription

// MARK: - Compiling for this machine

/// The instruction set that the kernels are compiled for; nothing for the portable baseline.
///
/// `HONE_MARCH` where it is set ("none" for the baseline), else this machine's own. SwiftPM refuses unsafe flags in a versioned dependency, so a checkout made for somebody
/// else's package gets the baseline.
let instructionSet: String? = {
  if Context.packageDirectory.contains("/checkouts/") { return nil }
  let choice = Context.environment["HONE_MARCH"] ?? "native"
  return choice == "none" || choice.isEmpty ? nil : choice
}()

/// Whether the chosen instruction set has fused multiply-add; without it `addingProduct` becomes a library call.
let hasFusedMultiplyAdd: Bool = {
  switch instructionSet {
  case nil, "x86-64", "x86-64-v2": return false
  case "native":
    guard let description = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return false }
    return description.contains(" fma ")
  default: return true
  }
}()

var kernelSettings: [SwiftSetting] = []
if let instructionSet {
  kernelSettings.append(.unsafeFlags(["-Xcc", "-march=\(instructionSet)"]))
  kernelSettings.append(.unsafeFlags(["-Ounchecked"], .when(configuration: .release)))
}
if hasFusedMultiplyAdd { kernelSettings.append(.define("FUSED_MULTIPLY_ADD")) }

// MARK: - Targets, in the reader's order; arrows point down only

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let deques = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")

/// Every library target with the targets and the packages it may import.
///
/// Each has tests in `Tests/<Name>Tests`.
let libraries: [(name: String, targets: [String], packages: [Target.Dependency])] = [
  ("Words", [], []),
  ("JSONText", [], []),
  ("Pages", ["Words"], [mustache]),
  ("Files", [], []),
  ("SettingKeys", [], []),
  ("Digests", ["COpenSSL"], []),
  ("Kernels", ["CInstructions", "COpenBLAS", "CLAPACKE"], []),
  ("Tensors", ["Kernels"], []),
  ("Layers", ["Kernels", "Tensors"], [orderedCollections]),
  ("Safetensors", ["JSONText", "Files"], []),
  ("Tokenizers", ["JSONText", "Files"], []),
  (
    "Encoders", ["Kernels", "Layers", "Tensors", "Safetensors", "Tokenizers", "JSONText", "Files"],
    [orderedCollections]
  ),
  ("Training", ["SettingKeys", "Kernels", "Layers", "Tensors"], [orderedCollections]),
  ("Datasets", ["JSONText", "Files", "Words"], [orderedCollections, deques]),
  ("Retrieval", ["SettingKeys", "Kernels", "Files", "Words"], []),
  ("Settings", ["SettingKeys", "Words", "Files"], [yams]),
  ("Runs", ["Words", "JSONText", "Files", "Digests", "Settings", "Kernels"], []),
  ("Registry", ["Words", "JSONText", "Pages", "Files", "Runs", "Retrieval"], []),
  ("Hub", ["Words", "JSONText", "Files", "Digests", "Runs"], []),
  (
    "Evaluation",
    [
      "SettingKeys", "Words", "JSONText", "Files", "Digests", "Runs", "Kernels", "Tensors", "Layers", "Tokenizers",
      "Encoders", "Datasets", "Retrieval",
    ], [orderedCollections]
  ),
  (
    "Tools",
    [
      "Words", "JSONText", "Files", "Runs", "Registry", "Hub", "Evaluation", "Kernels", "Safetensors", "Tokenizers",
      "Tensors", "Encoders", "Datasets", "Retrieval",
    ], []
  ),
  (
    "Projects",
    [
      "Words", "JSONText", "Files", "Runs", "Hub", "Kernels", "Tensors", "Layers", "Tokenizers", "Encoders", "Training",
      "Datasets", "Retrieval",
    ], []
  ),
  (
    "Recipes",
    [
      "SettingKeys", "Words", "Settings", "Runs", "Registry", "Evaluation", "JSONText", "Pages", "Files", "Kernels",
      "Tensors", "Layers", "Safetensors", "Tokenizers", "Encoders", "Training", "Datasets", "Retrieval",
    ], [orderedCollections]
  ),
]

var targets: [Target] = [
  .systemLibrary(name: "CInstructions"),
  .systemLibrary(
    name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
  .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
  .systemLibrary(name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),
]
targets += libraries.map { library in
  .target(name: library.name, dependencies: library.targets.map { .byName(name: $0) } + library.packages)
}
targets += [
  .executableTarget(
    name: "hone",
    dependencies: ["Recipes", "Projects", "Tools", "Runs", "Kernels", "Files", "Words", argumentParser]),
  .executableTarget(
    name: "benchmarks",
    dependencies: [
      "Files", "Kernels", "Tensors", "Layers", "Tokenizers", "Encoders", "Training", "Datasets", "Retrieval",
      argumentParser,
    ]),
  .target(
    name: "Trials", dependencies: ["Recipes", "Runs", "Files", "JSONText", "Kernels"], path: "scripts/torture/Trials"),
  .executableTarget(
    name: "torture", dependencies: ["Trials", "Runs", "Files", "JSONText", argumentParser],
    path: "scripts/torture/Program"),
  .target(
    name: "TestSupport", dependencies: ["Kernels", "Tensors", "Layers", "JSONText", "Files", "Digests"],
    path: "Tests/TestSupport"),
  .testTarget(name: "HoneTests", dependencies: ["TestSupport", "Trials", "Recipes", "Files", "JSONText"]),
]
/// What the tests of some libraries use beyond the library, its dependencies, and what all tests use.
let forSomeTests = [
  "Encoders": ["Training"], "Training": ["Safetensors"], "Retrieval": ["Datasets"], "Projects": ["Recipes"],
]

targets += libraries.map { library in
  let used = Set(
    [library.name, "TestSupport", "JSONText", "Files"] + library.targets + forSomeTests[library.name, default: []])
  // Golden files are read from where they stand, not bundled.
  let data = ["Goldens", "Fixtures"].filter {
    FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/Tests/\(library.name)Tests/\($0)")
  }
  return .testTarget(
    name: "\(library.name)Tests",
    dependencies: used.sorted().map { .byName(name: $0) } + library.packages, exclude: data)
}

// MARK: - The same rules for every target

for target in targets where target.type != .system {
  var settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ]
  if target.name == "Kernels" {
    settings += kernelSettings
  } else if target.type != .test && target.name != "TestSupport" {
    settings.append(.strictMemorySafety())
  }
  target.swiftSettings = settings
}

let package = Package(
  name: "hone",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "hone", targets: ["hone"]),
    .library(name: "Hone", targets: libraries.map(\.name)),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: targets
)
