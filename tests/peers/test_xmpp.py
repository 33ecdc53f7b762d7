# SPDX-License-Identifier: GPL-2.0-only
"""XMPP federation: the Edge's prosody and a partner's, which know each other by
their certificates and find each other by name, and a user of each."""

import pytest

from names import AUTHORITY, authority
from netlib import OPEN, until
from programs import DEADLINE, Client

CONFIG = """
run_as_root = true
data_path = "{folder}"
certificates = "{folder}"
pidfile = "{folder}/pid"
log = {{ info = "*console" }}
modules_enabled = {{ "roster", "saslauth", "tls", "disco" }}
authentication = "internal_plain"
interfaces = {{ "{address}" }}
c2s_interfaces = {{ "127.0.0.1" }}
s2s_secure_auth = true
network_settings = {{ connect_timeout = 600 }}
unbound = {{ forward = "{resolver}", resolvconf = false, hoststxt = false }}
VirtualHost "{domain}"
    ssl = {{ certificate = "{cert}", key = "{key}", cafile = "{ca}" }}
"""

PASSWORD = "secret"
CONTOSO, FABRIKAM = "contoso.example", "fabrikam.example"
HOMES = {CONTOSO: "edge1.access", FABRIKAM: "partner"}
ALICE, BOB = f"alice@{CONTOSO}", f"bob@{FABRIKAM}"

# Each way has a connection of its own.
TO_BOB, TO_ALICE = {"edge1": ["xmpp/2"]}, {"edge1": ["external/1", "xmpp/1"]}


def prosody(site, pki, jid):
    """The server of a user's domain, who has an account there."""
    user, _, domain = jid.partition("@")
    folder = site.new_folder("prosody")
    accounts = folder / domain.replace(".", "%2e") / "accounts"
    accounts.mkdir(parents=True)
    (accounts / f"{user}.dat").write_text(
        f'return {{ ["password"] = "{PASSWORD}" }};\n')
    (folder / "prosody.cfg.lua").write_text(CONFIG.format(
        folder=folder, address=site.at(HOMES[domain], 4).address,
        domain=domain, resolver=AUTHORITY, cert=pki.cert(domain),
        key=pki.key(domain), ca=pki.ca))
    return site.serves(HOMES[domain], "prosody", "-F", "--config",
                       folder / "prosody.cfg.lua",
                       folder=folder).is_at(5222, 5269)


def user(jid, *words):
    return ["go-sendxmpp", "-u", jid, "-p", PASSWORD, "-j", "127.0.0.1:5222",
            "-n", *words]


class Talk:
    """What users say, and what they hear."""

    def __init__(self, site, pki):
        self.site = site
        authority(site)
        self.prosody, self.ears = {}, {}
        for jid in (ALICE, BOB):
            home = HOMES[jid.partition("@")[2]]
            self.prosody[jid] = prosody(site, pki, jid)
            self.ears[jid] = site.serves(home, *user(jid, "-l"))
            # It is there when it has asked for what waits for it.
            self.prosody[jid].logs(f"Authenticated as {jid}")

    def say(self, sender, to, text):
        """Hand a message to the sender's own server."""
        home = HOMES[sender.partition("@")[2]]
        *_, program = self.site.starts(
            Client(home, user(sender, to), done="", stdin=text + "\n"))
        program.ends()
        assert program.has_done(""), program

    def hears(self, to, text):
        self.ears[to].logs(text)

    def has_heard(self, to, text):
        return text in self.ears[to].says()


@pytest.fixture(scope="module")
def talk(servers, pki):
    """They have spoken before."""
    servers.load(OPEN)
    talk = Talk(servers, pki)
    for number, (sender, to) in enumerate(((ALICE, BOB), (BOB, ALICE))):
        talk.say(sender, to, f"first {number}")
        talk.hears(to, f"first {number}")
    return talk


def is_denied(watch, *rows):
    """Wait until the rows of edge1 have refused a packet, and it again."""
    until(lambda: all(watch.delta().rows.get(("edge1", row), {}).get(
        "denied", 0) >= 2 for row in rows), f"{rows} deny", DEADLINE)


@pytest.mark.parametrize("sender, to, rows", [(ALICE, BOB, TO_BOB),
                                              (BOB, ALICE, TO_ALICE)],
                         ids=["out", "in"])
def test_a_message_is_delivered(site, talk, sender, to, rows):
    """Over the connection that is there; it is cut with the feature, and goes
    on after it."""
    heard = site.listens_in()
    talk.say(sender, to, f"good day, {to}")
    talk.hears(to, f"good day, {to}")
    heard.expects(rows, connections=0)

    heard = site.listens_in()
    with site.off("feature xmpp"):
        talk.say(sender, to, f"good night, {to}")
        is_denied(heard.watch, *rows["edge1"])
        assert not talk.has_heard(to, "good night")
        heard.expects({}, rows, "disabled")
    talk.hears(to, f"good night, {to}")


def test_without_its_zone_only_what_another_table_names_goes_on(site, talk):
    """external/1 repeats xmpp/1; nothing repeats xmpp/2."""
    watch = site.watch()
    with site.off("zone xmpp"):
        talk.say(ALICE, BOB, "anybody there?")
        is_denied(watch, "xmpp/2")
        talk.say(BOB, ALICE, "why do you not answer?")
        talk.hears(ALICE, "why do you not answer?")
        moved = watch.delta()
        assert not talk.has_heard(BOB, "anybody there?")
        assert set(moved.rows) == {("edge1", "xmpp/2"), ("edge1", "external/1")}
        assert set(moved.rows["edge1", "xmpp/2"]) == {"denied"}
        assert "denied" not in moved.rows["edge1", "external/1"]
        assert set(moved.drops) == {"disabled"}
    talk.hears(BOB, "anybody there?")


@pytest.mark.whole       # a minute of attempts
def test_a_server_that_starts_finds_no_way_out(site, pki, talk):
    """It resolves the partner's name, and cannot connect."""
    site.stops(talk.prosody[ALICE])
    heard = site.listens_in()
    with site.off("feature xmpp"):
        talk.prosody[ALICE] = prosody(site, pki, ALICE)
        talk.say(ALICE, BOB, "I am back")
        is_denied(heard.watch, "xmpp/2")
        heard.expects({"edge1": ["external/4"]}, TO_BOB, "disabled")
        assert not talk.has_heard(BOB, "I am back")
    heard = site.listens_in()
    talk.hears(BOB, "I am back")
