# SPDX-License-Identifier: GPL-2.0-only
"""Configurations with another profile, moved ports, rows that are off, rows of
the site's own and ping-peers: each error and each warning, beside a twin that
the module takes; what show config writes back; what check and load say of a
change."""

import json

import pytest

HEAD = """\
mode = enforce
zones = { external, internal, site }
features = { remote-access, av, federation, web-conferencing }
interface wan0 { sides = { external } }
interface lan0 { sides = { internal } }
interface dmz0 { sides = { edge } }
node edge1 { access = { 131.107.155.10 }  av = { 131.107.155.30 }  internal = { 172.25.33.10 } }
node edge2 { access = { 131.107.155.11 }  av = { 131.107.155.31 } }
peers internal-networks { prefixes = { 192.168.10.0/24 } }
peers admins { prefixes = { 192.168.10.64/28 } }
row rdp { service = internal  in = { tcp/3389 }  peers = { admins } }
row ntp { service = internal  out = { udp/123 }  peers = { admins } }
"""
LINE = HEAD.count("\n") + 1     # of what a test adds

OUT = "service = access  out = { tcp/8443 }"
IN = "service = access  in = { tcp/8443 }"


def row(keys, name="r"):
    return f"row {name} {{ {keys} }}"


def rows_of_number(count):
    return "\n".join(row(f"{OUT}  peers = {{ admins }}", f"n{number}")
                     for number in range(count))


def sets_of_number(count):
    return row(f"{OUT}  peers = {{ {', '.join(f's{number:02}' for number in range(count))} }}")


def ports_of_number(count):
    ports = ", ".join(f"tcp/{number}" for number in range(1, count + 1))
    return row(f"service = access  peers = {{ admins }}  out = {{ {ports} }}")


ERRORS = [
    # what is added, the word of the error, its sentence, what is right
    ("profile = sfb2020", "sfb2020", "the nearest is sfb2015", "profile = lync2013-single-nat"),
    ("ports { turn-tcp = 0 }", "0", "no port 0", "ports { turn-tcp = 1 }"),
    ("ports { turn-tcp = 65536 }", "65536", "ports are 1 to 65535", "ports { turn-tcp = 65535 }"),
    ("ports { turn-tcp = 4-5 }", "4-5", "only media a range", "ports { media = 4-5 }"),
    ("ports { media = 5-4 }", "5-4", "write 4-5", "ports { media = 4-4 }"),
    ("ports { turn = 5 }", "turn", "unknown key", "ports { turn-udp = 5 }"),
    ("rows-off = { external/99 }", "external/99", "unknown row; the nearest is external/9",
     "rows-off = { external/9, site/rdp }"),
    ("rows-off = { site/rpd }", "site/rpd", "the nearest is site/rdp", "rows-off = { site/rdp }"),
    (row("service = access  peers = { admins }"), "r", "neither in nor out",
     row(f"{OUT}  peers = {{ admins }}")),
    (row(f"{OUT}  in = {{ tcp/8443 }}  peers = {{ admins }}"), "r", "both in and out",
     row(f"{IN}  peers = {{ admins }}")),
    (row("service = access  out = { }  peers = { admins }"), "r", "has no port",
     row("service = access  out = { tcp/1 }  peers = { admins }")),
    (row("service = acces  out = { tcp/1 }  peers = { admins }"), "acces",
     "unknown service; the nearest is access", row(f"{OUT}  peers = {{ admins }}")),
    (row("out = { tcp/1 }  peers = { admins }"), "r", "has no service",
     row(f"{OUT}  peers = {{ admins }}")),
    (row(OUT), "r", "has no peers", row(f"{OUT}  peers = {{ any }}")),
    (row(f"{OUT}  peers = {{ }}"), "r", "peers are empty", row(f"{OUT}  peers = {{ frontend }}")),
    (row(f"{OUT}  peers = {{ any, admins }}"), "any", "beside another word",
     row(f"{OUT}  peers = {{ frontend, admins }}")),
    (row(f"{OUT}  peers = {{ Admins }}"), "Admins", "no set can be called so",
     row(f"{OUT}  peers = {{ {'a' * 31} }}")),
    (row(f"{OUT}  peers = {{ admins }}  nodes = {{ }}"), "r", "nodes are empty",
     row(f"{OUT}  peers = {{ admins }}  nodes = {{ edge2, edge1 }}")),
    (row(f"{OUT}  peers = {{ admins }}  nodes = {{ edge3 }}"), "edge3", "unknown node",
     row(f"{OUT}  peers = {{ admins }}  nodes = {{ edge2 }}")),
    (row("service = access  out = { sctp/1 }  peers = { admins }"), "sctp/1", "unknown protocol",
     row("service = access  out = { udp/1 }  peers = { admins }")),
    (row("service = access  out = { tcp/0 }  peers = { admins }"), "tcp/0", "no port 0",
     row("service = access  out = { tcp/1-65535 }  peers = { admins }")),
    (row("service = access  out = { tcp/65536 }  peers = { admins }"), "tcp/65536",
     "no such port", row("service = access  out = { tcp/65535 }  peers = { admins }")),
    (row("service = access  out = { tcp/9-8 }  peers = { admins }"), "tcp/9-8", "write 8-9",
     row("service = access  out = { tcp/8-8 }  peers = { admins }")),
    (ports_of_number(17), "tcp/17", "one port too many", ports_of_number(16)),
    (row(f"{OUT}  peers = {{ admins }}", "rdp"), "rdp", "a second section row; line 11",
     row(f"{OUT}  peers = {{ admins }}", "rdp-2")),
    (row(f"{OUT}  peers = {{ admins }}", "Rdp"), "Rdp", "no row can be called so",
     row(f"{OUT}  peers = {{ admins }}", "a" * 31)),
    (row(f"{IN}  peers = {{ any }}"), "r", "write exposed = true",
     row(f"{IN}  peers = {{ any }}  exposed = true")),
    (row(f"{IN}  peers = {{ wide }}") + "\npeers wide { prefixes = { 8.0.0.0/7 } }", "r",
     "shorter than /8",
     row(f"{IN}  peers = {{ wide }}  exposed = true") +
     "\npeers wide { prefixes = { 8.0.0.0/7 } }"),
    (row(f"{IN}  peers = {{ wide }}") + "\npeers wide { prefixes = { 2000::/15 } }", "r",
     "/16 (IPv6)",
     row(f"{IN}  peers = {{ wide }}") + "\npeers wide { prefixes = { 2000::/16, 8.0.0.0/8 } }"),
    (row(f"{OUT}  peers = {{ any }}  exposed = true"), "exposed", "not needed",
     row(f"{OUT}  peers = {{ any }}  exposed = false")),
    ("peers wsus { }", "wsus", "neither a row nor ping-peers uses it",
     "peers wsus { }\n" + row(f"{OUT}  peers = {{ wsus }}")),
    ("peers any { }", "any", "means everybody", "peers crl { }"),
    ("ping-peers = { any }", "any", "leave ping-peers out", "ping-peers = { admins }"),
    (row(f"{OUT}  peers = {{ any }}  note = {'x' * 128}"), None, "a note has 127",
     row(f"{OUT}  peers = {{ any }}  note = {'x' * 127}")),
    # The profile has 37 rows and 13 sets; HEAD has two rows and one set.
    (rows_of_number(26), "n25", "one row too many", rows_of_number(25)),
    (sets_of_number(19), "s18", "one peer set too many", sets_of_number(18)),
]



@pytest.mark.parametrize("text, word, sentence, right", ERRORS,
                         ids=[f"{n}-{e[2].replace(' ', '-')}" for n, e in enumerate(ERRORS)])
def test_an_error_is_one_sentence_and_its_twin_loads(net, text, word, sentence, right):
    done = net.edgectl("check", "--json", net.edgectl.file(HEAD + text + "\n"), check=False)
    assert done.returncode == 1
    errors = json.loads(done.stdout)["errors"]
    assert len(errors) == 1, errors
    assert sentence in errors[0]["message"] and errors[0]["line"] >= LINE
    assert word in (None, errors[0]["word"])
    done = net.edgectl("load", net.edgectl.file(HEAD + right + "\n"), check=False)
    assert done.returncode == 0, done.stderr


def test_words_of_another_profile_are_errors_that_name_the_profile(net):
    text = "profile = sfb2019\n" + HEAD
    for old, new in (("site }", "site, pic }"), ("web-conferencing }", "web-conferencing, ocs2007 }"),
                     ("peers admins", "peers pic-partners { }\npeers admins"),
                     ("row rdp", "rows-off = { internal/1 }\nrow rdp"),
                     ("row rdp", "ports { media = 1-2 }\nrow rdp")):
        done = net.edgectl("check", net.edgectl.file(text.replace(old, new)), check=False)
        assert done.returncode == 1 and "profile sfb2019" in done.stderr
        assert "1 error, nothing was changed" in done.stderr
    net.edgectl("load", net.edgectl.file(text))


WARNINGS = [
    # what is added, the word of the warning, its sentence, a silent twin
    (row("service = av  in = { tcp/443 }  peers = { b }") +
     "\npeers b { prefixes = { 198.51.100.10 } }", "r", "external/15 does not permit already",
     row("service = av  in = { tcp/444 }  peers = { b }") +
     "\npeers b { prefixes = { 198.51.100.10 } }"),
    ("peers cms { prefixes = { 192.168.10.90 } }\n" +
     row("service = internal  in = { tcp/4443 }  peers = { admins }"), "r",
     "internal/8 to more peers than cms",
     "peers cms { prefixes = { 192.168.10.90 } }\n" +
     row("service = internal  in = { tcp/4443 }  peers = { cms }")),
    (row("service = av  in = { tcp/3389 }  peers = { admins }"), "r", "port 3389 of av",
     row("service = av  in = { tcp/3388 }  peers = { admins }")),
    (row("service = access  out = { udp/1-1001 }  peers = { admins }"), "udp/1-1001",
     "1001 ports", row("service = access  out = { udp/1-1000 }  peers = { admins }")),
    (row(f"{OUT}  peers = {{ wsus }}"), "wsus", "no peers section binds it",
     row(f"{OUT}  peers = {{ wsus }}") + "\npeers wsus { prefixes = { 192.168.10.50 } }"),
    ("ports { turn-tcp = 50002 }", "turn-tcp", "Centralized Logging", "ports { turn-tcp = 50004 }"),
    ("ports { access-client = 5061 }", "access-client", "external/5, external/6 open together",
     "ports { access-client = 5062 }"),
    ("ports { turn-udp = 3479 }", "turn-udp", "reach udp/3479",
     "ports { turn-udp = 3479 }\n" +
     row("service = av  out = { udp/3479 }  peers = { any }")),
    (row("service = internal  out = { udp/1 }  peers = { admins }  nodes = { edge2 }"), "r",
     "none of its nodes",
     row("service = internal  out = { udp/1 }  peers = { admins }  nodes = { edge1 }")),
    ("ping-peers = { admins }", "ping-peers", "narrows nothing",
     "ping-peers = { admins }\nping = { internal }"),
    ("rows-off = { site/rdp }", "edge1", "no row lets administrators in",
     "rows-off = { external/9 }"),
    ("rows-off = { site/ntp }", "edge1", "the clock", "rows-off = { external/9 }"),
]


def warnings_of(net, text):
    done = net.edgectl("check", "--json", net.edgectl.file(text))
    answer = json.loads(done.stdout)
    assert not answer["warnings_left_out"]
    return [(w["word"], w["message"]) for w in answer["warnings"]]


@pytest.mark.parametrize("text, word, sentence, silent", WARNINGS,
                         ids=[f"{n}-{e[1]}" for n, e in enumerate(WARNINGS)])
def test_a_warning_is_given_and_its_twin_is_silent(net, text, word, sentence, silent):
    def given(added):
        return [w for w in warnings_of(net, HEAD + added + "\n")
                if w[0] == word and sentence in w[1]]
    assert len(given(text)) == 1
    assert not given(silent)


def test_zone_site_and_rows_of_the_site_belong_together(net):
    without = "".join(line for line in HEAD.splitlines(True)
                      if not line.startswith("row ") and "admins" not in line)
    assert any("no row of the site's own" in w[1] for w in warnings_of(net, without))
    off = HEAD.replace(", site }", " }")
    assert any(w[0] == "site" and "add it to zones" in w[1] for w in warnings_of(net, off))
    assert not any(w[0] == "site" for w in warnings_of(net, HEAD))


WHOLE = HEAD + """\
profile = lync2013-single-nat
ports { access-client = 5061  media = 40000-49999  turn-tcp = 443 }
rows-off = { external/9, site/probe }
ping = { internal, external }
ping-peers = { monitor, internal-networks }
peers monitor { may-be-empty = true }
row probe { service = av  in = { tcp/443, udp/3478-3480 }  peers = { monitor, crl }  nodes = { edge2 } }
row open { service = access  in = { udp/9 }  peers = { any }  exposed = true  note = "a \\"b\\" \\\\ \u00e4 $" }
"""


def test_show_config_loads_back(net):
    net.edgectl("load", net.edgectl.file(WHOLE))
    written = net.edgectl("show", "config").stdout
    for text in ("profile = lync2013-single-nat", "media = 40000-49999", "exposed = true",
                 "rows-off = { external/9, site/probe }", "nodes = { edge2 }",
                 "ping-peers = { internal-networks, monitor }",
                 'note = "a \\"b\\" \\\\ \u00e4 $"'):
        assert text in written, text
    again = net.edgectl.file(written, "again.conf")
    assert "load would change nothing" in net.edgectl("check", again).stdout
    assert "nothing changed" in net.edgectl("load", again).stdout
    answer = net.edgectl.json("show", "config")
    assert answer["profile"] == "lync2013-single-nat"
    assert answer["ports"] == {"access-client": "5061", "media": "40000-49999"}
    assert answer["rows_off"] == ["external/9", "site/probe"]
    assert sorted(answer["ping_peers"]) == ["internal-networks", "monitor"]
    assert answer["rows"][2] == {
        "name": "probe", "service": "av", "direction": "in",
        "ports": ["tcp/443", "udp/3478-3480"], "peers": ["crl", "monitor"],
        "nodes": ["edge2"], "exposed": False, "note": ""}
    assert answer["rows"][3]["note"] == 'a "b" \\ \u00e4 $'


def test_each_change_is_a_line(net):
    net.edgectl("load", net.edgectl.file(WHOLE))
    text = WHOLE.replace("5061", "5062").replace("external/9,", "external/10,") \
        .replace("{ monitor, internal-networks }", "{ monitor }") \
        .replace("tcp/443, udp", "tcp/444, udp").replace("{ monitor, crl }", "{ monitor, dns }") \
        .replace("{ edge2 } }", "{ edge1 } }").replace("row ntp", "row clock") \
        .replace("note = \"a", "note = \"c")
    done = net.edgectl("check", net.edgectl.file(text))
    assert [line.strip() for line in done.stdout.splitlines()[1:]] == [
        "rows-off: added external/10, removed external/9",
        "ping-peers: removed internal-networks",
        "ports: access-client 5062, was 5061",
        "row ntp: removed, with its counters",
        "row clock: added, internal out udp/123, peers admins",
        "row probe: in: added tcp/444, removed tcp/443",
        "row probe: peers: added dns, removed crl",
        "row probe: nodes: added edge1, removed edge2, with its counters",
        "row open: another note",
        "no connection would be cut",
    ]


def test_a_change_of_the_profile_is_told_before_it_is_made(net):
    net.edgectl("load", net.edgectl.file(HEAD + "rows-off = { external/9, site/ntp }\n"))
    other = net.edgectl.file("profile = sfb2019\n" + HEAD +
                             "rows-off = { external/9, site/ntp }\n")
    done = net.edgectl("check", other)
    assert "profile: sfb2019, was lync2013-scaled-public; counters of all nodes start at zero" \
        in done.stdout
    assert f"{other}:{LINE + 1}: warning: external/9: stays off while the profile changes from " \
        "lync2013-scaled-public, where this id may be of another row; look it up in show rows" \
        in done.stderr
    assert "site/ntp: stays off" not in done.stderr
    done = net.edgectl("load", other)
    assert "edgectl: warning: the profile changes from lync2013-scaled-public to sfb2019: " \
        "counters of all nodes start at zero" in done.stderr
    same = net.edgectl.file("profile = sfbse\n" + HEAD +
                            "rows-off = { external/9, site/ntp }\n")
    done = net.edgectl("load", same)
    assert "nothing changed" in done.stdout and "zero" not in done.stdout + done.stderr
