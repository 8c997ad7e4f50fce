"""A second understanding of Sigma detections, as plainly as it can be said: whole documents, no unknown, no speed."""
import ipaddress
import json
import re


def leaves(node, path, into):
    """Every scalar of a document under its path; of arrays, all members under one."""
    if isinstance(node, dict):
        for key, value in node.items():
            leaves(value, path + [key], into)
    elif isinstance(node, list):
        for value in node:
            leaves(value, path, into)
    else:
        into.setdefault(".".join(path), []).append(node)


def find(node, parts):
    """The nodes at a path: the longest key that fits first; any member of an array."""
    if not parts:
        yield node
    elif isinstance(node, list):
        for member in node:
            yield from find(member, parts)
    elif isinstance(node, dict):
        for length in range(len(parts), 0, -1):
            key = ".".join(parts[:length])
            found = list(find(node[key], parts[length:])) if key in node else []
            if found:
                yield from found
                return


def members(node):
    if isinstance(node, list):
        for member in node:
            yield from members(member)
    else:
        yield node


def number(value):
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", value):
        return float(value)
    return None


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def wildcards(pattern, before, after, flags):
    regex, at = "", 0
    while at < len(pattern):
        if pattern[at] == "\\" and pattern[at + 1: at + 2] in ("*", "?", "\\"):
            regex += re.escape(pattern[at + 1])
            at += 2
            continue
        regex += {"*": ".*", "?": "."}.get(pattern[at], re.escape(pattern[at]))
        at += 1
    return re.compile(before + regex + after, re.S | flags)


def scalar(seen, modifiers, wanted, event):
    if seen is None or isinstance(seen, dict):
        return False
    if "re" in modifiers:
        return re.search(wanted, text(seen), re.I if "i" in modifiers else 0) is not None
    if "cidr" in modifiers:
        try:
            return ipaddress.ip_address(text(seen)) in ipaddress.ip_network(wanted)
        except ValueError:
            return False
    for name, compare in (("lt", float.__lt__), ("lte", float.__le__), ("gt", float.__gt__), ("gte", float.__ge__)):
        if name in modifiers:
            return number(seen) is not None and compare(float(number(seen)), float(wanted))
    if "fieldref" in modifiers:
        others = [m for node in find(event, wanted.split(".")) for m in members(node)]
        return any(text(o).lower() == text(seen).lower() for o in others if o is not None and not isinstance(o, dict))
    part = [m for m in modifiers if m in ("contains", "startswith", "endswith")]
    if isinstance(wanted, bool):
        return seen is wanted or isinstance(seen, str) and seen.lower() == text(wanted)
    if isinstance(wanted, int) and not part:
        return number(seen) == wanted
    if isinstance(seen, (int, float)) and not isinstance(seen, bool) and not part and number(str(wanted)) == seen:
        return True
    before = ".*" if "contains" in part or "endswith" in part else ""
    after = ".*" if "contains" in part or "startswith" in part else ""
    return wildcards(str(wanted), before, after, 0 if "cased" in modifiers else re.I).fullmatch(text(seen)) is not None


def item(key, wanted, event):
    field, *modifiers = key.split("|")
    nodes = list(find(event, field.split(".")))
    if "exists" in modifiers:
        return bool(nodes) == wanted
    seen = [m for node in nodes for m in members(node)]
    if wanted is None:
        return not nodes or None in seen
    one = lambda value: any(scalar(s, modifiers, value, event) for s in seen)
    values = wanted if isinstance(wanted, list) else [wanted]
    result = all(map(one, values)) if "all" in modifiers else any(map(one, values))
    return result != ("neq" in modifiers)


def selection(made, event):
    if isinstance(made, list):
        return any(selection(m, event) for m in made)
    return all(item(key, wanted, event) for key, wanted in made.items())


def holds(detection, event):
    """Whether a detection (selections and a condition) is true of an event."""
    true = {name: selection(made, event) for name, made in detection.items() if name != "condition"}
    words = re.findall(r"\(|\)|(?:1|all) of [\w*]+|\w+", detection["condition"])

    def say(word):
        if word in ("(", ")", "and", "or", "not"):
            return word
        if " of " not in word:
            return str(true[word])
        quantifier, names = word.split(" of ")
        chosen = [v for n, v in true.items() if names == "them" or re.fullmatch(names.replace("*", ".*"), n)]
        return str(any(chosen) if quantifier == "1" else all(chosen))

    return eval(" ".join(map(say, words)), {"__builtins__": {}})
