"""Drives a Hearth with the official `openai` package and prints one JSON line for each thing it did.

Run by python-openai.system.test.ts with HEARTH_URL (up to and with /v1), HEARTH_TOKEN and the name of a group.
"""

import asyncio
import base64
import json
import os
import sys

import openai
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

URL = os.environ["HEARTH_URL"]
TOKEN = os.environ["HEARTH_TOKEN"]
HELLO = [{"role": "user", "content": "Hello"}]
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
LOOKUP = {"type": "function", "function": {"name": "lookup", "parameters": WEATHER}}


class Book(BaseModel):
    title: str
    pages: int


def tell(what, **facts):
    print(json.dumps({"what": what, **facts}), flush=True)


def client_with(token):
    return OpenAI(base_url=URL, api_key=token, max_retries=0, timeout=20)


def chat(client):
    whole = client.chat.completions.create(model="words", messages=HELLO)
    tell(
        "whole",
        text=whole.choices[0].message.content,
        finish=whole.choices[0].finish_reason,
        tokens=whole.usage.total_tokens,
        request_id=whole._request_id,
    )
    chunks = list(
        client.chat.completions.create(
            model="words", messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
    )
    tell(
        "stream",
        text="".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices),
        tokens=chunks[-1].usage.total_tokens,
    )
    with client.chat.completions.stream(model="words", messages=HELLO) as stream:
        kinds = sorted({event.type for event in stream})
        tell("helper", kinds=kinds, text=stream.get_final_completion().choices[0].message.content)
    thinker = client.chat.completions.create(model="thinker", messages=HELLO).choices[0].message
    tell("reasoning", reasoning=thinker.reasoning_content, text=thinker.content)
    refuser = client.chat.completions.create(model="refuser", messages=HELLO).choices[0].message
    tell("refusal", refusal=refuser.refusal, text=refuser.content)
    book = client.chat.completions.parse(model="demo", messages=HELLO, response_format=Book)
    tell("parsed", is_book=isinstance(book.choices[0].message.parsed, Book))
    asyncio.run(two_at_once())


async def two_at_once():
    async with AsyncOpenAI(base_url=URL, api_key=TOKEN, max_retries=0, timeout=20) as client:

        async def ask():
            stream = await client.chat.completions.create(model="words", messages=HELLO, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

        tell("async", texts=await asyncio.gather(ask(), ask()))


def tools(client):
    asked = client.chat.completions.create(model="tool-user", messages=HELLO, tools=[LOOKUP])
    message = asked.choices[0].message
    tell(
        "calls",
        finish=asked.choices[0].finish_reason,
        calls=[[call.function.name, json.loads(call.function.arguments)] for call in message.tool_calls],
    )
    outputs = [{"role": "tool", "tool_call_id": call.id, "content": "sunny"} for call in message.tool_calls]
    answer = client.chat.completions.create(
        model="words", messages=[*HELLO, message.model_dump(exclude_none=True), *outputs], tools=[LOOKUP]
    )
    tell("answer", text=answer.choices[0].message.content)
    with client.chat.completions.stream(model="tool-user", messages=HELLO, tools=[LOOKUP]) as stream:
        streamed = stream.get_final_completion().choices[0].message.tool_calls
    tell("streamed", calls=[[call.function.name, json.loads(call.function.arguments)] for call in streamed])


def responses(client):
    whole = client.responses.create(model="words", input="Hello")
    tell("whole", text=whole.output_text, status=whole.status, tokens=whole.usage.output_tokens)
    events = list(client.responses.create(model="thinker", input="Hello", stream=True))
    tell(
        "stream",
        text="".join(event.delta for event in events if event.type == "response.output_text.delta"),
        first=events[0].type,
        last=events[-1].type,
        gapless=[event.sequence_number for event in events] == list(range(len(events))),
    )
    with client.responses.stream(model="words", input="Hello") as stream:
        for _ in stream:
            pass
        tell("helper", text=stream.get_final_response().output_text)
    first = client.responses.create(
        model="tool-user", input="Hello", tools=[{"type": "function", "name": "lookup", "parameters": WEATHER, "strict": True}]
    )
    calls = [item for item in first.output if item.type == "function_call"]
    tell("calls", calls=[[call.name, json.loads(call.arguments)] for call in calls])
    second = client.responses.create(
        model="words",
        previous_response_id=first.id,
        input=[{"type": "function_call_output", "call_id": call.call_id, "output": "sunny"} for call in calls],
    )
    tell("answer", text=second.output_text)
    book = client.responses.parse(model="demo", input="Hello", text_format=Book)
    tell("parsed", is_book=isinstance(book.output_parsed, Book))


def images(client):
    picture = client.images.generate(model="painter", prompt="A house").data[0].b64_json
    tell("whole", picture=picture)
    events = client.images.generate(model="painter", prompt="A house", stream=True, partial_images=2)
    tell("stream", events=[[event.type, event.b64_json] for event in events])
    house = ("house.png", base64.b64decode(picture), "image/png")
    edited = client.images.edit(model="painter", prompt="A red house", image=house)
    tell("edit", picture=edited.data[0].b64_json)
    events = client.images.edit(model="painter", prompt="A red house", image=[house, house], mask=house, stream=True, partial_images=1)
    tell("edit stream", events=[event.type for event in events])


def models(client):
    tell("list", ids=[model.id for model in client.models.list()])
    tell("retrieve", id=client.models.retrieve("words").id)
    vectors = client.embeddings.create(model="words", input=["a", "b"], dimensions=4)
    tell("embeddings", lengths=[len(each.embedding) for each in vectors.data], tokens=vectors.usage.prompt_tokens)


def exceptions(client):
    for name, caller, model in [
        ("wrong key", client_with("sk-wrong"), "words"),
        ("unknown model", client, "nobody"),
        ("too long", client, "too-long"),
        ("limited", client, "limited"),
    ]:
        for stream in [False, True]:
            try:
                caller.chat.completions.create(model=model, messages=HELLO, stream=stream)
                tell(name, stream=stream, error=None)
            except openai.APIStatusError as error:
                tell(
                    name,
                    stream=stream,
                    error=type(error).__name__,
                    status=error.status_code,
                    code=error.code,
                    retry_after=error.response.headers.get("retry-after"),
                )
    text = ""
    try:
        for chunk in client.chat.completions.create(model="cut", messages=HELLO, stream=True):
            text += chunk.choices[0].delta.content or ""
    except openai.APIError as error:
        tell("cut", error=type(error).__name__, text=text)
    with client.chat.completions.create(model="slow", messages=HELLO, stream=True) as stream:
        for chunk in stream:
            if chunk.choices[0].delta.content:
                break
    tell("left")


GROUPS = {each.__name__: each for each in [chat, tools, responses, images, models, exceptions]}

if __name__ == "__main__":
    tell("version", version=openai.__version__)
    GROUPS[sys.argv[1]](client_with(TOKEN))
