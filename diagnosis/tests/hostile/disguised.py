"""Files that are not pictures but have a picture's name, and files that are a picture and something else as well."""

from __future__ import annotations

import gzip
import io
import zipfile

from diagnosis.tests.hostile.drawing import chunk, saved, with_chunk, with_segment
from diagnosis.tests.hostile.files import PAYLOAD, Hostile

_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><circle r="9"/></svg>'
_ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><svg>&c;</svg>'


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("../../etc/cron.d/x", "* * * * * root true")
    return out.getvalue()


def files() -> list[Hostile]:
    return [*_no_pictures(), *_two_things_at_once()]


def _no_pictures() -> list[Hostile]:
    contents = {
        "nothing at all": b"",
        "one byte": b"\x89",
        "text": b"This is a letter.",
        "html named jpg": b"<!DOCTYPE html><html><body>" + PAYLOAD,
        "html after spaces": b" \n\t " * 9 + b"<html>" + PAYLOAD,
        "svg named png": _SVG,
        "svg with entities": _ENTITIES,
        "gzipped svg": gzip.compress(_SVG),
        "pdf named jpg": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\n%%EOF",
        "zip named png": _archive(),
        "gif named png": saved("GIF"),
        "gif that is a script": b"GIF89a=1;alert(1)//" + b"\0" * 64,
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(/etc/passwd) (r) file\n",
        "icon": saved("ICO", size=(64, 64)),
        "jpeg 2000": saved("JPEG2000"),
        "netpbm": saved("PPM"),
        "photoshop": b"8BPS\0\1" + b"\0" * 80,
        "heic": b"\x00\x00\x00\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 80,
        "windows program": b"MZ" + b"\x90" * 200,
        "linux program": b"\x7fELF\x02\x01\x01" + b"\0" * 200,
        "php script": b"<?php system($_GET['c']); ?>",
        "pickle": b"\x80\x04\x95\x1e\0\0\0\0\0\0\0\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.",
    }
    return [Hostile(title, content, "refused") for title, content in contents.items()]


def _two_things_at_once() -> list[Hostile]:
    contents = {
        "jpeg with a page after it": saved("JPEG", 1) + PAYLOAD,
        "jpeg with a page in its comment": saved("JPEG", 2, comment=b"*/" + PAYLOAD + b"/*"),
        "jpeg with a script in a segment": with_segment(saved("JPEG", 3), 0xE9, b"=1/*" + PAYLOAD + b"*/"),
        "jpeg with an archive after it": saved("JPEG", 4) + _archive(),
        "jpeg with a pdf in it": with_segment(saved("JPEG", 5), 0xFE, b"%PDF-1.4\n" + PAYLOAD),
        "png with a page in its text": with_chunk(saved("PNG", 6), chunk(b"tEXt", b"Comment\0" + PAYLOAD)),
        "png with a script in its text": with_chunk(saved("PNG", 7), chunk(b"tEXt", b"x\0<?php eval(1); ?>")),
        "png with an archive after its end": saved("PNG", 8) + _archive(),
        "png with an unknown chunk": with_chunk(saved("PNG", 9), chunk(b"evIl", PAYLOAD)),
        "webp with a page after it": saved("WEBP", 10) + PAYLOAD,
        "bitmap with a page after it": saved("BMP", 11) + PAYLOAD,
        "tiff with a page after it": saved("TIFF", 12) + PAYLOAD,
        "tiff with a page as description": saved("TIFF", 13, description=PAYLOAD.decode()),
    }
    return [Hostile(title, content, "kept") for title, content in contents.items()]
