"""Good pictures under bad names. All are kept, under names of their own."""

from __future__ import annotations

from diagnosis.tests.hostile.drawing import saved
from diagnosis.tests.hostile.files import Hostile

_NAMES = {
    "a path upwards": "../../../etc/passwd",
    "a path upwards in another system": "..\\..\\windows\\system32\\a.png",
    "an absolute path": "/etc/cron.d/root",
    "nothing but dots": "...",
    "a nul": "field.png\0.html",
    "a line break": "a.png\r\nSet-Cookie: sessionid=1",
    "from right to left": "\u202egnp.lmth",
    "zero width": "fi\u200beld\ufeff.png",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f.png",
    "three hundred characters": "x" * 296 + ".png",
    "three hundred wide characters": "血" * 296 + ".png",
    "a device": "CON",
    "a device with an ending": "aux.png",
    "a stream": "field.png::$DATA",
    "a page": "<img src=x onerror=alert(1)>.png",
    "quotes": "\"'`;--.png",
    "a template": "{{ 7*7 }}{% load x %}.png",
    "a format": "%s%n{0.__class__}.png",
    "a formula": '=HYPERLINK("https://evil.example").png',
    "the patient's name": "Lindqvist, Dana 1987-03-14.png",
    "an ending of its own": "field.php",
    "a hidden file": ".htaccess",
    "half a pair": "field\udcff.png",
    "emoji and combining marks": "🩸e\u0301\u0327.png",
    "blank": "   ",
}


def files() -> list[Hostile]:
    return [
        Hostile(f"named {title}", saved("PNG", number, size=(40, 40)), "kept", name)
        for number, (title, name) in enumerate(_NAMES.items(), start=100)
    ]
