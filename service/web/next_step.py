"""What a worker does next with a session, and which pages of it are possible by now. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from service.database.words import SessionState
from service.sessions.overview import Overview

AT_WORK = (SessionState.WAITING, SessionState.PROCESSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page of the session by the end of its address, what its link says, and how it stands in a word or two."""

    page: str
    words: str
    standing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The next one, if there is one for the worker, why, and all of them in their order."""

    next: Step | None
    because: str
    every: tuple[Step, ...]


def steps_of(seen: Overview) -> Steps:
    """For a session of one's own."""
    following, because = _next(seen)
    return Steps(next=following, because=because, every=() if seen.over else _every(seen))


def _next(seen: Overview) -> tuple[Step | None, str]:
    state = seen.facts.state
    if seen.over:
        return None, ""
    if seen.missing():
        permissions = Step(page="permissions", words="Record permissions")
        return permissions, "Nothing starts until everybody has said yes to reflection."
    if state in AT_WORK:
        return Step(page="progress", words="See how far it is"), "The recording is being written down and marked."
    if state is SessionState.FAILED:
        return Step(page="progress", words="See what went wrong"), "The work on the recording stopped."
    if state is not SessionState.READY:
        return Step(page="recording", words="Add the recording"), "Everybody has agreed. The recording is missing."
    return _after_work(seen)


def _after_work(seen: Overview) -> tuple[Step | None, str]:
    if seen.released:
        return Step(page="feedback", words="Read your feedback"), "Your coach has released feedback to you."
    if seen.facts.shared_ms is not None:
        return None, "Your coach has this session now. You will find their feedback here."
    if not seen.voices_settled:
        return Step(page="voices", words="Say who is who"), "The transcript is there. First say whose voice is whose."
    if not seen.reflected:
        return Step(page="reflection", words="Begin your reflection"), "Rate yourself first, then see what was marked."
    return Step(page="sharing", words="Share with my coach"), "You can share it with your coach when you want to."


def _every(seen: Overview) -> tuple[Step, ...]:
    ready, missing = seen.facts.state is SessionState.READY, bool(seen.missing())
    permissions = "Missing" if missing else "Everybody has agreed"
    recording = "There" if seen.recorded else "Missing"
    steps = [Step(page="permissions", words="Permissions", standing=permissions)]
    if missing and not seen.recorded:
        return tuple(steps)
    steps.append(Step(page="recording", words="Recording", standing=recording))
    if seen.recorded:
        steps.append(Step(page="progress", words="Progress", standing="Done" if ready else ""))
    if ready and not missing:
        steps += [
            Step(page="voices", words="Who is who", standing="Done" if seen.voices_settled else "Not done yet"),
            Step(page="check", words="Please check"),
            Step(page="reflection", words="My reflection", standing="Begun" if seen.reflected else "Not begun"),
            Step(
                page="sharing", words="Sharing with my coach", standing="Shared" if seen.facts.shared_ms else "Private"
            ),
        ]
    if seen.released:
        steps.append(Step(page="feedback", words="Feedback", standing="Released"))
    return tuple(steps)


def _shared(seen: Overview) -> str:
    return "Private" if seen.facts.shared_ms is None else "Shared"
