"""A sender of uploads that keeps a list of what was acknowledged, on tuspy."""

from __future__ import annotations

import io
import time

import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.uploader import Uploader

from tests.service.ingest.material import SESSION

GONE = (TusCommunicationError, TusUploadFailed, requests.exceptions.RequestException)


class Sender:
    """Sends one content, over as many connections as it takes."""

    def __init__(self, url: str, content: bytes, key: str, chunk: int, session_id: str = SESSION) -> None:
        self._client = TusClient(url, headers={"Idempotency-Key": key})
        self._content = content
        self._chunk = chunk
        self._metadata = {"session": session_id, "kind": "sound", "filename": "visit.wav"}
        self._at: str | None = None
        self.acknowledged = 0
        self.recording_id: str | None = None

    def go_on(self) -> bool:
        """Send until all is acknowledged; False where the connection or the server ended."""
        try:
            uploader = self._uploader()
            assert uploader.offset >= self.acknowledged, "something acknowledged is gone"
            while uploader.offset < len(self._content):
                uploader.upload_chunk()
                self.acknowledged = uploader.offset
            self.recording_id = self._finished()
        except GONE:
            return False
        return True

    def _uploader(self) -> Uploader:
        stream = io.BytesIO(self._content)
        if self._at is None:
            made = Uploader(file_stream=stream, client=self._client, metadata=self._metadata, chunk_size=self._chunk)
            self._at = made.create_url()
        return Uploader(file_stream=stream, url=self._at, client=self._client, chunk_size=self._chunk)

    def _finished(self) -> str:
        assert self._at is not None
        answer = requests.head(self._at, headers={"Tus-Resumable": "1.0.0"}, timeout=30)
        answer.raise_for_status()
        return answer.headers["Recording-Id"]


def until_done(sender: Sender, seconds: float = 60) -> None:
    """Go on until all is acknowledged; the server has to run."""
    until = time.monotonic() + seconds
    while not sender.go_on():
        assert time.monotonic() < until, "the upload is stuck"
        time.sleep(0.05)
