"""Jobs: imports and builds of a discussion file, which processes of their own carry out.

Pages ask ``control``; the ``worker`` begins a ``process`` for each job, which does the ``work`` and
sends a ``report`` several times a second; ``endings`` write down how it came out.
``visible`` says which of them a reader may see.
"""
