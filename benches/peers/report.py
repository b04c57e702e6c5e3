"""The results as a table to read."""

from itertools import groupby


def show(result: dict) -> None:
    """Prints everything."""
    machine = result["machine"]
    print(f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, load {machine['load_before']} before")
    print(", ".join(f"{name} {version}" for name, version in result["versions"].items()))
    print("Ratio: to the calibration of the same round, a plain dict's hit in memory, a bare GET over Redis:")
    print("of rates (more is faster), or of times (how many calibration calls the invalidation takes).")
    print("Core: the part of the time in which the process had a processor; in memory, less than 1 means others had it.")
    for title, rows in groupby(result["rows"], key=_title):
        print(f"\n{title}")
        _table([_line(row) for row in rows])
    _notes(result["rows"])
    if result["skipped"]:
        print("\nSkipped:")
        for skipped in result["skipped"]:
            print(f"  {skipped['system']}: {skipped['reason']}")


def _title(row: dict) -> str:
    title = f"{row['section']}: {row['operation']}"
    return f"{title}, {row['entries']:,} entries" if row["operation"] == "tag invalidation" else title


def _line(row: dict) -> list[str]:
    ratio = row["ratio_to_calibration"]
    if row["median"] is None:
        return [row["system"], "-", "", row["unit"], "", "", "", _why(row["note"])]
    return [
        row["system"],
        _number(row["median"]),
        f"{_number(row['low'])} - {_number(row['high'])}",
        row["unit"],
        _number(ratio["median"]),
        f"{_number(ratio['low'])} - {_number(ratio['high'])}",
        f"{row['processor_share']:.2f}",
        _survivors(row),
    ]


def _why(note: str) -> str:
    """Whole sentences are below the tables."""
    return "no tags" if note.startswith("no tags") else note.rpartition("; ")[2]


def _survivors(row: dict) -> str:
    if row.get("looked_at") is None:
        return ""
    return f"survivors: {row['survivors']:,} of {row['looked_at']:,} looked at"


def _table(lines: list[list[str]]) -> None:
    head = ["system", "median", "low - high", "unit", "ratio", "low - high", "core", ""]
    lines = [head, *lines]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = [
            cell.ljust(width) if column in (0, 3, 7) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print(("  " + "  ".join(cells)).rstrip())


def _notes(rows: list[dict]) -> None:
    print("\nNotes:")
    parts = dict.fromkeys(
        (f"{row['system']}, {row['section']}", part) for row in rows for part in row["note"].split("; ") if part
    )
    for who, notes in groupby(sorted(parts, key=lambda part: part[0]), key=lambda part: part[0]):
        print(f"  {who}: {'; '.join(note for _, note in notes)}")


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
