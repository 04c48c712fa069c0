import ArgumentParser

/// Loops that break what can break around `hone`: its inputs, its process, its disk, its neighbours.
@main
struct TortureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "torture",
    abstract: "Run hone on bad inputs and bad disks, kill it, start it twice; say where it is wrong.",
    discussion: "Every loop ends with 1 where a trial failed.",
    subcommands: [
      InputsCommand.self, ResumeCommand.self, FaultsCommand.self, ReadersCommand.self, LocksCommand.self,
      CostCommand.self, NightsCommand.self,
    ],
    defaultSubcommand: InputsCommand.self)
}
