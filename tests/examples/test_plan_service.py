"""The example of a service: over real HTTP and from many clients at once."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import plan_service
import pytest
from test_image_builder import context_of

import depnorm

SAMPLES = Path(__file__).parents[2] / "corpus"
Answer = tuple[int, Any]


class AsgiHandler(BaseHTTPRequestHandler):
    """As much of an ASGI server as one application needs; the loop is in a thread beside the server's."""

    loop: asyncio.AbstractEventLoop
    app: plan_service.PlanService

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        pieces = [body[start : start + 65_536] for start in range(0, len(body), 65_536)] or [b""]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": self.command, "path": self.path}
        asyncio.run_coroutine_threadsafe(type(self).app(scope, receive, send), self.loop).result(60)
        self.send_response(sent[0]["status"])
        for name, value in sent[0]["headers"]:
            self.send_header(name.decode(), value.decode())
        self.end_headers()
        self.wfile.write(sent[1]["body"])

    do_POST = do_PUT = do_GET  # noqa: N815  as above

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    loop = asyncio.new_event_loop()
    AsgiHandler.loop, AsgiHandler.app = loop, plan_service.PlanService()
    server = ThreadingHTTPServer(("127.0.0.1", 0), AsgiHandler)
    threads = [threading.Thread(target=each, daemon=True) for each in (loop.run_forever, server.serve_forever)]
    for each in threads:
        each.start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    server.server_close()
    loop.call_soon_threadsafe(loop.stop)
    for each in threads:
        each.join()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def ask(address: tuple[str, int], method: str, path: str, body: bytes = b"") -> Answer:
    connection = http.client.HTTPConnection(*address, timeout=60)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        assert answer.headers["content-type"] == "application/json"
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def sample(name: str) -> bytes:
    return context_of(SAMPLES / name / "repo").getvalue()


def test_a_plan_comes_back(address: tuple[str, int]) -> None:
    """The document is that of the library, valid by the schema that the service gives as well."""
    status, document = ask(address, "POST", "/plan", sample("notebooks-and-package"))
    assert status == 200
    assert document == json.loads(depnorm.plan_json(depnorm.plan(SAMPLES / "notebooks-and-package" / "repo")))
    _, schema = ask(address, "GET", "/plan/schema")
    jsonschema.Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "word"),
    [
        ("POST", "/plan", b"no archive at all", 400, "archive"),
        ("POST", "/plan", b"", 400, "archive"),
        ("POST", "/plan", sample("plain-scipy")[:40], 400, "archive"),
        ("POST", "/nothing", b"", 404, "nothing"),
        ("GET", "/plan", b"", 405, "posted"),
        ("POST", "/plan", b"x" * (plan_service.MAX_BODY_BYTES + 1), 413, "MiB"),
    ],
    ids=["text", "nothing", "cut off", "another path", "another method", "too large"],
)
def test_what_is_refused(address: tuple[str, int], method: str, path: str, body: bytes, status: int, word: str) -> None:
    """A 4xx with a sentence, and a hint where there is something to do; no traceback."""
    answer = ask(address, method, path, body)
    assert answer[0] == status
    assert answer[1].keys() == {"error", "hint"}
    assert word in answer[1]["error"]
    assert "Traceback" not in json.dumps(answer)


def test_no_credential_comes_back(address: tuple[str, int]) -> None:
    """The answer is what anybody may see."""
    files = {"requirements.txt": "--index-url https://me:hunter2@example.org/simple\nnumpy\n"}
    status, document = ask(address, "POST", "/plan", context_of(files).getvalue())
    assert status == 200
    assert "hunter2" not in json.dumps(document)


def test_many_clients_at_once(address: tuple[str, int]) -> None:
    """More clients than plans are made at a time: each gets the plan of its own context."""
    names = [path.parent.name for path in sorted(SAMPLES.glob("*/repo"))][:12] * 2
    answers: list[Answer | None] = [None] * len(names)

    def client(number: int) -> None:
        answers[number] = ask(address, "POST", "/plan", sample(names[number]))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(names))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for name, answer in zip(names, answers, strict=True):
        assert answer is not None
        assert answer[0] == 200, answer
        plan = depnorm.plan(SAMPLES / name / "repo")
        assert answer[1]["stages"] == json.loads(depnorm.plan_json(plan))["stages"]


def test_the_loop_goes_on_while_plans_are_made() -> None:
    """Planning is the work of other threads: beside it, the event loop answers at once, and no queue grows for ever."""
    service = plan_service.PlanService()
    body = sample("notebooks-and-package")
    told: list[str] = []

    async def request(path: str) -> int:
        pieces, sent = [body], []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": pieces.pop(), "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await service({"type": "http", "method": "POST", "path": path}, receive, send)
        told.append(path)
        return int(sent[0]["status"])

    async def crowd() -> list[int]:
        many = plan_service.MAX_AT_ONCE + plan_service.MAX_WAITING + 5
        return await asyncio.gather(*(request("/plan") for _ in range(many)), request("/nothing"))

    statuses = asyncio.run(crowd())
    assert statuses.count(503) == 5
    assert statuses.count(200) == len(statuses) - 6
    assert "/nothing" in told[:7]
