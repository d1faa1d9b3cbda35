"""What the steps in a clean Debian are read from: the page for one machine, and the file of the web image."""

from __future__ import annotations

from benchmarks.debian.image import FILE, needed, stages_of
from benchmarks.debian.units import PAGE, commands, steps


def test_the_steps_are_the_lines_of_the_page() -> None:
    first = "# A page\n\n## Installing\n\n```\none     # and edit it\ntwo --three\n```\n"
    page = f"{first}\n## The first start\n\n```\nfour\n```\n"
    assert commands(page, "Installing") == ["one", "two --three"]
    assert [line for _, line in steps(page)][-1] == "four"


def test_the_page_has_commands_to_install_and_to_start() -> None:
    page = PAGE.read_text("utf-8")
    assert any("requirements/worker.lock" in line for line in commands(page, "Installing"))
    assert any("practice-admin upgrade" in line for line in commands(page, "The first start"))


def test_every_instruction_of_the_web_image_is_one_that_is_run() -> None:
    """An instruction that is not read would be left out without a word."""
    known = {"RUN", "COPY", "ENV", "WORKDIR", "USER", "ENTRYPOINT", "CMD", "HEALTHCHECK", "ARG", "VOLUME", "EXPOSE"}
    assert {word for _, _, instructions in stages_of(FILE.read_text("utf-8")) for word, _ in instructions} <= known


def test_a_target_takes_the_stages_that_it_is_made_of() -> None:
    text = FILE.read_text("utf-8")
    assert needed(text, "web") == {"web", "base", "build", "web-packages"}
    assert needed(text, "worker") == {"worker", "base", "build", "worker-packages"}
