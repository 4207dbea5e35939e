"""Files as they should not be: those of each format, damaged in every way, and small ones made to take much.

The same seed gives the same file.
"""

import gzip
import io
import json
import random
import re
import zipfile
from functools import lru_cache

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

WORDS = ("lovely", "room", "cold", "soup", "naïve", "🙂", "late", "again", "“quoted”", "x,y", "a;b", "tab\there", "")
NUMBERS = ("9" * 5_000, "1e999", "-0", "NaN", "1.10", "5E10", "0x1F", "1_000", "१२", "9" * 19, "-", "1" + "0" * 300)
SEPARATORS = (
    b",",
    b";",
    b"\t",
    b"|",
    b"\r",
    b"\n",
    b"\r\n",
    b'"',
    b"'",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
)
INSIDE = (b"{", b"}", b"[", b"]", b'"', b"\\", b"\\ud83d", b"null", b"<", b"&lt;", b"]]>", b"</row>", b"1e400", b"-")
HUGE = (b"\xff" * 4, b"\xff" * 8, b"\x7f\xff\xff\xff", b"\x00" * 8, b"\x80\x80\x80\x80\x10")


def named(data, name):
    """Bytes as a file with a name."""
    file = io.BytesIO(data)
    file.name = name
    return file


def mutated(seed):
    """Return the name and the bytes of a file that is damaged somewhere."""
    rng = random.Random(seed)
    name, data = rng.choice(originals())
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        data = rng.choice((_damaged, _damaged, _inside, _said))(name, data, rng)
    if rng.random() < 0.05:
        name = rng.choice(originals())[0]
    return name, data


@lru_cache(maxsize=1)
def originals():
    """Return a small good file of each format."""
    frame = pd.DataFrame(
        {
            "id": range(40),
            "text": [" ".join(WORDS[(i * k) % len(WORDS)] for k in range(1, 7)) + f" {i}" for i in range(40)],
            "stars": [i % 5 if i % 7 else None for i in range(40)],
            "when": pd.date_range("2024-01-01", periods=40, tz="Europe/Berlin"),
        }
    )
    plain = frame.astype({"when": str})
    rich = frame.assign(tags=[["a", "b"][: i % 3] for i in range(40)], place=[{"x": i, "y": None} for i in range(40)])
    rows = json.loads(plain.to_json(orient="records"))
    csv, jsonl = plain.to_csv(index=False).encode(), plain.to_json(orient="records", lines=True).encode()
    files = [
        ("a.csv", csv),
        ("a.tsv", plain.to_csv(index=False, sep="\t").encode()),
        ("semicolon.csv", plain.to_csv(index=False, sep=";").encode("cp1252", "replace")),
        ("wide.csv", plain.to_csv(index=False).encode("utf-16")),
        ("a.txt", "\n".join(plain["text"]).encode()),
        ("a.jsonl", jsonl),
        ("a.json", json.dumps(rows).encode()),
        ("nested.json", json.dumps({"meta": {"n": 40}, "data": {"items": rows}, "more": [1, 2]}).encode()),
        (
            "chat.jsonl",
            b"\n".join(json.dumps({"messages": [{"role": "user", "content": t}]}).encode() for t in plain["text"]),
        ),
        ("a.parquet", _written(lambda file: rich.to_parquet(file))),
        ("zstd.parquet", _written(lambda file: frame.to_parquet(file, compression="zstd", index=True))),
        ("a.xlsx", _written(lambda file: plain.to_excel(file, index=False, sheet_name="Data"))),
        ("a.csv.gz", gzip.compress(csv, mtime=0)),
        ("a.jsonl.gz", gzip.compress(jsonl, mtime=0)),
        ("a.zip", zipped({"a.csv": csv})),
        ("two.zip", zipped({"a.csv": csv, "b.jsonl": jsonl})),
        ("a.ods", ods(plain)),
    ]
    return tuple(files)


def _written(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def zipped(members, packing=zipfile.ZIP_DEFLATED):
    """Return a zip archive of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=packing)
    return file.getvalue()


def ods(frame):
    """Return a table as an OpenDocument spreadsheet."""
    rows = [list(frame.columns), *frame.itertuples(index=False)]
    cells = (
        "".join(
            f'<table:table-cell office:value-type="string"><text:p>{_escaped(v)}</text:p></table:table-cell>'
            for v in row
        )
        for row in rows
    )
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Data">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _escaped(value):
    return str(value).replace("&", "&amp;").replace("<", "&lt;")


def _damaged(name, data, rng):
    """Change bytes somewhere, whatever they mean."""
    if not data:
        return data
    at, length = rng.randrange(len(data)), min(rng.choice((1, 2, 4, 16, 200)), len(data))
    to = rng.randrange(len(data))
    kinds = (
        lambda: data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
        lambda: data[:at] + rng.randbytes(length) + data[at + length :],
        lambda: data[:at] + rng.randbytes(length) + data[at:],
        lambda: data[:at] + data[at + length :],
        lambda: data[:at],
        lambda: data[at:],
        lambda: data[:at] + data[to : to + length] + data[at:],
        lambda: data[: min(at, to)] + data[max(at, to) :] + data[min(at, to) : max(at, to)],
        lambda: data[:at] + bytes(length) + data[at + length :],
        lambda: data[:at] + rng.choice(SEPARATORS) * rng.choice((1, 1, 2, 50)) + data[at:],
        lambda: data[:at] + rng.choice(HUGE) + data[at + 8 :],
        lambda: data * rng.choice((2, 3)),
        lambda: bytes(rng.randrange(256) for _ in range(length)) + data,
    )
    return rng.choice(kinds)()


def _inside(name, data, rng):
    """Change what is packed in an archive, and pack it again."""
    try:
        if name.endswith(".gz"):
            return gzip.compress(_damaged(name, gzip.decompress(data), rng), mtime=0)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
        chosen = rng.choice(list(members))
        members[chosen] = rng.choice((_damaged, _said))(chosen, members[chosen], rng)
        if rng.random() < 0.2:
            members[rng.choice(("../up.csv", "a/b.csv", "x" * 300, ".csv", "b.csv", chosen))] = members[chosen]
        return zipped(members, rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)))
    except Exception:  # it is damaged already
        return _damaged(name, data, rng)


def _said(name, data, rng):
    """Change what a file says: its numbers, its nesting, its marks, its repetitions."""
    numbers = list(re.finditer(rb"\d+", data))
    at = rng.choice(numbers).span() if numbers else (0, 0)
    place = rng.randrange(len(data) + 1)
    times = rng.choice((1, 3, 100, 2_000))
    kinds = (
        lambda: data[: at[0]] + rng.choice(NUMBERS).encode() + data[at[1] :],
        lambda: data[:place] + rng.choice(INSIDE) * times + data[place:],
        lambda: data[:place] + b"[" * times + b"]" * times + data[place:],
        lambda: data[:place] + b'{"a":' * times + b"1" + b"}" * times + data[place:],
        lambda: data[:place] + b",".join(b"c%d" % i for i in range(times)) + data[place:],
        lambda: data.replace(b'"', rng.choice((b"", b"'", b'""', b"\\")), times),
        lambda: data.replace(b"\n", rng.choice((b"", b"\r", b"\n\n", b'"\n', b"\x00\n", b",\n")), times),
        lambda: data[:place] + data[place : place + 60] * min(times, 100) + data[place:],
        lambda: data.replace(b"text", rng.choice((b"", b"id", b"text,text", b"\xff", b"gst:label", b"x" * 40_000)), 1),
    )
    return rng.choice(kinds)()


def bombs():
    """Return makers of small files that are made to take much memory or time, by what they are."""
    text = b"text\n" + b"a line of text\n" * 3
    sheet = "<sheetData>{}</sheetData>"
    cell = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
    deep = 100_000
    return {
        "header of 40,000 columns.csv": lambda: (
            b",".join(b"column%d" % i for i in range(40_000)) + b"\n" + b",".join([b"x"] * 40_000)
        ),
        "header of equal names.csv": lambda: (
            b",".join([b"a"] * 4_900) + b"\n" + b"\n".join([b",".join([b"x"] * 4_900)] * 40)
        ),
        "commas.csv": lambda: b"text\n" + b"," * 900_000,
        "rows of commas.csv": lambda: (b"," * 99 + b"\n") * 9_000,
        "blank rows.csv": lambda: b"text\n" + b"\n" * 900_000,
        "short rows.csv": lambda: b"t\n" + b"a\n" * 450_000,
        "different short rows.csv": lambda: b"t\n" + b"\n".join(b"%d" % i for i in range(120_000)),
        "quotes.csv": lambda: b"text\n" + b'"' * 900_000,
        "an open quote.csv": lambda: b'text\n"' + b"a,b\n" * 220_000,
        "many open quotes.csv": lambda: b"text,b\n" + b'"a,b\n' * 180_000,
        "ragged.csv": lambda: b"a,b\n" + b"\n".join(b"," * (i % 90) for i in range(19_000)),
        "carriage returns.csv": lambda: b"text\r" + b"a\r" * 400_000,
        "zero bytes.csv": lambda: b"text\n" + b"\x00" * 900_000,
        "bad bytes.csv": lambda: b"text\n" + b"\xff\xfe\xfa" * 300_000,
        "bad bytes in rows.csv": lambda: b"text\n" + b"caf\xe9 \xf0\x9f \xc3\x28\n" * 60_000,
        "all bytes.csv": lambda: bytes(range(256)) * 3_500,
        "one long line.csv": lambda: b"text\n" + b"a" * 900_000,
        "one long number.csv": lambda: b"text,n\na," + b"9" * 800_000,
        "long numbers.csv": lambda: b"text,n\n" + b"\n".join(b"t%d," % i + b"7" * 5_000 for i in range(150)),
        "dates.csv": lambda: (
            b"text,when\n" + b"\n".join(b"t%d,2024-13-%02d 25:61" % (i, i % 99) for i in range(30_000))
        ),
        "signs.csv": lambda: b"text\n" + b"'" * 400_000 + b" " * 400_000 + b"=",
        "guards.csv": lambda: b"text\n" + b"\n".join(b"'" * 2_000 + b"=x%d" % i for i in range(400)),
        "blanks.csv": lambda: b"text\n" + b" \t" * 450_000 + b"x",
        "comments.csv": lambda: b"# c\n" * 220_000 + text,
        "separators.csv": lambda: b"sep=;\n" * 100_000 + text,
        "lines.txt": lambda: b"\n".join(b"%d" % i for i in range(120_000)),
        "line ends.txt": lambda: b"\r\n\r" * 300_000 + b"x",
        "deep lists.json": lambda: b"[" * deep + b"]" * deep,
        "deep objects.json": lambda: b'{"a":' * deep + b"1" + b"}" * deep,
        "a thousand deep.json": lambda: b'[{"text":"a","d":' + b"[" * 990 + b"]" * 990 + b"}]",
        "nine hundred objects deep.json": lambda: b'[{"text":"a","d":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}]",
        "open lists.json": lambda: b"[" * 900_000,
        "3,000 keys.json": lambda: json.dumps([{"text": f"t{i}", f"key{i}": i} for i in range(3_000)]).encode(),
        "20,000 keys.jsonl": lambda: b"\n".join(b'{"k%d":"text %d"}' % (i, i) for i in range(20_000)),
        "long integers.json": lambda: b'[{"text":"a","n":' + b"9" * 5_000 + b"}]",
        "a longer integer.jsonl": lambda: b'{"text":"a","n":' + b"9" * 900_000 + b"}",
        "exponents.json": lambda: b'[{"text":"a","n":1e999999999},{"text":"b","n":-1E+99999999}]',
        "empty objects.json": lambda: b"[" + b"{}," * 300_000 + b"{}]",
        "empty lists.jsonl": lambda: b"[]\n" * 300_000,
        "equal keys.json": lambda: b'[{"text":"a"' + b',"text":"b"' * 80_000 + b"}]",
        "escapes.jsonl": lambda: b'{"text":"' + b"\\ud83d" * 140_000 + b'"}',
        "nested fields.jsonl": lambda: b"\n".join(
            json.dumps({"text": f"t{i}", "a": {f"b{i}": {f"c{i}": {"d": i}}}}).encode() for i in range(9_000)
        ),
        "lists of lists.json": lambda: json.dumps({f"k{i}": [{"text": "a"}] * 9 for i in range(2_500)}).encode(),
        "broken lines.jsonl": lambda: b'{"text": "a\n' * 70_000,
        "zeros.csv.gz": lambda: gzip.compress(bytes(200_000_000), 9, mtime=0),
        "rows.csv.gz": lambda: gzip.compress(b"text,a,b\n" + b"a line of text,1,2\n" * 5_000_000, 9, mtime=0),
        "gz in gz.csv.gz": lambda: gzip.compress(
            gzip.compress(gzip.compress(bytes(90_000_000), mtime=0), mtime=0), mtime=0
        ),
        "zeros.zip": lambda: zipped({"a.csv": bytes(200_000_000)}),
        "many members.zip": lambda: zipped({f"{i}.csv": text for i in range(7_000)}),
        "zip in zip.zip": lambda: zipped({"a.zip": zipped({"a.csv": bytes(90_000_000)})}),
        "astray.xlsx": lambda: xlsx(
            sheet.format(
                f'<row r="1">{cell.format("A1", "text")}</row><row r="2">{cell.format("A2", "a")}'
                f'</row><row r="1048576">{cell.format("XFD1048576", "far")}</row>'
            )
        ),
        "empty rows.xlsx": lambda: xlsx(sheet.format('<row r="1"/>' * 3_000_000)),
        "empty cells.xlsx": lambda: xlsx(sheet.format("<row>" + "<c/>" * 9_000_000 + "</row>")),
        "far cells.xlsx": lambda: xlsx(
            sheet.format("".join(f'<row r="{i}">{cell.format(f"XFD{i}", "x")}</row>' for i in range(1, 30_000)))
        ),
        "equal rows.xlsx": lambda: xlsx(sheet.format(f"<row>{cell.format('A1', 'text')}</row>" * 1_500_000)),
        "strings.xlsx": lambda: xlsx(sheet.format('<row><c t="s"><v>0</v></c></row>'), "<si><t>a</t></si>" * 4_000_000),
        "a long string.xlsx": lambda: xlsx(
            sheet.format('<row><c t="s"><v>0</v></c></row>' * 3), f"<si><t>{'a' * 60_000_000}</t></si>"
        ),
        "laughs.xlsx": lambda: xlsx(sheet.format(f"<row>{cell.format('A1', '&i;')}</row>"), head=laughs()),
        "deep.xlsx": lambda: xlsx(sheet.format("<row>" * 500_000)),
        "repeated cells.ods": lambda: repeated_ods(16_000, 1_000_000),
        "repeated rows.ods": lambda: repeated_ods(1, 1_000_000),
        "repeated columns.ods": lambda: repeated_ods(16_000, 1),
        "equal rows.parquet": lambda: parquet({"text": pa.repeat("the same text", 3_000_000)}),
        "equal long rows.parquet": lambda: parquet({"text": pa.repeat("the same long text " * 20, 600_000)}),
        "many columns.parquet": lambda: parquet({f"c{i}": ["a", "b"] for i in range(1_500)}),
        "many more columns.parquet": lambda: parquet({f"c{i}": ["a"] for i in range(6_000)}),
        "long lists.parquet": lambda: parquet(
            {"text": ["a"], "v": pa.FixedSizeListArray.from_arrays(pa.repeat(0.0, 20_000_000), 20_000_000)}
        ),
        "nulls.parquet": lambda: parquet({"text": pa.nulls(20_000_000, pa.string())}),
    }


def parquet(columns):
    """Return columns as a Parquet file that packs them as tightly as it can."""
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, compression="zstd", use_dictionary=True)
    return file.getvalue()


def xlsx(sheet, strings="<si><t>text</t></si>", head=""):
    """Return a workbook of one sheet that holds this XML."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    first = '<?xml version="1.0"?>'
    return zipped(
        {
            "[Content_Types].xml": f'{first}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
            "_rels/.rels": f'{first}<Relationships {relations}><Relationship Id="r1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'{first}<workbook {space} xmlns:r="{office}">'
            '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'{first}<Relationships {relations}><Relationship Id="r1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
            f'Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
            "xl/sharedStrings.xml": f"{first}<sst {space}>{strings}</sst>",
            "xl/worksheets/sheet1.xml": f"{first}{head}<worksheet {space}>{sheet}</worksheet>",
        }
    )


def laughs():
    """Return an XML document type whose entities grow tenfold at each step."""
    entities = ['<!ENTITY a "lol">', *(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(8))]
    return f"<!DOCTYPE x [{''.join(entities)}]>"


def repeated_ods(columns, rows):
    """Return a spreadsheet whose cells say that they are repeated very often."""
    data = ods(pd.DataFrame({"text": ["a", "b"]}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    members["content.xml"] = (
        members["content.xml"]
        .replace(b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="%d" ' % columns)
        .replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="%d">' % rows)
    )
    return zipped(members)
