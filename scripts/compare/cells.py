"""Cells and tables in Markdown."""


def number(value: float) -> str:
    """Three significant digits at most, never more than were given; whole numbers from 100 on."""
    rounded = float(f"{value:.3g}")
    return f"{value:,.0f}" if isinstance(value, int) or abs(rounded) >= 100 else repr(rounded)


def gigabytes(value: float) -> str:
    return f"{value / 1e9:.1f}" if value >= 1e10 else f"{value / 1e9:.2f}"


def times(ratio: float) -> str:
    return f"{ratio:.0f}×" if ratio >= 50 else f"{ratio:.1f}×"


def power(value: float) -> str:
    """2.5e-07 as 2.5·10⁻⁷."""
    mantissa, exponent = f"{value:.1e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if mantissa == "1.0" else f"{mantissa}·10{raised}"


def duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def probability(value: float | str) -> str:
    """A number, or the words that were printed in its place."""
    return value if isinstance(value, str) else "< 0.0001" if value < 0.0001 else f"{value:.2g}"


def joined(words: list[str]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


def spread(values, show=number) -> str:
    low, high = show(min(values)), show(max(values))
    return low if low == high else f"{low} to {high}"


def table(head: list[str], rows: list[list[str]]) -> str:
    for row in rows:
        assert len(row) == len(head), row
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("| ---", "|---").replace("--- |", "---|") for cells in lines)
