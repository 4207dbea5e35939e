"""Files made in memory."""

import io
import zipfile

from openpyxl import Workbook

TEXTS = (
    "The room was lovely and quiet",
    "Cold soup and slow waiters",
    "Nice pool but far too crowded",
    "Would not come here again",
    "The staff were kind to us",
)


def file(content, name="reviews.csv"):
    handle = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    handle.name = name
    return handle


def rows_of(texts=TEXTS, end="\n"):
    return "".join(f'"{text}",{i}{end}' for i, text in enumerate(texts))


def workbook(**sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def archive(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "."), content)
    return buffer.getvalue()
