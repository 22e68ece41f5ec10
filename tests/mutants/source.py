"""Reads just enough of hlab's syntax to change a lab in one place: where an entry begins and ends, and what its fields say."""

import re

NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
# What may stand at the beginning of a line and go on from the line before.
JOINING = re.compile(r"\s*(because|with|on|in|else|at|help|and|or|then|where)\b")


def blanked(text):
    """The text with comments and the insides of strings as blanks: brackets and names in it are those of the language."""
    out, at = [], 0
    pattern = re.compile(r'//[^\n]*|"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"')
    for match in pattern.finditer(text):
        found, quote = match.group(), '"' if match.group().startswith('"') else " "
        out += [text[at : match.start()], quote, re.sub(r"[^\n]", " ", found[1:-1]), quote]
        at = match.end()
    return "".join(out) + text[at:]


class Source:
    """The text of one file."""

    def __init__(self, text):
        self.text = text
        self.code = blanked(text)
        self.starts = [0] + [match.end() for match in re.finditer("\n", text)]

    def line_of(self, offset):
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= offset else (low, middle)
        return low + 1

    def entry(self, start):
        """Where the entry that begins at `start` ends: with its line, or with the bracket that its line opens."""
        depth = 0
        for at in range(start, len(self.code)):
            sign = self.code[at]
            if sign in "{[(":
                depth += 1
            elif sign in "}])":
                depth -= 1
                if depth < 0:
                    return at
            elif depth == 0 and sign == ",":
                return at
            elif depth == 0 and sign == "\n" and not JOINING.match(self.code, at + 1):
                return at
        return len(self.code)

    def declared(self, line):
        """The span of the entry whose first word is the first one of a line."""
        start = self.starts[line - 1]
        start += len(self.code[start:]) - len(self.code[start:].lstrip(" "))
        return start, self.entry(start)

    def block(self, line, word, key):
        """The span of the block `word key { … }` that stands on a line, or None."""
        begin = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        pattern = rf"(?<![A-Za-z0-9_.-]){re.escape(word)}" + (rf'\s+"?{re.escape(key)}"?(?![A-Za-z0-9_-])' if key else r"\s*\{")
        # A name in quotes is a blank in `code`.
        found = re.search(pattern, self.text[begin:end])
        if found is None:
            return None
        return begin + found.start(), self.entry(begin + found.start())

    def fields(self, span):
        """The fields said directly in an entry: name to the spans of the field and of its value."""
        start, end = span
        brace = self.code.find("{", start, end)
        found, at = {}, brace + 1
        if brace < 0:
            return found
        pattern = re.compile(rf"({NAME})\s*=\s*")
        while at < end:
            match = pattern.match(self.code, at)
            stop = self.entry(at) if self.code[at] not in " \n,}" else at + 1
            if match:
                found.setdefault(match.group(1), ((at, stop), (match.end(), stop)))
            at = max(stop, at + 1)
        return found

    def replaced(self, span, new):
        return self.text[: span[0]] + new + self.text[span[1] :]

    def without(self, span):
        """The text without an entry or field, and without the comma that parted it from others."""
        start, end = span
        if self.code[end : end + 1] == ",":
            end += 1
        elif self.text[:start].rstrip(" ").endswith(","):
            start = len(self.text[:start].rstrip(" ")) - 1
        return self.text[:start] + self.text[end:]


def token(text, name):
    """Where a name stands as a whole word in code, or None."""
    found = re.search(rf"(?<![A-Za-z0-9_-]){re.escape(name)}(?![A-Za-z0-9_-])", text)
    return found and found.span()
