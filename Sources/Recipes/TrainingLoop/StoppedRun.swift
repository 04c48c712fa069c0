import Files
import Runs
import Training

/// A step whose loss or gradient was no number; the weights are those of the step before.
struct StepRefused: Error {
  let error: RunError
}

/// A run at whose end there is nothing worth keeping: going on would end in the same way.
struct NothingLearnt: Error {
  let error: RunError
}

extension TrainingRun {
  /// Takes steps, or works on their result; where that ends early, what was done is saved and the error says where.
  ///
  /// - Parameter steps: The steps of the run.
  /// - Throws: `RunInterrupted` if the run was asked to stop, else the error with the place where `--resume` goes on.
  mutating func saving<Result>(
    of steps: Int, in checkpoints: CheckpointStore, _ work: (inout TrainingRun) throws -> Result
  ) throws -> Result {
    do {
      return try work(&self)
    } catch is RunInterrupted {
      throw stopped(of: steps, in: checkpoints)
    } catch let nothing as NothingLearnt {
      throw nothing.error
    } catch let refused as StepRefused {
      // The same step would fail again. A fault of the machine would not, so the state is kept, and the ones before it.
      var all = checkpoints
      all.keep = .max
      throw failed(
        refused.error, in: all,
        remedy: "after a change of settings choose a new output folder; --resume takes the same step again")
    } catch let error as any UserFacingError {
      throw failed(error, in: checkpoints)
    } catch {
      try? save(in: checkpoints)
      throw error
    }
  }

  /// The end of a run that was asked to stop.
  private func stopped(of steps: Int, in checkpoints: CheckpointStore) -> any Error {
    let step = progress.state.step
    guard step > 0 else { return RunInterrupted("stopped before the first step; start again with --resume") }
    do {
      try save(in: checkpoints)
      return RunInterrupted(
        "stopped after step \(step) of \(steps), saved in \(checkpoints.folder); go on with --resume")
    } catch {
      let kind = (error as? any UserFacingError)?.kind ?? .internalError
      return RunError(
        kind, "stopped after step \(step) of \(steps), not saved: \(error); \(Self.resumption(in: checkpoints))")
    }
  }

  /// An error with what was saved of the run, and where `--resume` goes on.
  private func failed(
    _ error: any UserFacingError, in checkpoints: CheckpointStore, remedy: String = "go on with --resume"
  ) -> any Error {
    let step = progress.state.step
    guard step > 0 else { return error }
    do {
      try save(in: checkpoints)
      return RunError(error.kind, "\(error); step \(step) is saved in \(checkpoints.folder): \(remedy)")
    } catch let second {
      let reason = "\(second)" == "\(error)" ? "" : " (\(second))"
      return RunError(
        error.kind, "\(error); step \(step) could not be saved\(reason): \(Self.resumption(in: checkpoints))")
    }
  }

  /// The place where `--resume` goes on, in words.
  private static func resumption(in checkpoints: CheckpointStore) -> String {
    checkpoints.newest(warn: { _ in }).map { "--resume goes on after step \($0.step), which \($0.folder) holds" }
      ?? "there is no checkpoint, and --resume begins at the first step"
  }
}
