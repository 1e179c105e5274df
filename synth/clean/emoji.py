"""Emoji short codes (``:thumbsup:``) as the characters they stand for."""

from __future__ import annotations

import re
import unicodedata

_CODE = re.compile(r"(?<![\w:]):([a-z0-9_+-]{2,40}):(?![\w:])")
_COMMON = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "smile": "😄", "smiley": "😃",
    "grin": "😁", "grinning": "😀", "laughing": "😆", "joy": "😂", "rofl": "🤣", "wink": "😉",
    "slight_smile": "🙂", "slightly_smiling_face": "🙂", "blush": "😊", "heart_eyes": "😍",
    "thinking": "🤔", "thinking_face": "🤔", "neutral_face": "😐", "confused": "😕", "cry": "😢",
    "sob": "😭", "angry": "😠", "rage": "😡", "frowning": "🙁", "slight_frown": "🙁", "tada": "🎉",
    "heart": "❤️", "fire": "🔥", "rocket": "🚀", "eyes": "👀", "clap": "👏", "pray": "🙏",
    "wave": "👋",
    "raised_hands": "🙌", "ok_hand": "👌", "muscle": "💪", "100": "💯", "warning": "⚠️",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "bulb": "💡", "question": "❓",
    "exclamation": "❗", "point_right": "👉", "point_up": "☝️", "sweat_smile": "😅",
    "sunglasses": "😎",
    "shrug": "🤷", "facepalm": "🤦", "upside_down_face": "🙃", "star": "⭐", "sparkles": "✨",
}  # fmt: skip


def emoji_for(code: str) -> str | None:
    """The emoji of a short code, with or without its colons; None for unknown ones."""
    name = code.strip().strip(":")
    if name in _COMMON:
        return _COMMON[name]
    try:
        found = unicodedata.lookup(name.replace("_", " "))
    except (KeyError, ValueError):
        return None
    return found if len(found) == 1 and unicodedata.category(found) == "So" else None


def show_emoji(text: str) -> str:
    """Text with the known short codes replaced; times (``10:30:15``) and unknown codes stay."""
    if text.count(":") < 2:
        return text
    return _CODE.sub(lambda found: emoji_for(found.group(1)) or found.group(), text)
