"""What all shapes share: times, and lists a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from web.ui.query import Paging, page_address

Json = dict[str, object]
Item = TypeVar("Item")


def time_of(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def list_json(items: Iterable[Item], shape: Callable[[Item], Json], paging: Paging) -> Json:
    """A page of a list, with its place in the whole (``schemas.page_of``)."""
    return {
        "items": [shape(item) for item in items],
        "page": paging.page,
        "per_page": paging.size,
        "n_pages": paging.n_pages,
        "total": paging.total,
        "next": page_address(paging.page + 1) if paging.page < paging.n_pages else None,
        "previous": page_address(paging.page - 1) if paging.page > 1 else None,
    }
