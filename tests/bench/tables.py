"""Tables, as plain text or as Markdown, and figures for them."""


def number(value, digits=3):
    """With so many digits that count, and no exponent."""
    if value >= 1000:
        return f"{value:,.0f}"
    text = f"{value:#.{digits}g}"
    return text.rstrip(".")


def size(count):
    return f"{number(count / 1e6)} MB"


def seconds(value):
    return f"{number(value)} s" if value >= 1 else f"{number(value * 1e3)} ms"


def plain(head, rows):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(row):
        cells = [cell.rjust(width) for cell, width in zip(row, widths)]
        return "  ".join([row[0].ljust(widths[0])] + cells[1:]).rstrip()
    return "\n".join(line(row) for row in [head, *rows])


def markdown(head, rows):
    marks = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, marks, *rows])


class Printer:
    def __init__(self, as_markdown):
        self.as_markdown = as_markdown

    def head(self, text):
        print(f"\n{'### ' if self.as_markdown else ''}{text}\n", flush=True)

    def table(self, head, rows):
        print((markdown if self.as_markdown else plain)(head, rows), flush=True)

    def line(self, text):
        print(text, flush=True)
