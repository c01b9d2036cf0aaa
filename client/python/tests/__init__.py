"""Tests of aetherd, against the real daemon and against a server that follows a script."""
