"""Somebody at a page with mouse and keyboard, or a keyboard alone: every press, click and character is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MOST_TABS = 150
COUNT = """
(() => {
    const add = (name) => localStorage.setItem(name, Number(localStorage.getItem(name) ?? 0) + 1);
    addEventListener("keydown", (event) => { if (event.isTrusted) add("counted-keys"); }, true);
    addEventListener("pointerdown", (event) => { if (event.isTrusted) add("counted-clicks"); }, true);
})();
"""
"""The browser's own count, in the page's storage: what the counts here have to agree with."""
FOCUSED = "(one) => document.activeElement === one"
COUNTED = "['counted-keys', 'counted-clicks'].map((name) => Number(localStorage.getItem(name) ?? 0))"


@dataclass(kw_only=True)
class Counts:
    """Presses of keys, clicks and typed characters by stage. A key with Ctrl or Shift is one press; ``held`` counts
    the keys that were held with another one apart."""

    stages: dict[str, list[int]] = field(default_factory=dict)
    held: int = 0
    now: str = ""

    def stage(self, name: str) -> None:
        """What is counted from here on belongs to this stage."""
        self.now = name
        self.stages.setdefault(name, [0, 0, 0])

    def add(self, place: int, more: int = 1) -> None:
        self.stages[self.now][place] += more

    @property
    def presses(self) -> int:
        """Presses of keys and clicks, without characters of text."""
        return sum(self.keys_and_clicks)

    @property
    def keys_and_clicks(self) -> tuple[int, int]:
        """The two apart."""
        return sum(one[0] for one in self.stages.values()), sum(one[1] for one in self.stages.values())

    @property
    def characters(self) -> int:
        """Characters of text."""
        return sum(characters for _, _, characters in self.stages.values())

    def table(self) -> str:
        """Each stage and all of them, a line each."""
        lines = [f"{'':24}{'keys':>6}{'clicks':>8}{'characters':>12}"]
        lines += [f"{name:24}{one[0]:>6}{one[1]:>8}{one[2]:>12}" for name, one in self.stages.items()]
        whole = [sum(one[place] for one in self.stages.values()) for place in range(3)]
        lines.append(f"{'all':24}{whole[0]:>6}{whole[1]:>8}{whole[2]:>12}")
        lines.append(f"{self.presses} presses and clicks, {self.characters} characters; Ctrl held {self.held} times")
        return "\n".join(lines)


@dataclass(kw_only=True)
class Hands:
    """One person at one window. ``mouse``: whether they use one."""

    page: Any
    counts: Counts
    mouse: bool = True

    def press(self, key: str) -> None:
        """A key, or one held with others like ``Control+Enter``."""
        self.counts.add(0)
        self.counts.held += key.count("+")
        self.page.keyboard.press(key)

    def use(self, target: Any) -> None:
        """A button or a link: clicked, or reached by Tab and pressed."""
        if self.mouse:
            self.counts.add(1)
            target.click()
            return
        self.reach(target)
        self.press("Enter")

    def lead(self, target: Any) -> None:
        """A button or a link that leads to another page, and the page is there."""
        with self.page.expect_navigation():
            self.use(target)

    def tick(self, target: Any) -> None:
        """A box, by its label."""
        if self.mouse:
            self.counts.add(1)
            self.page.locator(f"label[for='{target.get_attribute('id')}']").click()
        else:
            self.reach(target)
            self.press("Space")
        assert target.is_checked()

    def write(self, target: Any, text: str) -> None:
        """Go into a field and write."""
        if self.mouse:
            self.counts.add(1)
            target.click()
        else:
            self.reach(target)
        self.type(text)

    def type(self, text: str) -> None:
        """Write where one is."""
        self.counts.add(2, len(text))
        self.page.keyboard.type(text)

    def reach(self, target: Any) -> None:
        """Tab until there."""
        target.wait_for()
        for _ in range(MOST_TABS):
            if target.evaluate(FOCUSED):
                return
            self.press("Tab")
        raise AssertionError(f"{MOST_TABS} presses of Tab do not lead to {target}")

    def agreed(self) -> tuple[int, int]:
        """Keys and clicks as the browser counted them in this window."""
        keys, clicks = self.page.evaluate(COUNTED)
        return keys, clicks
