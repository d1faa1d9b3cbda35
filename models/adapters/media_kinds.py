"""What a file is, by its first bytes alone; decided before any decoder sees it.

The content decides, never the name: real sound with a wrong extension is read, a playlist called ``.wav`` is not.
The kind that is found here is the only demuxer that the media child may use.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from models.adapters.media_refusals import refusal

HEAD_BYTES = 65_536

DEMUXERS = {
    "wav": "wav",
    "w64": "w64",
    "mp3": "mp3",
    "aac": "aac",
    "mp4": "mov",
    "flac": "flac",
    "ogg": "ogg",
    "matroska": "matroska",
    "asf": "asf",
    "amr": "amr",
    "aiff": "aiff",
    "caf": "caf",
}
"""The kinds that are read and libavformat's name for what reads each."""

_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_W64 = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_ASF_PROTECTED = (
    bytes.fromhex("fbb31122 23bdd211 b4b700a0c955fc6e"),
    bytes.fromhex("14e68a29 2226174cb935dae07ee9289c"),
)
_OPENPGP_START = re.compile(
    rb"\x85[\x01-\x04].\x03|\xc1[\xc0-\xdf]..?\x03|\x8c[\x04\x0d\x2e]\x04|\xc3[\x04\x0d\x2e]\x04", re.S
)

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (_ASF, "asf"),
    (_W64, "w64"),
    (b"#!AMR\n", "amr"),
    (b"#!AMR-WB\n", "amr"),
    (b"caff", "caf"),
    (b"%PDF", "!document"),
    (b"{\\rtf", "!document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "!document"),
    (b"\x89PNG", "!image"),
    (b"\xff\xd8\xff", "!image"),
    (b"GIF8", "!image"),
    (b"BM", "!image"),
    (b"II*\0", "!image"),
    (b"MM\0*", "!image"),
    (b"\x7fELF", "!program"),
    (b"MZ", "!program"),
    (b"\xca\xfe\xba\xbe", "!program"),
    (b"\xcf\xfa\xed\xfe", "!program"),
    (b"7z\xbc\xaf\x27\x1c", "!archive"),
    (b"Rar!\x1a\x07", "!archive"),
    (b"\x1f\x8b", "!archive"),
    (b"BZh", "!archive"),
    (b"\xfd7zXZ\0", "!archive"),
    (b"\x28\xb5\x2f\xfd", "!archive"),
    (b"Salted__", "!encrypted"),
    (b"age-encryption.org/", "!encrypted"),
    (b"-----BEGIN PGP MESSAGE", "!encrypted"),
    (b"-----BEGIN AGE ENCRYPTED", "!encrypted"),
    (b"\x03ds2", "!unsupported"),
    (b"\x03enc", "!encrypted"),
    (b"\x02dss", "!unsupported"),
    (b"\x03dss", "!unsupported"),
    (b"#!AMR", "!unsupported"),
    (b"MThd", "!unsupported"),
    (b".RMF", "!unsupported"),
    (b".ra\xfd", "!unsupported"),
    (b"wvpk", "!unsupported"),
    (b"MAC ", "!unsupported"),
    (b".snd", "!unsupported"),
    (b"DSD ", "!unsupported"),
    (b"Creative Voice File", "!unsupported"),
    (b"FLV\x01", "!unsupported"),
    (b"\x00\x00\x01\xba", "!unsupported"),
)

_LengthOf = Callable[[bytes, int], int]

_MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}
_IMAGE_BRANDS = {b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"}
_PLAYLISTS = (b"ffconcat", b"#EXTM3U", b"#EXTINF", b"[playlist]", b"v=0\r", b"v=0\n", b"<asx", b"<smil", b"RTSPtext")


def sniff(head: bytes, size: int) -> str:
    """The kind of a file (a key of `DEMUXERS`) from its first `HEAD_BYTES` bytes and its size in bytes.

    Raises RefusedRecordingError where it is not a recording of a kind we read.
    """
    if size == 0 or not head:
        raise refusal("empty")
    kind = _by_start(head) or _by_frame(head) or _text(head)
    if kind is None:
        raise refusal("not_audio")
    if kind.startswith("!"):
        raise refusal(kind[1:])
    if kind == "asf" and any(guid in head for guid in _ASF_PROTECTED):
        raise refusal("encrypted")
    return kind


def _by_start(head: bytes) -> str | None:
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind if start != b"BM" or _is_bitmap(head) else None
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        return _riff(head)
    if head[:4] == b"FORM":
        return "aiff" if head[8:12] in (b"AIFF", b"AIFC") else "!unsupported"
    if head[:2] == b"PK" and head[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08"):
        return _zip(head)
    if head[4:8] in _MP4_BOXES:
        return "!image" if head[8:12] in _IMAGE_BRANDS else "mp4"
    if head[:3] == b"ID3":
        return "mp3"
    if head[0] == 0x47 and head[188:189] == b"\x47":
        return "!unsupported"
    if _OPENPGP_START.match(head):
        return "!encrypted"
    return None


def _is_bitmap(head: bytes) -> bool:
    return len(head) > 30 and head[6:10] == b"\0\0\0\0"


def _riff(head: bytes) -> str:
    return {b"WAVE": "wav", b"WEBP": "!image"}.get(head[8:12], "!unsupported")


def _zip(head: bytes) -> str:
    if head[2:4] == b"\x03\x04" and len(head) > 8 and head[6] & 1:
        return "!encrypted"
    if b"word/" in head or b"[Content_Types].xml" in head or b"mimetypeapplication/" in head:
        return "!document"
    return "!archive"


def _by_frame(head: bytes) -> str | None:
    """Raw AAC or MP3, known by several frames that follow each other; junk before the first is allowed."""
    if _chain(head, 0, _adts_length) >= 2:
        return "aac"
    limit = min(len(head), HEAD_BYTES) - 4
    position = head.find(b"\xff")
    while 0 <= position < limit:
        if _chain(head, position, _mp3_length) >= 3:
            return "mp3" if position < 4096 and not _looks_like_text(head[: min(position, 512)]) else None
        position = head.find(b"\xff", position + 1)
    return None


def _chain(head: bytes, position: int, length_of: _LengthOf) -> int:
    """How many frames follow each other from ``position``, up to 4."""
    count = 0
    while count < 4:
        length = length_of(head, position)
        if length == 0:
            return count
        count += 1
        position += length
    return count


def _adts_length(head: bytes, at: int) -> int:
    frame = head[at : at + 7]
    if len(frame) < 7 or frame[0] != 0xFF or frame[1] & 0xF6 != 0xF0 or (frame[2] >> 2) & 15 > 12:
        return 0
    length = (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5
    return length if length > 7 else 0


_RATES = (44_100, 48_000, 32_000)
_KBITS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def _mp3_length(head: bytes, at: int) -> int:
    """Length in bytes of an MPEG layer III frame at ``at``; 0 where there is none."""
    frame = head[at : at + 4]
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
        return 0
    version, rate, kbit = (frame[1] >> 3) & 3, (frame[2] >> 2) & 3, frame[2] >> 4
    if version == 1 or rate == 3 or kbit in (0, 15):
        return 0
    first = version == 3
    hertz = _RATES[rate] >> (0 if first else 1 if version == 2 else 2)
    kbits = _KBITS[1 if first else 2][kbit]
    return (144 if first else 72) * kbits * 1000 // hertz + ((frame[2] >> 1) & 1)


def _text(head: bytes) -> str | None:
    """What kind of text this is, if it is text."""
    if not _looks_like_text(head[:512]):
        return None
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    opening = start[:2048].lower().replace(b"\0", b"")
    if any(opening.startswith(mark.lower()) for mark in _PLAYLISTS) or b"<mpd" in opening or b"<playlist" in opening:
        return "!playlist"
    if b"<svg" in opening:
        return "!image"
    if opening.startswith((b"<!doctype html", b"<html", b"<head", b"<!doctype")) or b"<html" in opening:
        return "!web_page"
    return "!text"


def _looks_like_text(piece: bytes) -> bool:
    """Whether a piece reads as UTF-8 or UTF-16 text without control characters."""
    if not piece:
        return False
    if piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = piece[: len(piece) & ~1].decode("utf-16", "replace")
        return text.count("\ufffd") <= 1 and sum(map(str.isprintable, text)) > 0.9 * len(text)
    if any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in piece):
        return False
    return piece.decode("utf-8", "replace")[:-4].count("\ufffd") <= len(piece) // 200
