"""Files that pretend: each with the verdict it must get ("read" or the reason of the refusal)."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import numpy as np

from benchmarks.made_recordings import encoded, recording, speechlike, wave, wave_header

CANARY = "canary.wav"
Maker = Callable[[int], bytes]
"""Makes the file's bytes; is told the port on which a listener waits for connections that must not come."""


@cache
def sound(extension: str) -> bytes:
    return recording(extension, 1.0)


def text(words: str) -> Maker:
    return lambda port: words.replace("PORT", str(port)).encode()


def before(prefix: bytes, extension: str) -> Maker:
    return lambda port: prefix + sound(extension)


def zipped(encrypted: bool = False, name: str = "a.wav") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, b"some words")
    data = bytearray(target.getvalue())
    if encrypted:
        data[6] |= 1
    return bytes(data)


def png() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def common_encryption(entry: bytes) -> Maker:
    """The m4a with its sound described as protected."""
    return lambda port: sound("m4a").replace(b"mp4a", entry, 1)


def external_reference(port: int) -> bytes:
    """The m4a whose track says that its samples lie in another file; its index is last, so no offset moves."""
    own = box(b"url ", b"\0\0\0\x01")
    other = box(b"url ", b"\0\0\0\0" + CANARY.encode() + b"\0")
    data = bytearray(sound("m4a").replace(own, other))
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = data.index(name) - 4
        data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") + len(other) - len(own)).to_bytes(4, "big")
    return bytes(data)


def video(with_sound: bool) -> bytes:
    import av

    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        picture = container.add_stream("mpeg4", rate=5)
        picture.width = picture.height = 32
        picture.pix_fmt = "yuv420p"
        track = container.add_stream("aac", rate=16_000, layout="mono") if with_sound else None
        for _ in range(5):
            container.mux(picture.encode(av.VideoFrame(32, 32, "yuv420p")))
        if track is not None:
            pcm = (speechlike(1) * 32767).astype("<i2")[None]
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate, frame.pts = 16_000, 0
            container.mux(track.encode(frame))
            container.mux(track.encode(None))
        container.mux(picture.encode(None))
    return target.getvalue()


def tracks(count: int) -> Maker:
    return lambda port: encoded(speechlike(1, 16_000), "matroska", "pcm_s16le", 16_000, "mono", tracks=count)


def with_cover(port: int) -> bytes:
    """An mp3 whose tag carries a picture."""
    picture = b"\0image/png\0\x03\0" + png()
    frame = b"APIC" + struct.pack(">IH", len(picture), 0) + picture
    size = len(frame)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + synchsafe + frame + sound("mp3")[45:]


def broken_metadata(port: int) -> bytes:
    """A wav with a title that is no text in any encoding."""
    title = b"INAM" + struct.pack("<I", 8) + b"\xff\xfe\xc3\x28\xa0\xa1\xf8\x88"
    listed = b"LIST" + struct.pack("<I", len(title) + 4) + b"INFO" + title
    data = wave(speechlike(1))
    return data[:36] + listed + data[36:]


FFCONCAT = "ffconcat version 1.0\nfile canary.wav\n"
HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
MPD = (
    '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>http://127.0.0.1:PORT/</BaseURL></MPD>'
)
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio PORT RTP/AVP 0\r\n"
NOISE = np.random.default_rng(7).bytes(20_000)

CONFUSION: dict[str, tuple[str, Maker]] = {
    "empty.wav": ("empty", text("")),
    "one-byte.mp3": ("text", text("a")),
    "ffconcat-relative.wav": ("playlist", text(FFCONCAT)),
    "ffconcat-absolute.wav": ("playlist", text("ffconcat version 1.0\nfile '/etc/passwd'\n")),
    "ffconcat-safe.mp3": ("playlist", text("\ufeffffconcat version 1.0\nfile canary.wav\nduration 1\n")),
    "hls-file.m3u8": ("playlist", text(HLS.format("canary.wav"))),
    "hls-http.wav": ("playlist", text(HLS.format("http://127.0.0.1:PORT/a.ts"))),
    "hls-key.m4a": ("playlist", text("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"http://127.0.0.1:PORT/k\"\n#EXTINF:1,\na\n")),
    "hls-utf16.wav": ("playlist", lambda port: HLS.format(f"http://127.0.0.1:{port}/a").encode("utf-16")),
    "dash.mpd": ("playlist", text(MPD)),
    "dash.mp4": ("playlist", text(MPD)),
    "sdp.wav": ("playlist", text(SDP)),
    "pls.mp3": ("playlist", text("[playlist]\nFile1=http://127.0.0.1:PORT/a.mp3\nNumberOfEntries=1\n")),
    "asx.wma": ("playlist", text('<asx version="3.0"><entry><ref href="http://127.0.0.1:PORT/a"/></entry></asx>')),
    "xspf.mp3": ("playlist", text('<?xml version="1.0"?><playlist><track>http://127.0.0.1:PORT/</track></playlist>')),
    "smil.mp4": ("playlist", text('<smil><body><audio src="http://127.0.0.1:PORT/a"/></body></smil>')),
    "subtitles.srt": ("text", text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")),
    "subtitles.vtt": ("text", text("WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n")),
    "subtitles-ass.wav": ("text", text("[Script Info]\nScriptType: v4.00+\n")),
    "ffmetadata.wav": ("text", text(";FFMETADATA1\ntitle=x\n")),
    "notes.txt": ("text", text("Notes of a visit.\n" * 40)),
    "notes-utf16.txt": ("text", lambda port: ("Notes of a visit.\n" * 40).encode("utf-16")),
    "welsh.txt": ("text", text("Nodiadau'r ymweliad â'r teulu, tŷ ŵyl.\n" * 40)),
    "table.csv": ("text", text("a,b,c\n1,2,3\n" * 40)),
    "page.html": ("web_page", text("<!DOCTYPE html><html><body>Sign in</body></html>")),
    "page.m4a": ("web_page", text("<html><head><title>Sign in</title></head></html>")),
    "html-then-mp3.mp3": ("web_page", before(b"<!doctype html><html><p>x</p></html>" + b" " * 600, "mp3")),
    "picture.png": ("image", lambda port: png()),
    "picture.wav": ("image", lambda port: png()),
    "picture.jpg": ("image", lambda port: b"\xff\xd8\xff\xe0\0\x10JFIF\0" + NOISE),
    "picture.gif": ("image", lambda port: b"GIF89a" + NOISE),
    "picture.webp": ("image", lambda port: b"RIFF\0\x10\0\0WEBPVP8 " + NOISE),
    "picture.heic": ("image", lambda port: box(b"ftyp", b"heic\0\0\0\0mif1heic") + NOISE),
    "picture.svg": ("image", text('<?xml version="1.0"?><svg><image href="http://127.0.0.1:PORT/"/></svg>')),
    "report.pdf": ("document", lambda port: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + NOISE),
    "pdf-then-wav.wav": ("document", before(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "wav")),
    "letter.docx": ("document", lambda port: zipped(name="word/document.xml")),
    "old-letter.doc": ("document", lambda port: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE),
    "letter.rtf": ("document", text("{\\rtf1 hello}")),
    "bundle.zip": ("archive", lambda port: zipped()),
    "bundle.mp3": ("archive", lambda port: zipped()),
    "zip-then-mp3.mp3": ("archive", lambda port: zipped() + sound("mp3")),
    "mp3-then-zip.mp3": ("read", lambda port: sound("mp3") + zipped()),
    "packed.wav.gz": ("archive", lambda port: gzip.compress(sound("wav"))),
    "packed.7z": ("archive", lambda port: b"7z\xbc\xaf\x27\x1c\0\x04" + NOISE),
    "packed.rar": ("archive", lambda port: b"Rar!\x1a\x07\x01\0" + NOISE),
    "tool.bin": ("program", lambda port: b"\x7fELF\x02\x01\x01" + NOISE),
    "program.exe.wav": ("program", lambda port: b"MZ\x90\0" + NOISE),
    "elf-then-flac.flac": ("program", before(b"\x7fELF\x02\x01\x01" + b"\0" * 9, "flac")),
    "locked.zip": ("encrypted", lambda port: zipped(encrypted=True)),
    "locked.asc": ("encrypted", text("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")),
    "locked.wav.gpg": ("encrypted", lambda port: bytes.fromhex("8c0d04090308") + NOISE),
    "locked.wav.pgp": ("encrypted", lambda port: bytes.fromhex("85010c03") + NOISE),
    "locked.age": ("encrypted", lambda port: b"age-encryption.org/v1\n-> X25519 abc\n" + NOISE),
    "locked.enc": ("encrypted", lambda port: b"Salted__" + NOISE),
    "common-encryption.m4a": ("encrypted", common_encryption(b"enca")),
    "bought.m4p": ("encrypted", common_encryption(b"drms")),
    "protected.wma": (
        "encrypted",
        lambda port: sound("wma")[:30] + bytes.fromhex("fbb31122 23bdd211 b4b700a0c955fc6e") + sound("wma")[30:],
    ),
    "noise.wav": ("not_audio", lambda port: b"\x01\x02\x03\x04" + NOISE),
    "zeroes.mp3": ("not_audio", lambda port: b"\0" * 5000),
    "dictation.ds2": ("unsupported", lambda port: b"\x03ds2" + NOISE),
    "dictation.dss": ("unsupported", lambda port: b"\x02dss" + NOISE),
    "tune.mid": ("unsupported", lambda port: b"MThd\0\0\0\x06\0\0\0\x01\0\x60"),
    "film.avi": ("unsupported", lambda port: b"RIFF\0\0\x01\0AVI LIST" + NOISE),
    "one-hertz.wav": ("unsupported", lambda port: wave_header(1, 1, 32_000) + NOISE),
    "too-fast.wav": ("unsupported", lambda port: wave_header(1, 768_000, 32_000) + NOISE),
    "255-channels.wav": ("unsupported", lambda port: wave_header(255, 16_000, 20_000) + NOISE),
    "strange-codec.wav": ("unsupported", lambda port: wave_header(1, 16_000, 20_000, code=0x0401) + NOISE),
    "film-without-sound.mp4": ("no_audio_stream", lambda port: video(with_sound=False)),
    "film.mp4": ("read", lambda port: video(with_sound=True)),
    "film.wav": ("read", lambda port: video(with_sound=True)),
    "64-tracks.mka": ("too_many_streams", tracks(64)),
    "6-tracks.mka": ("too_many_streams", tracks(6)),
    "2-tracks.mka": ("read", tracks(2)),
    "cover.mp3": ("read", with_cover),
    "broken-title.wav": ("read", broken_metadata),
    "unfinished.wav": ("read", lambda port: wave_header(1, 16_000, 0xFFFFFFFF) + wave(speechlike(1))[44:]),
    "wrong-name.mp3": ("read", lambda port: sound("flac")),
    "wrong-name.txt": ("read", lambda port: sound("m4a")),
    "no-name": ("read", lambda port: sound("opus")),
    "junk-then-mp3.mp3": ("read", before(b"\0" * 700, "mp3")),
    "elsewhere.m4a": ("read", external_reference),
    "cut.m4a": ("truncated", lambda port: sound("m4a")[:2000]),
    "header-only.wav": ("damaged", lambda port: wave_header(1, 16_000, 0)),
    "header-only.flac": ("damaged", lambda port: sound("flac")[:60]),
    "blip.wav": ("too_short", lambda port: wave(speechlike(0.2))),
    "silence.wav": ("silent", lambda port: wave(np.zeros(32_000))),
    "silence.flac": ("silent", lambda port: encoded(np.zeros(32_000), "flac", "flac", 16_000, "mono")),
}  # fmt: skip
