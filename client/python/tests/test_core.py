"""What needs no connection: values, requests, lines, replies, refusals, the backoff."""

from __future__ import annotations

import decimal
import fractions
import json
import math
import pickle
import random
import unittest
from concurrent.futures import Future
from typing import Any, List

import aetherd
import generate
from aetherd.core import requests, values
from aetherd.core.backoff import Backoff
from aetherd.core.errors import refusal
from aetherd.core.options import Options
from aetherd.core.refusals import BY_CODE
from aetherd.core.session import Session
from aetherd.core.state import State

from .server import STATE


class Dtype:
    def __init__(self, kind: str) -> None:
        self.kind = kind


class Scalar:
    """Looks like a scalar or an array of numpy."""

    def __init__(self, value: float, kind: str = "f", ndim: int = 0) -> None:
        self.value, self.dtype, self.ndim = value, Dtype(kind), ndim

    def __float__(self) -> float:
        return float(self.value)


class Values(unittest.TestCase):
    def test_numbers(self) -> None:
        good: List[Any] = [1, 1.0, fractions.Fraction(2, 2), decimal.Decimal("1.0"), Scalar(1), Scalar(1, "i")]
        for value in good:
            self.assertEqual(values.number("x", value), 1.0)

    def test_no_numbers(self) -> None:
        wrong = {
            "None": None,
            "is text, '1.5': convert it, x=float": "1.5",
            "is text, b'1'": b"1",
            "is a bool": True,
            "is nan: check the computation": math.nan,
            "is inf": math.inf,
            "is -inf": Scalar(-math.inf),
            "is no 64-bit float": 10**400,
            "is a complex": 1j,
            "is an array": Scalar(1, ndim=1),
            "is a Scalar": Scalar(1, "b"),
            "is a list": [1],
            "is nan": decimal.Decimal("nan"),
            "is no 64-bit": decimal.Decimal("snan"),
        }
        for says, value in wrong.items():
            with self.subTest(says), self.assertRaisesRegex(ValueError, f"^x is.*{says}|^x {says}"):
                values.number("x", value)

    def test_numpy(self) -> None:
        try:
            import numpy
        except ImportError:
            self.skipTest("numpy is not installed")
        for scalar in (numpy.float32(1), numpy.float64(1), numpy.int16(1), numpy.array(1.0)):
            self.assertEqual(values.number("x", scalar), 1.0)
        for wrong in (numpy.array([1.0]), numpy.float32("nan"), numpy.bool_(True), numpy.complex64(1), numpy.str_("1")):
            with self.subTest(wrong), self.assertRaises(ValueError):
                values.number("x", wrong)
        self.assertEqual(values.whole("stop_id", numpy.int64(3), 9), 3)

    def test_ranges(self) -> None:
        wrong = [
            lambda: requests.move(0, 0, 0, 0, None, False),
            lambda: requests.move(0, 0, 0, -1, None, False),
            lambda: requests.move(0, 0, 0, None, 0, False),
            lambda: requests.move(0, 0, 0, None, values.DAY_MS + 1, False),
            lambda: requests.grip(-0.1, None, False),
            lambda: requests.grip("Open", None, False),
            lambda: requests.reset(0, False),
            lambda: requests.reset(2**64, False),
            lambda: requests.reset(True, False),
            lambda: requests.subscribe(0.009),
            lambda: requests.hello("", None),
            lambda: requests.hello("ä" * 33, None),
            lambda: requests.hello("a\nb", None),
            lambda: requests.hello("\ud800", None),
            lambda: requests.hello(None, 0.5),
            lambda: aetherd.Client("127.0.0.1:5000"),
            lambda: aetherd.Client(""),
            lambda: aetherd.Client(port=0),
            lambda: aetherd.Client(port=65535),
            lambda: aetherd.Client(stop_port=65536),
            lambda: aetherd.Client(timeout=0),
            lambda: aetherd.Client(backoff=(2, 1)),
        ]
        for number, call in enumerate(wrong):
            with self.subTest(number), self.assertRaises(ValueError):
                call()

    def test_lines(self) -> None:
        cases = {
            '{"type":"command","id":7,"x":120.0,"y":35.5,"z":210.0,"gripper":"open","notify":true}': requests.command(
                120, 35.5, 210.0, "open", None, False
            ),
            '{"type":"move","id":7,"x":0.0,"y":0.0,"z":0.0,"speed":80.0,"ttl_ms":50.0,"check":true}': requests.move(
                0, 0, 0, 80, 50, True
            ),
            '{"type":"grip","id":7,"gripper":"closed","notify":true}': requests.grip("close", None, False),
            '{"type":"reset","id":7,"stop_id":3}': requests.reset(3, False),
            '{"type":"hello","id":7,"version":1,"name":"\\u00e4","deadman_ms":150.0}': requests.hello("ä", 150),
        }
        for line, request in cases.items():
            self.assertEqual(request.encode(7).decode(), line + "\n")

    def test_stop_port_is_the_next_one(self) -> None:
        def stop(port: Any) -> Any:
            return Options("h", 7000, port, None, None, 3, True, (0.1, 5)).stop

        self.assertEqual((stop(None), stop(9)), (("h", 7001), ("h", 9)))


class Replies(unittest.TestCase):
    def test_any_chunks(self) -> None:
        """However the stream is cut, every request gets its own reply."""
        for seed in range(50):
            chance = random.Random(seed)
            states: List[State] = []
            session = Session(states.append)
            slots = [Future() for _ in range(5)]  # type: List[Future[Any]]
            ends = [Future() for _ in range(5)]  # type: List[Future[Any]]
            for slot, end in zip(slots, ends):
                session.ask(requests.grip("open", None, False), slot, end)
            lines = []
            for n in range(1, 6):
                lines.append({"status": "ok", "message": str(n), "id": n})
                lines.append({"event": "state", **STATE, "holder": f"é{n}"})
                lines.append({"event": "control", "holder": None})
                lines.append({"event": "stopped", "id": n, "cause": "station"})
            stream = "".join(json.dumps(m, ensure_ascii=False) + "\n" for m in lines).encode()
            while stream:
                size = chance.randint(1, 60)
                session.feed(stream[:size])
                stream = stream[size:]
            self.assertEqual([s.result(0)["message"] for s in slots], ["1", "2", "3", "4", "5"])
            self.assertEqual([str(e.result(0)) for e in ends], ["stopped (station)"] * 5)
            self.assertEqual([s.holder for s in states], ["é1", "é2", "é3", "é4", "é5"])

    def test_motion_that_nobody_waits_for_is_forgotten(self) -> None:
        session = Session(lambda _: None)
        for n in range(1, 1000):
            session.ask(requests.grip("open", None, False), Future(), Future())
            session.feed(b'{"status":"ok","id":%d}\n' % n)
        self.assertEqual(len(session._ends), 0)

    def test_members_of_a_newer_daemon_are_left_alone(self) -> None:
        State.decode({**STATE, "mood": "fine"})

    def test_joints(self) -> None:
        state = State.decode({**STATE, "joints": {"wrist": -0.5, "base": 1}})
        self.assertEqual(list((state.joints or {}).items()), [("wrist", -0.5), ("base", 1.0)])
        self.assertEqual({state: "a key"}[State.decode({**STATE, "joints": {"wrist": -0.5, "base": 1}})], "a key")
        for none in (STATE, {**STATE, "joints": None}):
            self.assertIsNone(State.decode(none).joints)
        for wrong in ([], 1, {"base": "1"}, {"base": None}, {"base": True}, {"base": 10**400}, {"base": math.nan}):
            with self.subTest(wrong), self.assertRaises(aetherd.ProtocolError):
                State.decode({**STATE, "joints": wrong})

    def test_states_that_are_wrong(self) -> None:
        for member in ("state", "you", "arm"):
            broken = {k: v for k, v in STATE.items() if k != member}
            with self.subTest(member), self.assertRaises(aetherd.ProtocolError):
                State.decode(broken)
        for wrong in ({"position": {"x": 1, "y": 2}}, {"position": {"x": 10**400, "y": 0, "z": 0}}, {"gripper": True}):
            with self.subTest(wrong), self.assertRaises(aetherd.ProtocolError):
                State.decode({**STATE, **wrong})


class Refusals(unittest.TestCase):
    def test_table_is_that_of_the_document(self) -> None:
        document = generate.PROTOCOL.read_text(encoding="utf-8")
        codes = [code for code, _, _ in generate.rows(document)]
        self.assertGreater(len(codes), 30)
        self.assertEqual(sorted(BY_CODE), sorted(codes))
        self.assertEqual(
            generate.REFUSALS.read_text(encoding="utf-8"), generate.module(document), "run python3 generate.py"
        )

    def test_every_code_is_raised_and_exported(self) -> None:
        for code, kind in BY_CODE.items():
            error = refusal("move", {"status": "error", "message": "Command refused", "code": code})
            self.assertIs(type(error), kind)
            self.assertIs(getattr(aetherd, kind.__name__), kind)
            self.assertIn(kind.__name__, aetherd.__all__)
            self.assertNotIn("`", str(error))

    def test_words(self) -> None:
        cases = {
            "take refused (higher_role_needed): take needs a higher role than that of laptop. Ask the holder to "
            "release control.": {"code": "higher_role_needed", "holder": "laptop"},
            "take refused (not_in_control): nobody has control. Wait until it releases control, or take it with a "
            "higher role.": {"code": "not_in_control", "holder": None},
            "take refused (new): Why": {"code": "new"},
        }
        for words, reply in cases.items():
            self.assertEqual(str(refusal("take", {"message": "Why", **reply})), words)

    def test_members(self) -> None:
        e = refusal("move", {"code": "rate_limited", "retry_after_ms": 5, "stop_id": 2, "field": "x", "holder": "h"})
        self.assertEqual((e.retry_after, e.stop_id, e.field, e.holder), (0.005, 2, "x", "h"))

    def test_errors_of_the_connection_are_no_refusals(self) -> None:
        for kind in (aetherd.NotConnected, aetherd.ConnectionLost, aetherd.ProtocolError, aetherd.TimedOut):
            self.assertTrue(issubclass(kind, aetherd.AetherdError) and issubclass(kind, OSError))
            self.assertFalse(issubclass(kind, aetherd.Refused))
        self.assertFalse(issubclass(aetherd.Refused, OSError))

    def test_errors_go_through_pickle(self) -> None:
        e = pickle.loads(pickle.dumps(refusal("move", {"code": "not_in_control", "holder": "h"})))
        self.assertEqual((type(e), e.holder), (aetherd.NotInControl, "h"))


class Waits(unittest.TestCase):
    def test_backoff_doubles_within_its_bounds(self) -> None:
        backoff = Backoff(0.1, 1)
        for most in (0.1, 0.2, 0.4, 0.8, 1, 1):
            wait = backoff.next()
            self.assertTrue(most / 2 <= wait <= most, (wait, most))


if __name__ == "__main__":
    unittest.main()
