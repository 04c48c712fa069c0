import Files
import TestSupport
import Testing

/// `scripts/nightly/install`: units that systemd accepts, and no change that was not asked for.
@Suite struct NightlyServiceTests {
  private let folder = TemporaryFolder()

  private static let script = Files.join(HoneProcess.repository, "scripts/nightly/install")

  /// A folder with a recipe, a program, and a `systemctl` that notes what it is asked for.
  init() throws {
    try Files.makeFolder(folder.file("srv/recipes"))
    try folder.write("srv/recipes/nightly.yaml", "recipe: nightly\n")
    try Files.makeFolder(folder.file("bin"))
    try folder.write("bin/systemctl", "#!/bin/sh\necho \"$*\" >> \(folder.file("asked"))\n")
    try folder.write("bin/hone", "#!/bin/sh\n")
    try HoneProcess.shell("chmod +x bin/*", in: folder.path)
  }

  private func install(_ words: String) throws -> HoneProcess.Ended {
    try HoneProcess.shell(
      "PATH=\(folder.file("bin")):$PATH HOME=\(folder.path) XDG_CONFIG_HOME=\(folder.file("config")) "
        + "\(Self.script) \(words)", in: folder.file("srv"))
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try Files.read(folder.file(name)), as: UTF8.self)
  }

  private static let hasSystemd = [("/usr/bin/systemd-analyze"), ("/bin/systemd-analyze")].contains { Files.exists($0) }

  @Test(arguments: ["--system", "--user"]) func theUnitsSayWhatANightNeeds(_ scope: String) throws {
    let ended = try install("recipes/nightly.yaml \(scope) --at 'Mon..Fri 03:00' --into ../units")
    #expect(ended.status == 0, "\(ended.messages)")
    let service = try text("units/hone-nightly.service")
    for line in [
      "WorkingDirectory=\(folder.file("srv"))", "SuccessExitStatus=10 130 143", "TimeoutStopSec=5min", "Nice=10",
      "ProtectSystem=strict", "# MemoryMax=4G",
      "ExecStart=\(folder.file("bin/hone")) run recipes/nightly.yaml --resume --quiet --json",
    ] {
      #expect(service.split(separator: "\n").contains { $0 == line }, "no \(line)")
    }
    #expect(service.contains("\nUser=") == (scope == "--system"))
    let timer = try text("units/hone-nightly.timer")
    #expect(timer.contains("\nPersistent=true\n") && timer.contains("\nOnCalendar=Mon..Fri 03:00\n"))
    #expect((service + timer).firstMatch(of: #/@[A-Z]+@/#) == nil)
  }

  @Test(.enabled(if: hasSystemd, "systemd-analyze is not installed (Debian: systemd)"), arguments: ["system", "user"])
  func systemdAcceptsTheUnits(_ scope: String) throws {
    _ = try install("recipes/nightly.yaml --\(scope) --into ../units")
    func verify() throws -> HoneProcess.Ended {
      try HoneProcess.shell(
        "XDG_RUNTIME_DIR=\(folder.path) systemd-analyze verify --man=no \(scope == "user" ? "--user" : "--system") "
          + "units/hone-nightly.service units/hone-nightly.timer", in: folder.path)
    }
    let ended = try verify()
    #expect(ended.status == 0 && !ended.messages.contains("hone-nightly"), "\(ended.messages)")
    // A setting that systemd does not know shows.
    try folder.write(
      "units/hone-nightly.service", text("units/hone-nightly.service").replacing("KillMode", with: "KillMood"))
    #expect(try verify().messages.contains("KillMood"))
  }

  @Test func withoutYesNothingChanges() throws {
    let before = try Files.list(folder.path)
    let ended = try install("recipes/nightly.yaml --user")
    #expect(ended.status == 0 && ended.output.contains("Nothing was changed"), "\(ended.messages)")
    #expect(ended.output.contains("write \(folder.file("config/systemd/user/hone-nightly.service"))"))
    #expect(try Files.list(folder.path) == before)
  }

  @Test func theUnitsAreInstalledAndRemoved() throws {
    #expect(try install("recipes/nightly.yaml --user --yes").status == 0)
    #expect(Files.exists(folder.file("config/systemd/user/hone-nightly.service")))
    #expect(try text("asked") == "--user daemon-reload\n--user enable --now hone-nightly.timer\n")
    // A second time it finds them there.
    #expect(try install("recipes/nightly.yaml --user --yes").output.contains("is there already"))
    #expect(try install("--remove hone-nightly --user").output.contains("Nothing was changed"))
    #expect(Files.exists(folder.file("config/systemd/user/hone-nightly.timer")))
    #expect(try install("--remove hone-nightly --user --yes").status == 0)
    #expect(try Files.list(folder.file("config/systemd/user")).isEmpty)
    #expect(try install("--remove hone-nightly --user --yes").status == 66)
  }

  @Test func aLineForCron() throws {
    let line = try #require(try install("recipes/nightly.yaml --cron").lines.last)
    #expect(
      line == "15 2 * * *  cd \(folder.file("srv")) && nice -n 10 \(folder.file("bin/hone")) run recipes/nightly.yaml "
        + "--resume --quiet --json >> nightly.log 2>&1")
    #expect(!Files.exists(folder.file("asked")))
  }

  @Test(arguments: [
    ("", 64), ("recipes/none.yaml", 66), ("recipes/nightly.yaml --folder ../none", 66),
    ("recipes/nightly.yaml --bogus", 64),
    ("recipes/nightly.yaml --at 'x;y'", 64), ("recipes/nightly.yaml --name 'a b'", 64),
    ("recipes/nightly.yaml --name a/b", 64), ("recipes/nightly.yaml --hone ../none", 66),
    ("recipes/nightly.yaml --folder", 64), ("recipes/nightly.yaml --user --account root", 64), ("--remove none", 66),
  ])
  func aWrongCallIsOneLine(_ words: String, _ status: Int32) throws {
    let ended = try install(words)
    #expect(ended.status == status)
    #expect(
      ended.messages.hasPrefix("install: ") && ended.messages.split(separator: "\n").count == 1, "\(ended.messages)")
  }
}
