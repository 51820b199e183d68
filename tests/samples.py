"""Sample files, built byte by byte or by the libraries that read them: no binary file lies in the repository."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

PDF_PAGE = "BT /F1 11 Tf 14 TL 72 720 Td {lines} ET"


def pdf(*pages: Sequence[str], title: str = "", author: str = "", cycle: bool = False) -> bytes:
    """A PDF with a text layer; each page is a sequence of lines in ASCII. With `cycle` the page tree holds itself."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages))) + (" 2 0 R" * cycle)
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        shown = " ".join(f"({escaped(line)}) Tj T*" for line in lines)
        content = PDF_PAGE.format(lines=shown)
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        bodies.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    bodies.append(f"<< /Title ({escaped(title)}) /Author ({escaped(author)}) /CreationDate (D:20210506120000Z) >>")
    return _assembled(bodies)


def protected_pdf(*pages: Sequence[str], password: str) -> bytes:
    """The same, readable with a password alone."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf(*pages))))
    writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def scanned_pdf(pages: int) -> bytes:
    """Pages that hold no text."""
    return pdf(*([()] * pages))


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def docx_bomb(unpacked: int) -> bytes:
    """A small archive that is named and built like a Word document and unpacks into so many bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * unpacked)
    return out.getvalue()


def _assembled(bodies: Sequence[str]) -> bytes:
    """Objects 1, 2, ... with the table of where they are; the last one describes the file."""
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(bodies, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("ascii"))
    table = out.tell()
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(bodies) + 1
    out.write(f"xref\n0 {size}\n0000000000 65535 f \n{rows}".encode("ascii"))
    trailer = f"<< /Size {size} /Root 1 0 R /Info {len(bodies)} 0 R >>"
    out.write(f"trailer\n{trailer}\nstartxref\n{table}\n%%EOF\n".encode("ascii"))
    return out.getvalue()
