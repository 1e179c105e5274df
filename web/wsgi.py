"""The viewer for any WSGI server: ``gunicorn web.wsgi:app``.

It is configured by ``synth.toml`` in the working folder, the file that ``SYNTH_CONFIG`` names, and
the environment (``web/serving/configuration.py``).
"""

from __future__ import annotations

from web.serving.configuration import surrounding_configuration
from web.serving.configured import configured_app

app = configured_app(surrounding_configuration())
