#!/usr/bin/env python3
"""Makes a C++ header of text files: embed.py OUTPUT embed.py INPUT..."""

import sys
from pathlib import Path

output, _, *inputs = map(Path, sys.argv[1:])
lines = ["// Made by embed.py.", "#pragma once", "", "#include <string_view>", "", "namespace livephoto::tool {", ""]
for path in inputs:
    name = "k" + "".join(part.capitalize() for part in path.name.split("."))
    text = path.read_text(encoding="utf-8")
    assert ')embedded"' not in text, path
    # GCC has no limit for the length of a literal; others have one of 65536 bytes.
    parts = [text[at:at + 16000] for at in range(0, len(text), 16000)]
    lines += [f"inline constexpr std::string_view {name} =", *(f'    R"embedded({part})embedded"' for part in parts)]
    lines[-1] += ";"
    lines.append("")
lines.append("}  // namespace livephoto::tool")
output.write_text("\n".join(lines) + "\n", encoding="utf-8")
