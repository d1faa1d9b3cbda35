"""Small files that would cost hours or gigabytes are refused in seconds; the child's walls hold when it is hostile."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from benchmarks.made_recordings import RATE, encoded, recording, silent_flac, speechlike, wave, wave_header
from models.adapters import media_process
from models.adapters.media_process import Deadline, run_child
from models.adapters.media_refusals import RefusedRecordingError
from models.adapters.pyav_decoder import PyavDecoder

ROOT = Path(__file__).parents[2]


REFUSED = """
import json, resource, sys
from pathlib import Path
from models.adapters.media_refusals import RefusedRecordingError
from models.adapters.pyav_decoder import PyavDecoder
try:
    PyavDecoder().decode(Path(sys.argv[1]), Path(sys.argv[2]))
except RefusedRecordingError as refused:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps([refused.reason, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024]))
"""


def refused(data: bytes, folder: Path) -> tuple[str, float, int]:
    """The reason, and the media child's processor seconds and largest memory in MiB, seen by a parent of its own."""
    (folder / "bomb").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", REFUSED, folder / "bomb", folder / "out"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not (folder / "out").exists()
    reason, cpu, memory = json.loads(done.stdout)
    return reason, cpu, memory


def test_ten_hours_of_silence_in_a_small_flac(tmp_path: Path) -> None:
    """Ten hours in under a megabyte are refused as too long before they are decoded."""
    data = silent_flac(10)
    assert len(data) < 1_000_000
    reason, cpu, memory = refused(data, tmp_path)
    assert reason == "too_long"
    assert cpu < 10
    assert memory < 512


def test_a_file_that_declares_a_second_and_holds_ten_hours(tmp_path: Path) -> None:
    """What the header says is not believed: the packets are counted."""
    data = bytearray(silent_flac(10))
    data[21:26] = struct.pack(">BI", data[21] & 0xF0, 8000)
    assert refused(bytes(data), tmp_path)[0] == "too_long"


def test_a_file_that_declares_years_and_holds_seconds(tmp_path: Path) -> None:
    """A flac that promises 2**36 samples is read for what is there, and said to be cut off."""
    data = bytearray(encoded(speechlike(2), "flac", "flac", RATE, "mono"))
    data[21:26] = struct.pack(">BI", data[21] | 0x0F, 0xFFFFFFFF)
    (tmp_path / "long.flac").write_bytes(data)
    audio = PyavDecoder().decode(tmp_path / "long.flac", tmp_path / "out")
    assert audio.duration_ms == 2000
    assert [advice.code for advice in audio.advice] == ["truncated"]


def test_a_sample_table_of_a_billion_entries(tmp_path: Path) -> None:
    """An m4a whose table claims far more samples than there are costs no memory worth speaking of."""
    data = bytearray(recording("m4a"))
    at = data.index(b"stsz") + 12
    data[at : at + 4] = b"\x3f\xff\xff\xff"
    _, cpu, memory = refused(bytes(data), tmp_path)
    assert cpu < 10
    assert memory < 512


def test_a_wav_of_a_terabyte_by_its_header(tmp_path: Path) -> None:
    """Sizes in a header cost nothing."""
    assert refused(wave_header(8, 192_000, 0xFFFFFFF0, bits=32), tmp_path)[0] in {"damaged", "too_short"}


def child_of_ours(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> dict[str, object]:
    """What a child answers that builds its walls and then runs ``body``, as a taken-over decoder would."""
    start = (
        "import json,sys,os,socket;sys.path[:]=json.loads(sys.argv[1]);"
        "from pathlib import Path;from models.adapters.media_sandbox import *;"
        "build_walls(ChildLimits(memory_bytes=200<<20,cpu_seconds=3,file_bytes=1<<20),"
        "Path(json.loads(sys.argv[2])['empty_folder']))\n"
        "def say(x): os.write(1, json.dumps(x).encode()+b'\\n')\n"
    )
    monkeypatch.setattr(media_process, "_START", start + body)
    folder.mkdir(exist_ok=True)
    deadline = Deadline(start_s=20, per_decoded_s=0, max_decoded_s=0)
    return run_child({"empty_folder": str(folder)}, (), deadline, lambda done: None)


ATTEMPTS = {
    "open a file": "open('/etc/hostname')",
    "open a file beside it": "open('canary.wav','rb')",
    "write a file": "open('/tmp/x','w')",
    "make a folder": "os.mkdir('x')",
    "open a socket": "socket.socket()",
    "look for processes": "os.listdir('/proc')",
    "start a program": "os.execv('/bin/sh',['sh','-c','true'])",
    "start a process": "os.fork()",
    "end its parent": "os.kill(os.getppid(), 9)",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_taken_over_child_can_reach_nothing(attempt: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Behind its walls the child is refused everything but sums."""
    (tmp_path / "canary.wav").write_bytes(b"x")
    if not PyavDecoder().sandbox().filter_calls:
        pytest.skip("this kernel does not filter calls")
    body = f"try:\n {ATTEMPTS[attempt]}\n say({{'result':'done'}})\nexcept OSError: say({{'result':'kept out'}})"
    assert child_of_ours(monkeypatch, tmp_path, body)["result"] == "kept out"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os.abort()", "reader_stopped"),
        ("while True: pass", "too_slow"),
        ("os.write(1, b'x'*200000)", "reader_stopped"),
        ("say(['not an object'])", "reader_stopped"),
        ("say({'refused':'<b>made up</b>'})", "unreadable"),
        ("b = b''\nwhile True: b += bytes(10**7)", "reader_stopped"),
        ("pass", "reader_stopped"),
    ],
)
def test_however_the_child_ends_there_is_one_sentence(
    body: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A crash, an endless loop, a flood, nonsense and silence each become a refusal with a known reason."""
    with pytest.raises(RefusedRecordingError) as caught:
        child_of_ours(monkeypatch, tmp_path, body)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "lie",
    [
        {"frames": 10**12},
        {"channels": 7},
        {"heard": {}},
        {"frames": True},
        {},
    ],
)
def test_the_answer_is_checked_against_the_files(lie: dict[str, object], tmp_path: Path) -> None:
    """A child that lies about what it wrote is not believed."""
    from models.adapters.media_outcome import checked_outcome

    with (tmp_path / "pcm").open("wb") as pcm, pytest.raises(RefusedRecordingError):
        checked_outcome({"frames": 0, "channels": 1, "heard": {}, "measures": {}} | lie, pcm.fileno(), "auto")


def test_the_walls_stand_for_an_ordinary_user() -> None:
    """Run by a user without rights, the child still has no network and its calls are filtered."""
    if os.geteuid() != 0:
        assert PyavDecoder().sandbox().isolated
        return
    interpreter = Path(sys.base_prefix, "bin", "python").absolute()
    if not all(folder.stat().st_mode & 0o001 for folder in interpreter.parents):
        pytest.skip("the interpreter lies where an ordinary user cannot read it")
    code = (
        "import os,sys,json;from models.adapters.pyav_decoder import PyavDecoder as D;import numpy,av;"
        "os.setgroups([]);os.setgid(65534);os.setuid(65534);"
        "import tempfile;tempfile.tempdir=sys.argv[1];print(D().sandbox().isolated)"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        answer = subprocess.run(
            [sys.executable, "-c", code, folder], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert answer.stdout.strip() == "True"


def test_a_child_does_not_outlive_its_parent(tmp_path: Path) -> None:
    """Killing the program in the middle of a recording ends the child as well."""
    (tmp_path / "long.wav").write_bytes(wave(speechlike(30)) + b"\0" * 60_000_000)
    code = (
        "import sys;from pathlib import Path;from models.adapters.pyav_decoder import PyavDecoder;"
        "PyavDecoder().decode(Path(sys.argv[1]),Path(sys.argv[2]),lambda d:print(d,flush=True))"
    )
    args = [sys.executable, "-c", code, str(tmp_path / "long.wav"), str(tmp_path / "out")]
    with subprocess.Popen(args, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        while not (found := children.read_text().split()):
            assert parent.poll() is None
        parent.kill()
    for _ in range(200):
        if not Path(f"/proc/{found[0]}").exists() or "Z" in Path(f"/proc/{found[0]}/stat").read_text().split()[2]:
            return
        time.sleep(0.05)
    pytest.fail("the child is still there")
