"""The table of correctness: what was compared, and the result, from what the scripts of parity found."""

from cells import joined, power, table
from record import SOURCE, Run


def within(*values: float) -> str:
    return f"within {joined([power(value) for value in values])}"


# Of each part, what was compared and the result.
FOUND = {
    "encode-parity": lambda found: [
        (
            f"{found['texts']:,} texts of 1 to 600 words in many scripts, against sentence-transformers",
            f"{len(found['texts with differing ids']) or 'none'} with other ids; vectors {within(found['max abs difference'])}",
        )
    ],
    "training-parity": lambda found: [
        (
            f"losses of {found['steps']} steps without dropout, same rows and order, against"
            " MultipleNegativesRankingLoss and AdamW",
            f"{within(found['largest relative difference'])} of the peer's",
        )
    ],
    "reranker-parity": lambda found: [
        (
            f"the same of a reranker: {found['steps']} steps with BinaryCrossEntropyLoss, and with LambdaLoss",
            within(*(found[loss]["largest relative difference"] for loss in ("binaryCrossEntropy", "lambdaLoss"))),
        ),
        (
            f"logits of {found['pairs']} pairs: Hone's folder in `CrossEncoder`, and the peer's folder in Hone",
            within(
                *(
                    found[f"logits, folder {what}"]["max abs difference"]
                    for what in ("exported by Hone", "written by the peer")
                )
            ),
        ),
    ],
    "wikiqa-logits": lambda found: [
        (
            f"the same of the reranker of wikiqa, logits from {found['lowest']} to {found['highest']}".replace(
                "-", "−"
            ),
            within(found["max abs difference"]),
        )
    ],
    "reproducibility": lambda found: [
        (
            f"SHA-256 of the exported weights with {joined([str(run['threads']) for run in found['runs']])} threads, dropout on",
            "equal" if found["equal"] else "NOT equal",
        )
    ],
    "export": lambda found: [
        (
            "the exported folder in sentence-transformers: its vectors, and every requirement of its readers",
            f"{found['checks'] - len(found['failed'])} of {found['checks']} checks hold",
        )
    ],
    "tests": lambda found: [(entry["compared"], entry["result"]) for entry in found],
    "mining-parity": lambda found: [
        (
            "negatives of `mine_hard_negatives` by four rules: "
            + joined([f"{rows:,} rows of {name}" for name, rows in found["rows"].items()]),
            joined([f"{min(equal.values()):,} to {max(equal.values()):,}" for equal in found["equal"].values()])
            + " equal",
        )
    ],
    "planted-copies": lambda found: [
        (
            f"{found['planted']} edited copies of positives planted in the corpus",
            f"{found['negatives of their own query'] or 'none'} became a negative of its query",
        )
    ],
}


def correctness(runs: list[Run]) -> str:
    rows = []
    for name, describe in FOUND.items():
        latest = {}
        for part in (part for run in runs for part in run.parts if part.name == name):
            latest[part.run.label] = part
        for part in latest.values():
            rows += [[compared, result, *part.source] for compared, result in describe(part.found)]
    return table(["compared", "result", *SOURCE], rows)
