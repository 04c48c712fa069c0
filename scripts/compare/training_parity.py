"""Is training the same mathematics? Twenty steps on the same rows in the same order, without dropout.

    python training_parity.py --binary .build/release/hone
    python training_parity.py --peer-only --output curve.json

The peer is sentence-transformers' MultipleNegativesRankingLoss with PyTorch's AdamW, clipping, and transformers'
linear schedule. Exit code 1 where a loss differs by more than 1e-3 of itself.
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

import common

STEPS = 20
TOLERANCE = 1e-3


def without_dropout(model: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """A copy of a model folder whose configuration has no dropout."""
    shutil.copytree(model, folder)
    path = folder / "config.json"
    configuration = json.loads(path.read_text(encoding="utf-8"))
    configuration |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    path.write_text(json.dumps(configuration, indent=2) + "\n", encoding="utf-8")
    return folder


def curve_of_peer(model: pathlib.Path, rows: list[tuple[str, str]], threads: int, say) -> list[float]:
    peer = common.load_peer(model, threads)
    import torch
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    peer.train()
    assert all(module.p == 0 for module in peer.modules() if isinstance(module, torch.nn.Dropout))
    loss_of = MultipleNegativesRankingLoss(peer, scale=common.SCALE)
    optimizer = torch.optim.AdamW(common.parameter_groups(peer), lr=common.RATE)
    steps = len(rows) // common.BATCH
    schedule = common.linear_schedule(optimizer, steps)
    losses = []
    for step in range(steps):
        batch = rows[step * common.BATCH : (step + 1) * common.BATCH]
        loss = loss_of([peer.preprocess(list(texts)) for texts in zip(*batch)], None)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(peer.parameters(), common.CLIP)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        say(f"peer, step {step + 1}: {losses[-1]:.6f}")
    return losses


def curve_of_hone(binary, model, collection: pathlib.Path, folder: pathlib.Path, threads: int) -> list[float]:
    recipe = common.write_recipe(folder / "recipe.yaml", model, collection, folder / "run", shuffle=False)
    common.run_measured([binary, "run", recipe, "--quiet", "--threads", threads])
    return [step["loss"] for step in common.steps_of(folder / "run")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=common.BINARY)
    parser.add_argument("--model", default=common.MODEL, type=pathlib.Path)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--steps", default=STEPS, type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peer-only", action="store_true", help="only the peer's curve")
    parser.add_argument("--peer-curve", type=pathlib.Path, help="a curve written by --peer-only, to be used again")
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = without_dropout(options.model, folder / "base")
        whole = common.read_collection(options.collection)
        given = common.write_training_collection(folder / "rows", whole, options.steps * common.BATCH)
        if options.peer_curve:
            theirs = json.loads(options.peer_curve.read_text(encoding="utf-8"))["theirs"]
        else:
            say = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731
            theirs = curve_of_peer(model, common.read_collection(given).pairs(), options.threads, say)
        if options.peer_only:
            common.write_result(options.output, {"theirs": theirs})
            return
        ours = curve_of_hone(options.binary, model, given, folder, options.threads)
    if len(ours) != len(theirs):
        sys.exit(f"Hone logged {len(ours)} steps, the peer made {len(theirs)}")
    differences = [abs(our - their) / their for our, their in zip(ours, theirs)]
    common.write_result(
        options.output,
        {"steps": len(ours), "largest relative difference": max(differences), "ours": ours, "theirs": theirs},
    )
    if not max(differences) <= TOLERANCE:
        sys.exit(1)


if __name__ == "__main__":
    main()
