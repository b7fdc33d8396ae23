"""Compares what the roles of ansible/roles say of their variables, and keeps the tables of their READMEs.

    .tools/python/bin/python scripts/tools/role_tables.py          # fails where they differ
    .tools/python/bin/python scripts/tools/role_tables.py --write  # writes the tables; then: npx prettier --write ansible
"""

import json
import pathlib
import re
import sys

import yaml

ROLES = pathlib.Path(__file__).resolve().parents[2] / "ansible" / "roles"
HEADING = "## Variables\n\n"


def type_of(option):
    return f"list of {option['elements']}" if option["type"] == "list" else option["type"]


def sentence(option):
    text = re.sub(r"C\(([^)]*)\)", r"`\1`", option["description"]).replace("|", "\\|")
    if "choices" in option:
        text += " One of " + ", ".join(f"`{choice}`" for choice in option["choices"]) + "."
    return text


def default_of(option):
    if option.get("required"):
        return "required"
    value = option.get("default", "{{ computed }}")
    if value in ("", [], {}):
        return "empty"
    if isinstance(value, dict) or "{{" in str(value):
        return "see `defaults/main.yml`"
    return f"`{value.strip() if isinstance(value, str) else json.dumps(value)}`"


def rows(header, lines):
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, ["---"] * len(header), *lines])


def tables(options):
    parts = [
        rows(
            ["variable", "type", "default", "what"],
            [[f"`{name}`", type_of(option), default_of(option), sentence(option)] for name, option in options.items()],
        )
    ]
    for name, option in options.items():
        if "options" not in option:
            continue
        parts.append(f"Each entry of `{name}`:")
        parts.append(
            rows(
                ["key", "type", "required", "what"],
                [
                    [f"`{key}`", type_of(inner), "yes" if inner.get("required") else "no", sentence(inner)]
                    for key, inner in option["options"].items()
                ],
            )
        )
    return "\n\n".join(parts) + "\n"


def plain(text):
    """Without what a formatter may change."""
    return re.sub(r"-{3,}", "---", re.sub(r"\s+", " ", text)).strip()


def problems_of(role, write):
    options = yaml.safe_load((role / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((role / "defaults/main.yml").read_text())
    for name in sorted(options.keys() | defaults.keys()):
        if name not in options:
            yield f"{name} has a default and no specification"
        elif name not in defaults and not options[name].get("required"):
            yield f"{name} has a specification and no default"
        # One that is computed is no value of its type, and Ansible would take it for one.
        elif "default" not in options[name] and "{{" in str(defaults.get(name)):
            continue
        elif name in defaults and options[name].get("default") != defaults[name]:
            yield f"{name}: the specification names another default"
    readme = role / "README.md"
    before, _, after = readme.read_text().partition(HEADING)
    if plain(after) != plain(tables(options)):
        if write:
            readme.write_text(before + HEADING + tables(options))
        else:
            yield "README.md: the table of variables is old (role_tables.py --write)"


def main():
    found = [
        f"{role.name}: {problem}"
        for role in sorted(ROLES.iterdir())
        if (role / "meta/argument_specs.yml").exists()
        for problem in problems_of(role, "--write" in sys.argv[1:])
    ]
    print("\n".join(found) or "defaults, specifications and READMEs of the roles agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
