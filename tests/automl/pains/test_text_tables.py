"""Tables as text that others' programs failed on: each passes, or is refused in one line, by the command and in Python.

The ids name the repository and the number of the issue, or of the change that mended it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import automl as api
from automl.errors import TaskError
from automl.testing.commands import refused as is_refused

Row = Callable[[int], str]
N = 40


def table(header: str = "a,b,y", row: Row | None = None, rows: int = N, end: str = "\n") -> str:
    """A table of ``rows`` rows; without ``row`` two numbers and a class of two."""
    given = row or (lambda i: f"{i},{i % 7},{'uv'[i % 2]}")
    return header + end + "".join(given(i) + end for i in range(rows))


def with_a(cell: Callable[[int], str]) -> str:
    """The table with other cells in its first column."""
    return table(row=lambda i: f"{cell(i)},{i % 7},{'uv'[i % 2]}")


def with_y(cell: Callable[[int], str], rows: int = N) -> str:
    """The table with other targets."""
    return table(row=lambda i: f"{i},{i % 7},{cell(i)}", rows=rows)


def indexed(name: str) -> str:
    """A table whose first column numbers the rows."""
    return table(f"{name},a,y", lambda i: f"{i},{i % 5},{'uv'[i % 2]}")


UV = {"u", "v"}
IDS = table("a,b,y", lambda i: f"id{i},{i % 7},{'uv'[i % 2]}", 20_000)
SEMICOLONS = table("a;b;y", lambda i: f"{i},5;{i % 7};{'uv'[i % 2]}")
WIDE = "".join(
    f"{'uv'[i % 2] if i else 'y'}," + ",".join(str(i * k * 7919 % 101) if i else f"c{k}" for k in range(2000)) + "\n"
    for i in range(51)
)
PASS = [
    # what, content, the target, what is said of it, the answers that there may be (None: numbers)
    ("autogluon#1033 a colon in a column's name", table("a:b,c:d,y:z"), "y:z", "a:b: number", UV),
    ("autogluon#399 Russian names", table("возраст,цена,класс"), "класс", "возраст: number", UV),
    ("FLAML#549 JSON's signs in names", table('"a[{0}]","b, c",y'), "y", "a[{0}]: number", UV),
    ("autogluon#5241 brackets and < in names", table("a<1,b>[2],y"), "y", "b>[2]: number", UV),
    ("PySR#1113 % in a name", table("temp_Annual_%,b,y"), "y", "temp_Annual_%: number", UV),
    ("PySR#690 spaces in names", table(" a b , b ,y"), "y", "a b: number", UV),
    ("PySR#121 variables named N and S", table("N,S,y"), "y", "N: number", UV),
    ("sklearn-expertsys#17 a feature named as the target elsewhere", table("target,y,class"), "class", "y: number", UV),
    ("a feature named last", table("last,b,y"), "y", "last: number", UV),
    ("features named as words", table("conv,dense,y"), "y", "dense: number", UV),
    ("vaex#558 an emoji as name", table("😀,b,y"), "y", "😀: number", UV),
    ("a line break in a name", table('"a\nb",b,y'), "y", "b: number", UV),
    ("a bell in a name", table("a\x07b,b,y"), "y", ": number", UV),
    ("PreTab#37 a name twice", table("a,a,y"), "y", "a.2: number", UV),
    ("TPOT#478 the index saved without a name", indexed(""), "y", "numbers the rows", UV),
    ("TPOT#478 the index saved as Unnamed: 0", indexed("Unnamed: 0"), "y", "it numbers the rows", UV),
    ("a column without a name", table(",b,y", lambda i: f"{i * 3 % 7},{i % 7},{'uv'[i % 2]}"), "y", "column1: number", UV),
    ("autogluon#1182 the year 2700", with_a(lambda i: f"{2700 + i}-01-0{1 + i % 9}"), "y", "a: date, into year", UV),
    ("autogluon#1182 the year 1000", with_a(lambda i: f"{1000 + i}-01-0{1 + i % 9}"), "y", "a: date, into year", UV),
    ("gluonts#1964 9999-12-31 among dates", with_a(lambda i: f"{2020 if i else 9999}-01-0{1 + i % 9}"), "y", "a: date", UV),
    ("woodwork#427 MM/YY", with_a(lambda i: f"{1 + i % 6:02d}/2{i % 2}"), "y", "a: category", UV),
    ("dates before 1970", with_a(lambda i: f"19{10 + i}-03-04 11:22:3{i % 10}"), "y", "a: date, into year", UV),
    ("dates of several time zones", with_a(lambda i: f"2020-03-{1 + i % 28:02d}T11:22:33+0{i % 3}:00"), "y", "a: date", UV),
    ("0000-00-00 for no date", with_a(lambda i: "0000-00-00" if i % 10 == 0 else "2020-03-04"), "y", "a: category, 2 levels", UV),
    ("autogluon#4508 one number and missing ones", with_a(lambda i: "0.5" if i % 3 else ""), "y", "missing filled with the median 0.5", UV),
    ("autogluon#1787 one text and missing ones", with_a(lambda i: "x" if i % 3 else ""), "y", "missing as a level", UV),
    ("a column without a cell", with_a(lambda i: "  "), "y", "a: left out, every cell of it is missing", UV),
    ("autokeras#1091 infinite cells", with_a(lambda i: "inf" if i % 5 == 0 else str(i)), "y", "a: number", UV),
    ("cells of 1e400", with_a(lambda i: "1e400" if i % 5 == 0 else str(i)), "y", "a: number", UV),
    ("cells of ±1.7e308", with_a(lambda i: f"{(-1) ** i * 1.7}e308"), "y", "a: number", UV),
    ("whole numbers beyond 2^63", with_a(lambda i: str(2**63 + i * 2**20)), "y", "a: number", UV),
    ("whole numbers of 100 digits", with_a(lambda i: str(10**100 + i * 10**98)), "y", "a: number", UV),
    ("numbers and texts in one column", with_a(lambda i: str(i) if i % 2 else "x"), "y", "a: category", UV),
    ("1,234", with_a(lambda i: f'"{1000 * (i + 1):,}"'), "y", "a: number", UV),
    ("per cent", with_a(lambda i: f"{i}%"), "y", "a: number", UV),
    ("amounts of money", with_a(lambda i: f'"€ {1000 * (i + 1):,}.00"'), "y", "a: number", UV),
    ("a zero byte in cells", with_a(lambda i: "x\x00y"), "y", "it is 'x\\x00y' in every row", UV),
    ("line breaks and quotes in cells", with_a(lambda i: f'"line\n{i}, ""x"" and more"'), "y", "a: text", UV),
    ("autogluon#1829 20,000 levels", IDS, "y", "a: left out, it names the rows", UV),
    ("FLAML#550 one feature", table("a,y", lambda i: f"{i},{'uv'[i % 2]}"), "y", "a: number", UV),
    ("TPOT#852 names f0, f1 in other places", table("f1,f0,y"), "y", "f1: number", UV),
    ("autogluon#201 a class of one member", with_y(lambda i: "w" if i == 7 else "uv"[i % 2]), "y", "a: number", {"u", "v", "w"}),
    ("10 rows of 9 classes", with_y(lambda i: f"k{i % 9}", 10), "y", "few cases", {f"k{i}" for i in range(9)}),
    ("gplearn#233 three classes", with_y(lambda i: str(i % 3)), "y", "3 whole numbers taken as classes", {0, 1, 2}),
    ("gplearn#2 labels -1 and 1", with_y(lambda i: str(-1 + 2 * (i % 2))), "y", "a: number", {-1, 1}),
    ("evalml#970 labels 1.0 and 2.0", with_y(lambda i: f"{1 + i % 2}.0"), "y", "a: number", {1, 2}),
    ("autogluon#532 truth values as targets", with_y(lambda i: str(bool(i % 2))), "y", "a: number", {"True", "False"}),
    ("autogluon#2443 missing targets", with_y(lambda i: "" if i % 5 == 0 else "uv"[i % 2]), "y", "8 rows without one left out", UV),
    ("autogluon#2443 infinite targets", with_y(lambda i: "inf" if i % 5 == 0 else f"{i}.5"), "y", "8 rows without one left out", None),
    ("targets of 1e-300", with_y(lambda i: f"{i * 1e-300}"), "y", "a: number", None),
    ("targets in money", with_y(lambda i: f'"${1000 + i * 37:,}.50"'), "y", "a: number", None),
    ("a comment above the header", "# made by me\n" + table(), "y", "comments before the table are left out", UV),
    ("a byte order mark", "\ufeff" + table(), "y", "a: number", UV),
    ("UTF-16", table().encode("utf-16"), "y", "read as UTF-16", UV),
    ("UTF-16 without a mark", table().encode("utf-16-le"), "y", "read as UTF-16-LE", UV),
    ("UTF-32", table().encode("utf-32"), "y", "read as UTF-32", UV),
    ("Latin-1", table("größe,b,y").encode("latin-1"), "y", "größe: number", UV),
    ("Windows' ends of lines", table(end="\r\n"), "y", "b: number", UV),
    ("old Apple's ends of lines", table(end="\r"), "y", "b: number", UV),
    ("a delimiter after the last cell", table("a,b,y,", lambda i: f"{i},{i % 7},{'uv'[i % 2]},"), "y", "b: number", UV),
    ("a delimiter after the last cell of rows alone", table(row=lambda i: f"{i},{i % 7},{'uv'[i % 2]},"), "y", "b: number", UV),
    ("TPOT#188 ; between cells, a comma before fractions", SEMICOLONS, "y", "a comma before fractions", UV),
    ("autokeras#923 2,000 columns of 50 rows", WIDE, "y", "c1: number", UV),
    ("groups of which there are two", table(row=lambda i: f"{i},{i // 20},{'uv'[i % 2]}"), "y?groups=b", "2 groups", UV),
]  # fmt: skip
REFUSED = [
    # what, content, the target, what the message says
    ("autogluon#3386 a target that is no column", table(), "price", "target='price'"),
    ("autokeras#1753 no target named", table(), "", "target=None"),
    ("a target by number beyond the columns", table(), "99", "target='99'"),
    ("the target's name twice", table("a,y,y"), "y", "the name of more than one column"),
    ("autogluon#2018 one class", with_y(lambda i: "u"), "y", "classes=['u']"),
    ("autogluon#4087 a target of one number", with_y(lambda i: "1.5"), "y", "y=[1.5] in every case"),
    ("autogluon-assistant#20 an empty target column", with_y(lambda i: ""), "y", "every cell of it is missing"),
    ("a target that is different in every row", with_y(lambda i: f"k{i}"), "y", "40 distinct texts"),
    ("dates as target", with_y(lambda i: f"2020-01-{1 + i % 28:02d}"), "y", "distinct texts"),
    ("targets of 1e300", with_y(lambda i: f"{i * 1e300}"), "y", "divide the targets"),
    ("autogluon-assistant#16 no column beside the target", table("y", lambda i: "uv"[i % 2]), "y", "no column beside"),
    ("autogluon#532 a constant feature alone", table("n,y", lambda i: f"0,{'uv'[i % 2]}"), "y", "it is '0' in every row"),
    ("features without a cell", table(row=lambda i: f",,{'uv'[i % 2]}"), "y", "says anything"),
    ("a header alone", "a,b,y\n", "y", "rows=0"),
    ("an empty file", "", "y", "rows=0"),
    ("line breaks alone", "\n\n\n", "y", "rows=0"),
    ("a row too long", table(row=lambda i: f"{i},{i},u,9" if i == 5 else f"{i},{i},u"), "y", "line 7: 4 cells"),
    ("a quote that is never closed", table(row=lambda i: f'{i},{i},"u' if i == 5 else f"{i},{i},v"), "y", "line 7: a quote is opened"),
    ("a picture named .csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "y", "holds no text"),
    ("a page of the web named .csv", "<html><body>404 not found</body></html>\n", "y", "rows=0"),
    ("one group", table(row=lambda i: f"{i},7,{'uv'[i % 2]}"), "y?groups=b", "groups='b'"),
    ("groups by a column that is not there", table(), "y?groups=zz", "groups='zz'"),
    ("the same time in every row", table(row=lambda i: f"{i},7,{'uv'[i % 2]}"), "y?time=b", "time='b': every row"),
    ("a time that is none", table(row=lambda i: f"{i},x{i},{'uv'[i % 2]}"), "y?time=b", "time='b'"),
    ("evalml#970 a test part of everything", table(), "y?test=0.99", "test=0.99"),
    ("a test part below nothing", table(), "y?test=-1", "test=-1"),
    ("a test part that is no number", table(), "y?test=nan", "test='nan'"),
    ("FLAML#326 a metric that is not known", table(), "y?metric=auto", "metric='auto'"),
    ("gplearn#300 a metric for numbers of classes", table(), "y?metric=r2", "metric='r2'"),
    ("every column dropped", table(), "y?drop=a,b", "no column beside"),
    ("a dropped column that is not there", table(), "y?drop=q", "drop=q"),
    ("a delimiter of two signs", table(), "y?delimiter=ab", "delimiter='ab'"),
    ("an encoding that is not known", table(), "y?encoding=klingon", "encoding='klingon'"),
    ("targets of no known kind", table(), "y?targets=banana", "targets='banana'"),
    ("an option that is neither yes nor no", table(), "y?skip_bad=perhaps", "skip_bad='perhaps'"),
]  # fmt: skip


def write(content: str | bytes, target: str) -> str:
    """The reference to the content as a file with that target."""
    Path("t.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return f"t.csv:{target}" if target else "t.csv"


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(
    ("content", "target", "says", "answers"),
    [pytest.param(*row[1:], id=row[0], marks=[pytest.mark.slow] if len(row[1]) > 100_000 else []) for row in PASS],
)
def test_it_passes(content, target, says, answers) -> None:
    spec = write(content, target)
    result = api.search(spec, evaluations=1, quiet=True)
    assert says in "\n".join([*result.notes, *map(str, result.columns)])
    assert result.model is not None and result.score is not None
    columns = [column.name for column in result.model.preprocessing.columns if column.width]
    (answer,) = result.model.predict([dict.fromkeys(columns)])
    assert isinstance(answer, float) if answers is None else answer in answers


@pytest.mark.parametrize(("content", "target"), [pytest.param(*row[1:3], id=row[0]) for row in PASS[::6]])
def test_it_passes_by_the_command_as_in_python(searched, content, target) -> None:
    code, out, err = searched(write(content, target), "--json", "-")
    assert (code, err) == (0, "") and '"program": "(lambda' in out


@pytest.mark.parametrize(("content", "target", "says"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_it_is_refused(searched, content, target, says) -> None:
    spec = write(content, target)
    is_refused(searched(spec), says)
    with pytest.raises(TaskError) as caught:
        api.search(spec, evaluations=1, quiet=True)
    assert says in str(caught.value)
