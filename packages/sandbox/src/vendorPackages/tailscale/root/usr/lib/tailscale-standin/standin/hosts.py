"""Names of the tailnet in /etc/hosts: what MagicDNS is in the real program, without its name server."""

import os

BEGIN = "# Names of the tailnet, written by tailscaled (stand-in)"
END = "# End of the names of the tailnet"
FILE = "/etc/hosts"


def _without(lines):
    kept, inside = [], False
    for line in lines:
        if line == BEGIN:
            inside = True
        if not inside:
            kept.append(line)
        if line == END:
            inside = False
    return kept


def write(entries):
    """Puts the names there, or takes them away where there are none; the rest of the file stays as it is."""
    try:
        with open(FILE, encoding="utf-8") as file:
            before = file.read()
    except FileNotFoundError:
        before = ""
    lines = _without(before.splitlines())
    if entries:
        lines += [BEGIN, *entries, END]
    after = "\n".join(lines) + "\n" if lines else ""
    if after == before:
        return
    # In place, not by renaming: in some containers the file is a mount.
    with open(FILE, "r+" if os.path.exists(FILE) else "w", encoding="utf-8") as file:
        file.write(after)
        file.truncate()


def entries_of(netmap):
    """Lines for ourselves (whole name only, the short one is the machine's own affair) and for each peer."""
    own = netmap["self"]
    lines = [f"{own['addresses'][0]} {own['name']}"]
    for peer in sorted(netmap["peers"], key=lambda peer: peer["name"]):
        short = peer["name"].split(".", 1)[0]
        lines.append(f"{peer['addresses'][0]} {peer['name']} {short}")
    return lines
