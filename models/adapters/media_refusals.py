"""Why a recording was not read: one error for each reason, whose docstring is the sentence a person reads.

``reason`` is a stable code for programs; `refusal` turns a code into its error.
"""

from __future__ import annotations

from models.errors import EngineError, UnreadableRecordingError

READS = "wav, mp3, m4a, aac, flac, ogg, opus, webm, mp4, wma or amr"


class RefusedRecordingError(UnreadableRecordingError):
    """This file could not be read as a recording. Check that it plays in an ordinary player, then try again."""

    reason = "unreadable"


class EmptyFileError(RefusedRecordingError):
    """This file is empty. Copy the recording from the recorder again."""

    reason = "empty"


class NotAFileError(RefusedRecordingError):
    """This is not a file that can be opened. Give the path of one recording that you may read."""

    reason = "not_a_file"


class TextFileError(RefusedRecordingError):
    """This file holds text, not sound. Choose the recording itself."""

    reason = "text"


class WebPageError(RefusedRecordingError):
    """This file is a web page, not a recording. Download the recording itself; you may need to sign in first."""

    reason = "web_page"


class PlaylistError(RefusedRecordingError):
    """This file is a list of other files or addresses, not a recording. Choose the recording that it points to."""

    reason = "playlist"


class ImageFileError(RefusedRecordingError):
    """This file is a picture, not a recording. Choose the recording itself."""

    reason = "image"


class DocumentFileError(RefusedRecordingError):
    """This file is a document, not a recording. Choose the recording itself."""

    reason = "document"


class ArchiveFileError(RefusedRecordingError):
    """This file is an archive such as a zip. Unpack it and choose the recording inside."""

    reason = "archive"


class ProgramFileError(RefusedRecordingError):
    """This file is a program, not a recording. Choose the recording itself."""

    reason = "program"


class EncryptedFileError(RefusedRecordingError):
    """This file is encrypted or copy-protected. Decrypt it, or export it without protection, then try again."""

    reason = "encrypted"


class NotAudioError(RefusedRecordingError):
    """This file is not a recording of a kind we read, or it is encrypted. Save it as wav, mp3, m4a or flac."""

    reason = "not_audio"


class UnsupportedRecordingError(RefusedRecordingError):
    """This kind of recording is not read here. Convert it to wav, mp3, m4a or flac, then try again."""

    reason = "unsupported"


class NoAudioStreamError(RefusedRecordingError):
    """This file holds no sound track. Choose the file that has the sound."""

    reason = "no_audio_stream"


class TooManyStreamsError(RefusedRecordingError):
    """This file holds too many tracks to be a recording. Export the sound on its own as wav, mp3 or m4a."""

    reason = "too_many_streams"


class TruncatedRecordingError(RefusedRecordingError):
    """This recording is cut off and its index is missing. Copy it again, or open and save it in the recording app."""

    reason = "truncated"


class DamagedRecordingError(RefusedRecordingError):
    """This recording is damaged and too little of it can be read. Copy it from the recorder again."""

    reason = "damaged"


class SilentRecordingError(RefusedRecordingError):
    """This recording is silent. Check that the microphone was switched on and that this is the right file."""

    reason = "silent"


class TooShortError(RefusedRecordingError):
    """This recording is shorter than half a second. Check that this is the right file."""

    reason = "too_short"


class TooLongError(RefusedRecordingError):
    """This recording is longer than the limit. Split it into shorter files, then try again."""

    reason = "too_long"


class TooBigError(RefusedRecordingError):
    """This file is larger than the limit. Save it as mp3, m4a or flac, or split it, then try again."""

    reason = "too_big"


class TooSlowError(RefusedRecordingError):
    """Reading this recording took far too long, so it was stopped. Convert it to wav or flac, then try again."""

    reason = "too_slow"


class TooMuchMemoryError(RefusedRecordingError):
    """Reading this recording took far too much memory, so it was stopped. Convert it to wav or flac and try again."""

    reason = "too_much_memory"


class ReaderStoppedError(RefusedRecordingError):
    """The reader stopped while reading this file, which is probably damaged. Convert it to wav, then try again."""

    reason = "reader_stopped"


class ChangedFileError(RefusedRecordingError):
    """This file changed while it was being read. Wait until it has been copied completely, then try again."""

    reason = "changed"


class NoRoomError(EngineError):
    """There is not enough room on the disk for the decoded sound (about 120 MB an hour). Free some and try again."""


_ERRORS: list[type[RefusedRecordingError]] = [RefusedRecordingError, *RefusedRecordingError.__subclasses__()]
_BY_REASON = {error.reason: error for error in _ERRORS}

REASONS = frozenset(_BY_REASON)
"""Every reason code there is."""


def refusal(reason: str) -> RefusedRecordingError:
    """The error of a reason code; the plain one where the code is not known."""
    return _BY_REASON.get(reason, RefusedRecordingError)()
