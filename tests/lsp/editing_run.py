"""A recorded editing run, by a client that shares no code with the server: pygls.

    editing_run.py HLAB FOLDER    HLAB is the binary, FOLDER a project that is copied and edited

Opens a file, types another one character by character, asks on the way, renames, takes it back, closes. No request may
fail, and whenever the server rests, the diagnostics it has sent are those of a server that was started just now.
"""

import asyncio
import pathlib
import shutil
import sys
import tempfile

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

TYPED = '''\
/// Typed as a person types.
profile typed for vm {
  memory = 4GiB
  cpu { cores = 2, type = host }
}

vm typed-vm on pve with typed {
  disk scsi0 { storage = local-zfs, size = 20GiB }
  nic net0 { network = lan }
}
'''


class Editor:
    """One client with one server."""

    def __init__(self, hlab, root):
        self.hlab, self.root = hlab, root
        self.client = LanguageClient("editing-run", "1")
        self.sent = {}
        self.versions = {}
        self.stirred = asyncio.Event()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params):
            self.sent[params.uri] = params.diagnostics
            self.stirred.set()

    async def start(self):
        await self.client.start_io(self.hlab, "lsp")
        answer = await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(
                    text_document=lsp.TextDocumentClientCapabilities(
                        completion=lsp.CompletionClientCapabilities(
                            completion_item=lsp.ClientCompletionItemOptions(snippet_support=True)
                        )
                    ),
                    general=lsp.GeneralClientCapabilities(position_encodings=[lsp.PositionEncodingKind.Utf16]),
                ),
                root_uri=self.root.as_uri(),
            )
        )
        self.client.initialized(lsp.InitializedParams())
        return answer

    def uri(self, name):
        return (self.root / name).as_uri()

    def open(self, name, text):
        self.versions[name] = 1
        document = lsp.TextDocumentItem(uri=self.uri(name), language_id="hlab", version=1, text=text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=document))

    def close(self, name):
        document = lsp.TextDocumentIdentifier(uri=self.uri(name))
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(text_document=document))

    def change(self, name, changes):
        self.versions[name] += 1
        document = lsp.VersionedTextDocumentIdentifier(uri=self.uri(name), version=self.versions[name])
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(text_document=document, content_changes=changes)
        )

    def insert(self, name, line, character, text):
        place = lsp.Position(line=line, character=character)
        self.change(
            name,
            [lsp.TextDocumentContentChangePartial(range=lsp.Range(start=place, end=place), text=text)],
        )

    def at(self, name, line, character):
        return {
            "text_document": lsp.TextDocumentIdentifier(uri=self.uri(name)),
            "position": lsp.Position(line=line, character=character),
        }

    async def rest(self):
        """Waits until nothing is sent for a while."""
        while True:
            self.stirred.clear()
            try:
                await asyncio.wait_for(self.stirred.wait(), 0.4)
            except asyncio.TimeoutError:
                return

    def found(self):
        """What is known to be wrong, in an order of its own."""
        rows = {
            (uri.rsplit("/", 1)[1], d.range.start.line, d.range.start.character, str(d.code), d.message)
            for uri, diagnostics in self.sent.items()
            for d in diagnostics
        }
        return sorted(rows)

    async def stop(self):
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


async def fresh(hlab, root, texts):
    """What a new server says of the same texts."""
    editor = Editor(hlab, root)
    await editor.start()
    for name, text in texts.items():
        editor.open(name, text)
    await editor.rest()
    found = editor.found()
    await editor.stop()
    return found


async def type_a_file(editor, name):
    """Types a file, one character at a time, and asks while it is half there."""
    line = character = asked = 0
    for number, letter in enumerate(TYPED):
        editor.insert(name, line, character, letter)
        line, character = (line + 1, 0) if letter == "\n" else (line, character + 1)
        if number % 3 == 0:
            await editor.client.text_document_completion_async(lsp.CompletionParams(**editor.at(name, line, character)))
            asked += 1
        if number % 5 == 0:
            await editor.client.text_document_hover_async(
                lsp.HoverParams(**editor.at(name, line, max(character - 1, 0)))
            )
            asked += 1
    return asked


async def run(hlab, example):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve() / "lab"
        shutil.copytree(example, root)
        main = sorted(path.name for path in root.glob("*.hlab") if "_test" not in path.name)[0]
        text = (root / main).read_text()
        editor = Editor(hlab, root)
        answer = await editor.start()
        assert answer.capabilities.hover_provider, "a server without hover is not this one"
        editor.open(main, text)
        await editor.rest()
        clean = editor.found()

        editor.open("typed.hlab", "")
        asked = await type_a_file(editor, "typed.hlab")
        await editor.rest()
        typed = editor.found()
        again = await fresh(hlab, root, {main: text, "typed.hlab": TYPED})
        assert typed == again, f"stale at rest:\n{typed}\n{again}"

        where = editor.at("typed.hlab", 1, 10)
        assert await editor.client.text_document_prepare_rename_async(lsp.PrepareRenameParams(**where))
        edit = await editor.client.text_document_rename_async(lsp.RenameParams(new_name="renamed", **where))
        edits = edit.changes[editor.uri("typed.hlab")]
        assert len(edits) == 2, edits
        for one in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
            editor.change("typed.hlab", [lsp.TextDocumentContentChangePartial(range=one.range, text=one.new_text)])
        await editor.rest()
        renamed = await fresh(hlab, root, {main: text, "typed.hlab": TYPED.replace("profile typed", "profile renamed").replace("with typed", "with renamed")})
        assert editor.found() == renamed, f"stale after a rename:\n{editor.found()}\n{renamed}"

        editor.change("typed.hlab", [lsp.TextDocumentContentChangeWholeDocument(text=TYPED)])
        await editor.rest()
        assert editor.found() == typed, "taking a rename back gives what was there before"

        editor.close("typed.hlab")
        await editor.rest()
        assert editor.found() == clean, f"a file that was never saved is gone:\n{editor.found()}\n{clean}"
        await editor.stop()
        print(f"editing run: {len(TYPED)} characters typed, {asked} requests answered, nothing stale")


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(run(sys.argv[1], pathlib.Path(sys.argv[2])), 240))
