#!/usr/bin/env python3
"""Random Sigma rules over real audit events: `auditwatch rules match` beside a second evaluator.

The second evaluator (naive.py) shares nothing with the first: another language, another YAML reader (PyYAML), another regex engine, whole
documents in memory, two truth values. Rules are made from fields and values that stand in the events, so that they meet them. For every pair
of event and rule the verdicts must be equal; where ours is unknown, the pair is counted and passed over (the second knows no unknown).

usage: compare.py AUDITWATCH.dll EVENTS.ndjson [--seeds 1..20] [--rules 150] [--events 1500]
Exit 0 when all pairs agree, else 1, with the rule and the event's line.
"""
import argparse
import ipaddress
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import yaml

import naive

CONDITIONS = {
    1: ["sel", "not sel"],
    2: ["sel and other", "sel or other", "sel and not other", "not sel and other", "1 of them", "all of them", "not (sel or other)"],
    3: ["sel and other and not filter_a", "(sel or other) and not 1 of filter*", "all of them", "1 of them", "sel and (other or filter_a)", "not all of them"],
}
TEXT_MODIFIERS = ["", "", "contains", "startswith", "endswith", "re", "re|i", "cased", "contains|cased", "contains|all", "neq", "contains|neq"]


class RuleMaker:
    """Rules whose fields and values were seen in the events."""

    def __init__(self, events, seed):
        self.random = random.Random(seed)
        self.seen = {}
        for event in self.random.sample(events, min(400, len(events))):
            naive.leaves(event, [], self.seen)
        self.paths = list(self.seen)
        self.outside_bodies = [p for p in self.paths if not p.startswith(("requestObject", "responseObject"))]

    def detection(self):
        names = ["sel", "other", "filter_a"][: self.random.choice([1, 2, 2, 3])]
        made = {n: self.map() if self.random.random() < 0.75 else [self.map(), self.map()] for n in names}
        made["condition"] = self.random.choice(CONDITIONS[len(names)])
        return made

    def map(self):
        return dict(self.item() for _ in range(self.random.choice([1, 1, 2, 3])))

    def item(self):
        r = self.random
        path = r.choice(self.outside_bodies if r.random() < 0.6 else self.paths)
        value, chance = r.choice(self.seen[path]), r.random()
        if chance < 0.07:
            return path + "|exists", r.random() < 0.6
        if chance < 0.12 or value is None:
            return path, None
        if isinstance(value, bool):
            return path, value
        if isinstance(value, int):
            if chance < 0.4:
                return path + "|" + r.choice(["lt", "lte", "gt", "gte"]), value + r.choice([-1, 0, 1])
            return path, r.choice([value, str(value)])
        if not isinstance(value, str):
            return path, naive.text(value)
        if len(value) > 300:
            return path + "|startswith", escaped(value[:20])
        if chance < 0.6 and (network := self.network(value)):
            return path + "|cidr", network
        if chance < 0.16:
            return path + "|fieldref" + r.choice(["", "|neq"]), r.choice([p for p in self.outside_bodies if isinstance(self.seen[p][0], str)])
        return self.texts(path)

    def network(self, value):
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return None
        return str(ipaddress.ip_network((value, self.random.choice([8, 16, 24, 32] if address.version == 4 else [64, 128])), False))

    def texts(self, path):
        modifiers = self.random.choice(TEXT_MODIFIERS)
        number = 1 if self.random.random() < 0.5 else self.random.randrange(2, 5)
        if "all" in modifiers:
            number = max(number, 2)
        values = [self.pattern(path, modifiers) for _ in range(number)]
        return path + ("|" + modifiers if modifiers else ""), values if number > 1 else values[0]

    def pattern(self, path, modifiers):
        r = self.random
        word = next((w for w in r.sample(self.seen[path], min(9, len(self.seen[path]))) if isinstance(w, str)), "x")[:200]
        if modifiers.startswith("re"):
            regex = re.escape(self.part(word)) if r.random() < 0.6 else "^" + re.escape(word[:6]) + ".*"
            return re.sub(r"\\([ \-#&~])", r"\1", regex) or "a"
        if "contains" in modifiers:
            word = self.part(word)
        elif modifiers == "startswith":
            word = word[: r.randrange(len(word) + 1)]
        elif modifiers == "endswith":
            word = word[r.randrange(len(word) + 1):]
        if r.random() < 0.9:
            word = escaped(word)
        if "cased" not in modifiers and r.random() < 0.3 and word.isascii():
            word = "".join(c.upper() if r.random() < 0.3 else c for c in word)
        if r.random() < 0.1 and len(word) > 3 and "\\" not in word:
            at = r.randrange(len(word))
            word = word[:at] + r.choice("*?") + word[at + 1:]
        return word

    def part(self, word):
        if len(word) < 2:
            return word
        start = self.random.randrange(len(word))
        return word[start: self.random.randrange(start + 1, min(len(word), start + 25) + 1)]


def escaped(word):
    return re.sub(r"([*?\\])", r"\\\1", word)


def ours(program, events, folder):
    """(line, rule) that are true, and those that are unknown."""
    run = subprocess.run(["dotnet", program, "rules", "match", events, "--rules", folder, "--unknown", "--format", "ndjson"], capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"rules match: exit {run.returncode}\n{run.stderr[-3000:]}")
    verdicts = [json.loads(line) for line in run.stdout.splitlines()]
    return tuple({(v["line"], v["rule"]) for v in verdicts if v["verdict"] == kind} for kind in ("true", "unknown"))


def compare(program, events, seed, count):
    maker = RuleMaker(events, seed)
    with tempfile.TemporaryDirectory() as folder:
        rules = {}
        os.mkdir(os.path.join(folder, "rules"))
        for number in range(count):
            rule = f"{seed:08x}-0000-4000-8000-{number:012x}"
            rules[rule] = maker.detection()
            document = {"title": f"r{number}", "id": rule, "status": "test", "logsource": {"product": "kubernetes", "service": "audit"}, "detection": rules[rule], "level": "low"}
            with open(os.path.join(folder, "rules", f"r{number}.yml"), "w", encoding="utf-8") as file:
                yaml.safe_dump(document, file, allow_unicode=True, sort_keys=False)
        path = os.path.join(folder, "events.ndjson")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(e, ensure_ascii=False) + "\n" for e in events)
        true, unknown = ours(program, path, os.path.join(folder, "rules"))
    pairs = [(line, rule) for line in range(1, len(events) + 1) for rule in rules if (line, rule) not in unknown]
    wrong = [p for p in pairs if naive.holds(rules[p[1]], events[p[0] - 1]) != (p in true)]
    for line, rule in wrong[:5]:
        print(f"seed {seed}, event {line}: ours {(line, rule) in true}, {json.dumps(rules[rule])[:900]}\n  {json.dumps(events[line - 1])[:600]}")
    print(f"seed {seed}: {len(pairs)} pairs compared, {len(true)} true, {len(unknown)} unknown, {len(wrong)} differ", flush=True)
    return len(wrong)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("events")
    parser.add_argument("--seeds", default="1..20")
    parser.add_argument("--rules", type=int, default=150)
    parser.add_argument("--events-a-seed", type=int, default=1500)
    given = parser.parse_args()
    with open(given.events, encoding="utf-8") as file:
        events = [json.loads(line) for line in file if line.strip()]
    first, last = map(int, given.seeds.split(".."))
    wrong = sum(compare(given.program, random.Random(seed).sample(events, min(len(events), given.events_a_seed)), seed, given.rules) for seed in range(first, last + 1))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
