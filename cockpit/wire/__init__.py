"""The only package that opens sockets to venues, and what it records and replays.

`tape` is the recording, `pump` what live and replay share, `driver` the live half, `replay` the
other. Nothing here knows any venue by name.
"""
