"""Counts what Grype or Trivy found, and says what is at the threshold or above.

report.py SCANNER REPORT THRESHOLD ONLY_FIXED FOLDER    writes counts, failing, sentence, table and problem into the folder
"""

import json
import os
import re
import sys

SEVERITIES = ["critical", "high", "medium", "low", "negligible", "unknown"]


def of_grype(report):
    for match in report["matches"]:
        what, where = match["vulnerability"], match["artifact"]
        fix = what.get("fix") or {}
        yield {
            "id": what["id"],
            "severity": what.get("severity") or "unknown",
            "name": where["name"],
            "version": where["version"],
            "fixed": ", ".join(fix.get("versions") or []) if fix.get("state", "fixed") == "fixed" else "",
        }


def of_trivy(report):
    for result in report.get("Results") or []:
        for what in result.get("Vulnerabilities") or []:
            yield {
                "id": what["VulnerabilityID"],
                "severity": what.get("Severity") or "unknown",
                "name": what["PkgName"],
                "version": what["InstalledVersion"],
                "fixed": what.get("FixedVersion") or "",
            }


def cell(text):
    """Text of others in a cell of a table."""
    return re.sub(r"[^\w .:/@+~,-]", " ", str(text))[:120]


def main(scanner, path, threshold, only_fixed, folder):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    found = []
    for one in (of_grype if scanner == "grype" else of_trivy)(report):
        one["severity"] = one["severity"].lower()
        if one["severity"] not in SEVERITIES:
            one["severity"] = "unknown"
        if one not in found:
            found.append(one)
    found.sort(key=lambda one: (SEVERITIES.index(one["severity"]), one["name"], one["id"]))
    counts = {severity: sum(one["severity"] == severity for one in found) for severity in SEVERITIES}
    # What nobody has rated fails as little as what is reported only.
    limit = -1 if threshold == "none" else SEVERITIES.index(threshold)
    failing = [
        one
        for one in found
        if SEVERITIES.index(one["severity"]) <= limit and (one["fixed"] or only_fixed == "false")
    ]
    shown = ", ".join(f"{number} {severity}" for severity, number in counts.items() if number) or "nothing found"
    rows = [
        f"| {cell(one['severity'])} | {cell(one['id'])} | {cell(one['name'])} | {cell(one['version'])} | {cell(one['fixed'])} |"
        for one in found[:50]
    ]
    head = ["| Severity | Id | Component | Version | Fixed in |", "| --- | --- | --- | --- | --- |"]
    lines = [
        f"{one['severity']}: {cell(one['id'])} in {cell(one['name'])} {cell(one['version'])}"
        + (f", fixed in {cell(one['fixed'])}" if one["fixed"] else ", without a fix yet")
        for one in failing[:20]
    ]
    more = [f"and {len(failing) - 20} more"] if len(failing) > 20 else []
    texts = {
        "counts": json.dumps(counts, separators=(",", ":")),
        "failing": str(len(failing)),
        "sentence": f"{shown}; {len(failing)} at the threshold {threshold} or above.",
        "table": "\n".join(head + rows + ([f"| … | {len(found) - 50} more | | | |"] if len(found) > 50 else [])) if rows else "",
        "problem": "\n".join(
            [f"{len(failing)} findings at {threshold} or above, so that nothing is published:", *lines, *more,
             "Raise what is fixed, or see whether scan_threshold fits."]
        ),
    }
    for name, text in texts.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


main(*sys.argv[1:])
