"""Recordings made on the spot, for tests and benchmarks: nothing here was ever said by anybody."""

from __future__ import annotations

import hashlib
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np

from models.records.audio import Audio, Recording

RATE = 16_000

FORMATS: dict[str, tuple[str, str, int, str]] = {
    "wav": ("wav", "pcm_s16le", 44_100, "stereo"),
    "mp3": ("mp3", "mp3", 44_100, "stereo"),
    "m4a": ("ipod", "aac", 44_100, "mono"),
    "aac": ("adts", "aac", 44_100, "mono"),
    "flac": ("flac", "flac", 48_000, "stereo"),
    "ogg": ("ogg", "vorbis", 44_100, "stereo"),
    "opus": ("ogg", "libopus", 48_000, "mono"),
    "webm": ("webm", "libopus", 48_000, "mono"),
    "mp4": ("mp4", "aac", 48_000, "stereo"),
    "wma": ("asf", "wmav2", 44_100, "stereo"),
    "amr": ("amr", "libopencore_amrnb", 8_000, "mono"),
    "3gp": ("3gp", "libopencore_amrnb", 8_000, "mono"),
    "aiff": ("aiff", "pcm_s16be", 44_100, "mono"),
    "caf": ("caf", "alac", 44_100, "stereo"),
}
"""By extension: libavformat's muxer, the encoder, sample rate in Hz and layout; for AMR-WB see `amr_wideband`."""

BIT_RATES = {"libopencore_amrnb": 12_200}


def decoded(path: Path, sound: np.ndarray, *, separate: bool = False) -> Audio:
    """Float sound at 16 kHz, ``(frames,)`` or ``(frames, channels)``, as the decoder would hand it on; in ``path``."""
    columns = sound if sound.ndim == 2 else sound[:, None]
    content = np.round(np.clip(columns, -1, 1) * 32767).astype("<i2").tobytes()
    path.write_bytes(content)
    recording = Recording(
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        container="wav",
        codec="pcm_s16le",
        channels=columns.shape[1],
        sample_rate_hz=RATE,
        duration_ms=len(columns) * 1000 // RATE,
    )
    return Audio(
        recording=recording,
        pcm=path,
        channels=columns.shape[1],
        frames=len(columns),
        gain_db=0.0,
        separate_channels=separate,
        advice=(),
    )


def speechlike(seconds: float, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """Sound that rises and falls as speech does: float, shape ``(samples,)``, about -26 dB in its loud parts.

    Syllables of voiced buzz and hiss at four a second, with a pause of half a second in every three.
    """
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate)) / rate
    pitch = 2 * np.pi * (120 * time + 3 * np.sin(2 * np.pi * 0.7 * time))
    buzz = sum(np.sin(k * pitch + seed) / k for k in range(1, 25))
    hiss = rng.normal(0, 0.35, time.size)
    syllables = np.clip(np.sin(2 * np.pi * 4 * time), 0, 1) ** 0.5
    pauses = (time % 3) < 2.5
    room = rng.normal(0, 0.0006, time.size)
    return 0.07 * (buzz + hiss) * syllables * pauses + room


def encoded(
    sound: np.ndarray, muxer: str, encoder: str, rate: int, layout: str, tracks: int = 1, **options: str
) -> bytes:
    """A recording of float sound, ``(samples,)`` or ``(samples, channels)`` at ``rate``, as a file's bytes."""
    import av

    target = io.BytesIO()
    channels = av.AudioLayout(layout).nb_channels
    wide = sound[:, None].repeat(channels, 1) if sound.ndim == 1 else sound
    pcm = np.clip(np.rint(wide * 32767), -32768, 32767).astype("<i2")
    with av.open(target, "w", format=muxer, options=options) as container:
        strict = {"strict": "experimental"} if encoder == "vorbis" else {}
        streams = [container.add_stream(encoder, rate=rate, layout=layout, options=strict) for _ in range(tracks)]
        for stream in streams:
            stream.bit_rate = BIT_RATES.get(encoder, 64_000)
        for start in range(0, len(pcm), rate):
            for stream in streams:
                container.mux(stream.encode(_frame(pcm[start : start + rate], rate, layout, start)))
        for stream in streams:
            container.mux(stream.encode(None))
    return target.getvalue()


def _frame(pcm: np.ndarray, rate: int, layout: str, at: int) -> Any:
    import av

    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm).reshape(1, -1), format="s16", layout=layout)
    frame.sample_rate, frame.pts = rate, at
    return frame


def recording(extension: str, seconds: float = 2.0, seed: int = 0) -> bytes:
    """A short recording in one of `FORMATS`."""
    muxer, encoder, rate, layout = FORMATS[extension]
    return encoded(speechlike(seconds, rate, seed), muxer, encoder, rate, layout)


def wave(sound: np.ndarray, rate: int = RATE) -> bytes:
    """A 16-bit wav of float sound, ``(samples,)`` or ``(samples, channels)``, written without PyAV."""
    pcm = np.clip(np.rint(sound * 32767), -32768, 32767).astype("<i2")
    channels = 1 if pcm.ndim == 1 else pcm.shape[1]
    return wave_header(channels, rate, pcm.nbytes) + pcm.tobytes()


def wave_header(channels: int, rate: int, data_bytes: int, *, code: int = 1, bits: int = 16) -> bytes:
    """The 44 bytes before the samples of a wav file; sizes are cut to 32 bits."""
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", code, channels, rate, (rate * frame) & 0xFFFFFFFF, frame & 0xFFFF, bits)
    total = min(data_bytes + 36, 0xFFFFFFFF)
    return (
        b"RIFF"
        + struct.pack("<I", total)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", data_bytes)
    )


def amr_wideband(frames: int = 150, seed: int = 0) -> bytes:
    """An AMR wideband file of 20 ms frames at 6.6 kbit/s filled with random bits: a noise, but a decodable one."""
    rng = np.random.default_rng(seed)
    return b"#!AMR-WB\n" + b"".join(b"\x04" + rng.bytes(17) for _ in range(frames))


def silent_flac(hours: float, rate: int = 8_000) -> bytes:
    """Many hours of silence in a small FLAC: one short file's frame repeated, renumbered, checksums made right."""
    return _flac_stream(int(hours * 3600 * rate / 4096), rate)


def _flac_stream(frames: int, rate: int) -> bytes:
    info = struct.pack(">HH", 4096, 4096) + b"\0" * 6 + ((rate << 44) | (15 << 36)).to_bytes(8, "big") + b"\0" * 16
    head = b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info
    return head + b"".join(_flac_frame(number) for number in range(frames))


def _flac_frame(number: int) -> bytes:
    head = b"\xff\xf8\xc4\x08" + _flac_number(number)
    head += bytes([_crc(head, 0x07, 8)])
    body = head + b"\x00\x00\x00"
    return body + _crc(body, 0x8005, 16).to_bytes(2, "big")


def _flac_number(number: int) -> bytes:
    if number < 0x80:
        return bytes([number])
    tail: list[int] = []
    while number >= 1 << (6 - len(tail)):
        tail.insert(0, 0x80 | number & 0x3F)
        number >>= 6
    return bytes([(0xFF00 >> (len(tail) + 1)) & 0xFF | number, *tail])


def _crc(data: bytes, polynomial: int, bits: int) -> int:
    value, top, mask = 0, 1 << (bits - 1), (1 << bits) - 1
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = ((value << 1) ^ polynomial) & mask if value & top else (value << 1) & mask
    return value
