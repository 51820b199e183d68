"""Word documents become text with all the words that Word shows, or one line says why not."""

from __future__ import annotations

import io
import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from rag.documents import load
from rag.errors import DocumentError
from tests.samples import docx_bomb

MILL = "The mill of Ardvale was built in 1790 by a miller from the hills."
WHEEL = "Its wheel turns only in spring when the snow melts in the hills."


def _write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def _word(path: Path) -> str:
    import docx

    document = docx.Document()
    document.core_properties.title = "On mills"
    document.core_properties.author = "Ida Holm"
    document.add_heading("The mill", 1)
    document.add_paragraph(MILL)
    document.add_paragraph("two floors", style="List Bullet")
    document.add_paragraph("one wheel", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip((*table.rows[0].cells, *table.rows[1].cells), ("Year", "Sacks", "1801", "412"), strict=True):
        cell.text = text
    document.add_paragraph(WHEEL)
    out = io.BytesIO()
    document.save(out)
    return _write(path, out.getvalue())


def test_a_word_document_keeps_headings_lists_tables_and_properties(tmp_path: Path) -> None:
    document = load(_word(tmp_path / "a.docx"))
    table = "| Year | Sacks |\n| 1801 | 412 |"
    assert document.text == f"# The mill\n\n{MILL}\n\n- two floors\n- one wheel\n\n{table}\n\n{WHEEL}"
    assert (document.title, document.metadata["author"]) == ("On mills", "Ida Holm")


def _changed(docx: bytes, part: str, old: str, new: str) -> bytes:
    """A Word document with the first `old` of one of its parts changed to `new`."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(docx)) as before, ZipFile(out, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            assert name != part or old.encode() in content
            after.writestr(name, content.replace(old.encode(), new.encode(), 1) if name == part else content)
    return out.getvalue()


WRAPPED = """<w:sdt><w:sdtPr><w:alias w:val="not shown"/></w:sdtPr>
<w:sdtContent><w:p>RUN(In a control.)</w:p></w:sdtContent></w:sdt>
<w:p>RUN(Before, )<w:ins w:id="1">RUN(put in, )</w:ins><w:del w:id="2"><w:r><w:delText>taken out, </w:delText></w:r>
</w:del><w:sdt><w:sdtContent>RUN(in a line, )</w:sdtContent></w:sdt>
<w:fldSimple w:instr="DATE">RUN(a field.)</w:fldSimple></w:p>
<w:p><w:r><w:pict><w:txbxContent><w:p>RUN(In a box.)</w:p></w:txbxContent></w:pict></w:r></w:p>
<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:tbl><w:tr><w:tc><w:p>RUN(In a table)</w:p></w:tc><w:tc>
<w:p>RUN(inside a table)</w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl><w:p>"""


def test_words_inside_controls_changes_boxes_and_inner_tables_are_kept(tmp_path: Path) -> None:
    inside = re.sub(r"RUN\((.*?)\)", r'<w:r><w:t xml:space="preserve">\1</w:t></w:r>', WRAPPED)
    docx = Path(_word(tmp_path / "a.docx")).read_bytes()
    document = load(_write(tmp_path / "b.docx", _changed(docx, "word/document.xml", "<w:p>", inside)))
    assert document.text.startswith(
        "In a control.\n\nBefore, put in, in a line, a field.\n\nIn a box.\n\n| In a table inside a table |\n\n"
    )


@pytest.mark.parametrize(
    ("part", "old", "new", "reason"),
    [
        ("[Content_Types].xml", "document.main+xml", "template.main+xml", "is a template, or holds macros"),
        (
            "word/document.xml",
            "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            "http://purl.oclc.org/ooxml/wordprocessingml/main",
            "is in the Strict form",
        ),
    ],
)
def test_a_word_document_of_another_form_is_named(tmp_path: Path, part: str, old: str, new: str, reason: str) -> None:
    docx = Path(_word(tmp_path / "a.docx")).read_bytes()
    with pytest.raises(DocumentError, match=rf"b\.docx: {reason}"):
        load(_write(tmp_path / "b.docx", _changed(docx, part, old, new)))


def test_a_docx_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    bomb = docx_bomb(200 * 1024**2)
    assert len(bomb) < 250_000
    with pytest.raises(DocumentError, match=r"would unpack 0\.2 MB into 200 MB"):
        load(_write(tmp_path / "a.docx", bomb))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04" + bytes(50), "broken archive"),
        (MILL.encode(), r"is named \.docx but holds no Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old Office file"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(600),
            "protected by a password",
        ),
    ],
)
def test_what_is_no_word_document_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        load(_write(tmp_path / "a.docx", content))
