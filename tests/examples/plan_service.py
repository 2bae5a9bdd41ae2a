"""A service: POST /plan with a build context (.tar, .tar.gz, .zip) answers with the plan as JSON.

A plain ASGI application, which any server runs (`uvicorn plan_service:app`), and a FastAPI application mounts. What is
of interest is in `plan_of` and `status_of`: the rest is HTTP.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import depnorm

MAX_BODY_BYTES = 16 * 2**20
MAX_AT_ONCE = 4
"""Plans at a time: each takes one core, and the bytes of one context on disk."""
MAX_WAITING = 64
"""Requests beside them; whoever comes later is asked to come again."""
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Refused(Exception):  # noqa: N818  not an error of this program
    """An answer other than a plan."""

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.status, self.document = status, {"error": message, "hint": hint}


def plan_of(context: IO[bytes]) -> str:
    """The plan of a build context, as JSON that `depnorm schema plan` describes. It runs in a thread of its own."""
    with depnorm.open_repository(context) as repository:
        return depnorm.plan_json(depnorm.plan(repository.path))


def status_of(error: depnorm.DepnormError) -> int:
    """400 for a context that cannot be read, 422 for one that can, and asks for what there is none of."""
    return 400 if isinstance(error, depnorm.UnusableInputError) else 422


class PlanService:
    """The application. It keeps nothing of a request after its answer."""

    def __init__(self) -> None:
        self._at_once = asyncio.Semaphore(MAX_AT_ONCE)
        self._present = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        try:
            status, text = 200, await self._answer(scope, receive)
        except Refused as refused:
            status, text = refused.status, json.dumps(refused.document)
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    async def _answer(self, scope: Message, receive: Receive) -> str:
        if scope["path"] == "/plan/schema" and scope["method"] == "GET":
            return json.dumps(depnorm.json_schema("plan"))
        if scope["path"] != "/plan":
            raise Refused(404, "there is nothing here", "POST a build context to /plan.")
        if scope["method"] != "POST":
            raise Refused(405, "a plan is made of what is posted", "POST a build context to /plan.")
        if self._present >= MAX_AT_ONCE + MAX_WAITING:
            raise Refused(503, "too many ask at the moment", "Try again in a minute.")
        self._present += 1
        try:
            with SpooledTemporaryFile(max_size=2**20) as context:
                await _read_body(receive, context)
                async with self._at_once:
                    return await asyncio.to_thread(plan_of, context)
        except depnorm.DepnormError as error:
            raise Refused(status_of(error), str(error), error.hint) from error
        finally:
            self._present -= 1


async def _read_body(receive: Receive, context: IO[bytes]) -> None:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the client went away")
        context.write(message.get("body", b""))
        if context.tell() > MAX_BODY_BYTES:
            raise Refused(413, f"a context has {MAX_BODY_BYTES // 2**20} MiB at most", "Leave data out of it.")
        more = message.get("more_body", False)
    context.seek(0)


app = PlanService()
