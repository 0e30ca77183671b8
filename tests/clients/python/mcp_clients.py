"""Drives a Hearth with the official `mcp` package or with `fastmcp`, and prints one JSON line for each thing it did.

Run by python-mcp.system.test.ts with MCP_URL, HEARTH_TOKEN, UPSTREAM, the name of the package and the mode. After each line
`listening` the test changes something, of which the client has to be told.
"""

import asyncio
import importlib.metadata
import json
import os
import sys

import fastmcp
import fastmcp.client.messages
import httpx2
import mcp
import mcp_types
from fastmcp.client.transports import StreamableHttpTransport
from mcp.client.streamable_http import streamable_http_client

URL = os.environ["MCP_URL"]
TOKEN = os.environ["HEARTH_TOKEN"]
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
NOTE = f"fake://{os.environ['UPSTREAM']}/note"
PATIENCE_S = 20
SUFFIX = f"_{os.environ['UPSTREAM']}"


def tell(what, **facts):
    print(json.dumps({"what": what, **facts}), flush=True)


def listening(to):
    tell("listening", to=to)


async def accept(_context, _params):
    return mcp_types.ElicitResult(action="accept", content={"answer": "yes"})


async def accept_fast(_message, _type, _params, _context):
    return {"answer": "yes"}


class Inbox:
    """What legacy servers tell by themselves."""

    def __init__(self):
        self.tools = asyncio.Event()
        self.resource = asyncio.Event()

    async def take(self, message):
        if isinstance(message, mcp_types.ToolListChangedNotification):
            self.tools.set()
        if isinstance(message, mcp_types.ResourceUpdatedNotification):
            self.resource.set()


async def official(mode):
    inbox = Inbox()
    async with httpx2.AsyncClient(headers=HEADERS, timeout=PATIENCE_S) as http:
        transport = streamable_http_client(URL, http_client=http)
        client = mcp.Client(transport, mode=mode, elicitation_callback=accept, message_handler=inbox.take)
        async with client:
            tell("connected", version=client.protocol_version, package=importlib.metadata.version("mcp"))
            listed = await client.list_tools(cache_mode="bypass")
            tell("tools", names=[tool.name for tool in listed.tools])
            said = await client.call_tool("say" + SUFFIX, {"text": "hi"})
            tell("called", text=said.content[0].text)
            asked = await client.call_tool("ask" + SUFFIX, {})
            tell("asked", text=asked.content[0].text)
            read = await client.read_resource(NOTE)
            tell("read", text=read.contents[0].text)
            if mode == "legacy":
                await told_in_session(client, inbox)
            else:
                await told_on_stream(client)
            listed = await client.list_tools(cache_mode="bypass")
            tell("after", names=[tool.name for tool in listed.tools])


async def told_on_stream(client):
    async with client.listen(tools_list_changed=True, resource_subscriptions=[NOTE]) as stream:
        for to in ["tools", "resource"]:
            listening(to)
            event = await asyncio.wait_for(anext(aiter(stream)), PATIENCE_S)
            tell("told", of=type(event).__name__)


async def told_in_session(client, inbox):
    await client.subscribe_resource(NOTE)
    listening("tools")
    await asyncio.wait_for(inbox.tools.wait(), PATIENCE_S)
    tell("told", of="ToolsListChanged")
    listening("resource")
    await asyncio.wait_for(inbox.resource.wait(), PATIENCE_S)
    tell("told", of="ResourceUpdated")


async def fast(mode):
    inbox = Inbox()
    client = fastmcp.Client(
        StreamableHttpTransport(URL, headers=HEADERS),
        mode=mode,
        elicitation_handler=accept_fast,
        message_handler=inbox.take,
        timeout=PATIENCE_S,
    )
    async with client:
        version = client.session.protocol_version
        tell("connected", version=version, package=importlib.metadata.version("fastmcp"))
        tell("tools", names=[tool.name for tool in await client.list_tools()])
        said = await client.call_tool("say" + SUFFIX, {"text": "hi"})
        tell("called", text=said.content[0].text)
        asked = await client.call_tool("ask" + SUFFIX, {})
        tell("asked", text=asked.content[0].text)
        read = await client.read_resource(NOTE)
        tell("read", text=read[0].text)
        if mode == "legacy":
            await told_in_session(client.session, inbox)
        else:
            async with mcp.client.subscriptions.listen(client.session, tools_list_changed=True) as stream:
                listening("tools")
                event = await asyncio.wait_for(anext(aiter(stream)), PATIENCE_S)
                tell("told", of=type(event).__name__)
        tell("after", names=[tool.name for tool in (await client.list_tools_mcp()).tools])


asyncio.run({"mcp": official, "fastmcp": fast}[sys.argv[1]](sys.argv[2]))
