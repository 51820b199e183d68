"""The API for programs, driven by real clients: gradio_client, plain HTTP, and MCP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from rag.serving.guards import BUSY
from tests.loops import run_in_own_loop
from tests.serving import BRIDGE, HARBOUR, Page, running_page, visitor

if TYPE_CHECKING:
    import gradio as gr

QUESTION = "When was the old bridge closed?"


def connect(page: Page) -> Any:
    """Gradio's own client, which has no types."""
    from gradio_client import Client  # type: ignore[import-untyped]

    return Client(page.address, verbose=False, download_files=False, analytics_enabled=False)


@pytest.fixture(scope="module")
def client(page: Page) -> Any:
    return connect(page)


def call(page: Page, name: str, *data: object) -> tuple[str, Any]:
    """The name and the data of the event that a call ends with, as curl would see them."""
    with httpx.Client(base_url=page.address, trust_env=False, timeout=60) as http:
        event = http.post(f"/gradio_api/call/{name}", json={"data": data}).raise_for_status().json()["event_id"]
        lines = http.get(f"/gradio_api/call/{name}/{event}").text.strip().splitlines()
    return lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))


# ---- ask and search ------------------------------------------------------------------------------------------------


def test_ask_gives_the_answer_with_quotes_that_stand_at_their_offsets(client: Any) -> None:
    answer = client.predict(QUESTION, api_name="/ask")
    assert "May" in answer["text"]
    assert answer["verdict"] in ("strong", "partial")
    for citation in answer["citations"]:
        assert BRIDGE[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["document"]["source"] == "text-1.txt"
    assert "/tmp" not in json.dumps(answer)


def test_ask_keeps_to_the_named_documents(client: Any, page: Page) -> None:
    (document,) = {one["document"]["id"] for one in client.predict(QUESTION, api_name="/ask")["citations"]}
    assert client.predict(QUESTION, [document], api_name="/ask")["citations"]
    event, told = call(page, "ask", QUESTION, ["no-such-document"])
    assert event == "error"
    assert "no-such-document" in json.dumps(told)


def test_search_gives_ranked_passages(client: Any) -> None:
    hits = client.predict("rust in the cables", 3, api_name="/search")
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert hits[0]["text"] == BRIDGE[hits[0]["start"] : hits[0]["end"]]


def test_plain_http_gets_the_same_answer(client: Any, page: Page) -> None:
    event, (answer,) = call(page, "ask", QUESTION, None)
    assert event == "complete"
    assert answer == client.predict(QUESTION, api_name="/ask")
    assert call(page, "search", "rust", 1)[1][0][0]["rank"] == 1


def test_plain_http_may_name_what_it_gives_and_leave_out_the_rest(page: Page) -> None:
    with httpx.Client(base_url=page.address, trust_env=False, timeout=60) as http:
        event = http.post("/gradio_api/call/v2/ask", json={"question": QUESTION}).raise_for_status().json()["event_id"]
        told = http.get(f"/gradio_api/call/v2/ask/{event}").text
    assert "event: complete" in told
    assert "closed in May" in told


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("ask", ["  ", None], "Please type a question"),
        ("ask", ["why " * 1000, None], "2,000"),
        ("ask", [{"path": "/etc/passwd"}, None], "not text"),
        ("ask", [QUESTION, "all"], "list"),
        ("ask", [QUESTION, [1]], "No document"),
        ("search", [QUESTION, 0], "1 to 50"),
        ("search", [QUESTION, "many"], "1 to 50"),
    ],
)
def test_a_wrong_call_gets_one_clear_line(page: Page, name: str, data: list[object], told: str) -> None:
    event, body = call(page, name, *data)
    assert event == "error"
    assert told in str(body)
    assert "Traceback" not in str(body)


def test_only_ask_and_search_are_offered_and_both_say_what_they_take(page: Page) -> None:
    offered = httpx.get(f"{page.address}/gradio_api/info", trust_env=False).json()
    assert set(offered["named_endpoints"]) == {"/ask", "/search"}
    assert offered["unnamed_endpoints"] == {}
    ask = offered["named_endpoints"]["/ask"]["parameters"]
    assert [(one["parameter_name"], one["parameter_has_default"]) for one in ask] == [
        ("question", False),
        ("documents", True),
    ]
    (answer,) = offered["named_endpoints"]["/ask"]["returns"]
    assert {"text", "verdict", "citations"} <= answer["type"]["properties"].keys()


def test_a_visitors_own_document_is_in_no_answer_of_the_api(page: Page, client: Any) -> None:
    with visitor(page) as anna:
        added = anna.post("/page/documents/text", json={"text": HARBOUR, "title": "Harbour"})
        assert added.status_code == 200, added.text
        own = next(one for one in anna.get("/page/documents").json() if one["own"])
        try:
            asked = "When was the harbour of Heysham opened?"
            assert "1904" not in json.dumps(client.predict(asked, api_name="/ask"))
            assert "1904" not in json.dumps(client.predict(asked, 50, api_name="/search"))
            event, told = call(page, "ask", asked, [own["id"]])
            unknown = call(page, "ask", asked, ["0" * len(own["id"])])
            assert (event, unknown[0]) == ("error", "error")
            assert str(told).replace(own["id"], "") == str(unknown[1]).replace("0" * len(own["id"]), "")
        finally:
            assert anna.delete(f"/page/documents/{own['id']}").is_success


# ---- many at once --------------------------------------------------------------------------------------------------


def test_twenty_people_who_ask_at_once_are_all_served_and_told_their_place(page: Page, client: Any) -> None:
    jobs = [client.submit(f"{QUESTION} {'Really? ' * number}", api_name="/ask") for number in range(20)]
    places: set[int] = set()
    pause = threading.Event()
    while not all(job.done() for job in jobs):
        places |= {status.rank for job in jobs if (status := job.status()).rank is not None}
        pause.wait(0.02)
    assert all("citations" in job.result() for job in jobs)
    assert len(places) > 3, "nobody was told their place in the queue"


def narrow_page(opening: Any, _: object) -> gr.Blocks:
    """The endpoints alone, with room for few."""
    import gradio as gr

    from rag.serving.endpoints import add_endpoints

    blocks: gr.Blocks
    with gr.Blocks(analytics_enabled=False) as blocks:
        add_endpoints(opening)
    blocks.queue(max_size=2)
    return blocks


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Page]:
    with running_page(tmp_path, BRIDGE, build=narrow_page) as page:
        yield page


def test_past_the_bound_the_page_says_that_it_is_busy_and_serves_the_others(narrow: Page) -> None:
    with httpx.Client(base_url=narrow.address, trust_env=False, timeout=120) as http:

        def ask(_: int) -> httpx.Response:
            return http.post("/gradio_api/call/ask", json={"data": [QUESTION, None]})

        with ThreadPoolExecutor(40) as people:
            replies = list(people.map(ask, range(40)))
        refused = [reply for reply in replies if reply.status_code == 503]
        served = [reply for reply in replies if reply.status_code == 200]
        assert refused
        assert served
        assert len(refused) + len(served) == len(replies)
        assert {reply.json()["message"] for reply in refused} == {BUSY}
        for reply in served:
            assert "citations" in http.get(f"/gradio_api/call/ask/{reply.json()['event_id']}").text


# ---- MCP -----------------------------------------------------------------------------------------------------------


def mcp_session(page: Page, use: Any) -> Any:
    """What `use` returns for an open MCP session."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> Any:
        async with (
            streamable_http_client(f"{page.address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await use(session)

    return run_in_own_loop(run())


def test_agents_find_two_tools_that_say_what_they_do(page: Page) -> None:
    pytest.importorskip("mcp")
    tools = mcp_session(page, lambda session: session.list_tools()).tools
    assert {tool.name for tool in tools} == {"ask", "search"}
    ask = next(tool for tool in tools if tool.name == "ask")
    assert "verbatim citations" in ask.description
    assert ask.inputSchema["properties"]["question"]["type"] == "string"
    assert ask.inputSchema["properties"].keys() == {"question", "documents"}


def test_an_agent_gets_the_cited_answer_and_the_passages(page: Page) -> None:
    pytest.importorskip("mcp")
    asked = mcp_session(page, lambda session: session.call_tool("ask", {"question": QUESTION}))
    assert not asked.isError
    assert "closed in May" in asked.content[0].text
    found = mcp_session(page, lambda session: session.call_tool("search", {"question": "rust", "k": 1}))
    assert "Engineers from Lancaster" in found.content[0].text


def test_an_agents_mistake_is_one_clear_line(page: Page) -> None:
    pytest.importorskip("mcp")
    told = mcp_session(page, lambda session: session.call_tool("ask", {"question": " "}))
    assert told.isError
    assert "Please type a question" in told.content[0].text
    assert "Traceback" not in told.content[0].text


def test_an_agent_of_another_site_is_refused(page: Page) -> None:
    response = httpx.post(
        f"{page.address}/gradio_api/mcp/", json={}, headers={"Origin": "http://evil.example"}, trust_env=False
    )
    assert response.status_code == 403
