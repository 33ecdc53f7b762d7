# SPDX-License-Identifier: GPL-2.0-only
"""Completion by a real bash, zsh and fish: names of devices, nodes and files
come out as they are, and nothing in them is run."""

import os
import pathlib
import pty
import re
import select
import shlex
import subprocess
import time

import pytest

from edgectl import Edgectl
from netns import DEADLINE, Namespace

TREE = pathlib.Path(__file__).resolve().parents[2]
COMPLETION = TREE / "userspace/share/edgectl.bash-completion"

# What a name of a device may hold: 15 octets, no space, / or colon.
HOSTILE = ["$(>ran)", "`>ran`", "a;>ran", "b&>ran", "c|>ran", "f>ran", "e'f",
           'g"h', "i\\j", "*", "[w]*", "?an0", "~root", "#k", "{l,m}", "!n",
           "$HOME", "${x=y}", "o=p", "q\x1b[31mr"]
HARMLESS = ["wan0", "wan1", "lan0.100", "dmz-0"]
PROMPT = "ready> "


class Shell:
    """bash at a terminal. The command edgectl prints its words there;
    completion, which reads its output, asks the tool."""

    COMMAND = ["bash", "--norc", "--noprofile", "-i"]
    SETTINGS = [
        "bind 'set bell-style none'; bind 'set page-completions off'; "
        "bind 'set completion-query-items 0'; stty -echo columns 300; "
        "set +o history; set +H; bind 'set enable-bracketed-paste off'",
        f". {shlex.quote(str(COMPLETION))}",
        """edgectl() { [[ -t 1 ]] || { command edgectl "$@"; return; }; """
        """printf 'word{%s}\\n' "${@@Q}"; }"""]

    def __init__(self, ns, folder, program):
        self.terminal, theirs = pty.openpty()
        self.seen = ""
        self.folder = folder
        env = {"PATH": f"{pathlib.Path(program).parent}:{os.environ['PATH']}",
               "TERM": "dumb", "PS1": PROMPT, "HOME": str(folder),
               "INPUTRC": "/dev/null", "LC_ALL": "C.UTF-8", "COLUMNS": "300"}
        self.child = ns.start(*self.COMMAND, stdin=theirs, stdout=theirs, stderr=theirs,
                              cwd=folder, env=env, start_new_session=True)
        os.close(theirs)
        self.prompt()
        for line in self.SETTINGS:
            self.run(line)

    def read(self, pattern):
        end = time.monotonic() + DEADLINE
        while not (found := re.search(pattern, self.seen, re.S)):
            left = end - time.monotonic()
            assert left > 0, f"no {pattern!r} in {self.seen!r}"
            if select.select([self.terminal], [], [], left)[0]:
                self.seen += os.read(self.terminal, 65536).decode(
                    errors="replace")
        self.seen = self.seen[found.end():]
        return found

    def prompt(self):
        return self.read(re.escape(PROMPT))

    def type(self, text):
        os.write(self.terminal, text.encode())

    def run(self, line):
        self.type(line + "\n")
        self.prompt()

    def words(self, line):
        """The words that edgectl is run with when this line is entered."""
        self.type(line + "\n")
        # A word is seen whole when the prompt behind it is.
        said = self.read(f"(.*?){re.escape(PROMPT)}").group(1)
        return [shlex.split(word)[0] if not word.startswith("$'") else word
                for word in re.findall(r"word\{(.*?)\}\r", said)]

    def offers(self, line):
        """What two tabs list. The line is given up then."""
        after = "printf 'end%s' ing"
        self.type(f"{line}\t\t\x15{after}\n")
        said = self.read("(.*?)ending").group(1)
        self.prompt()
        # readline shows the line again, or not, while more is typed.
        for echo in PROMPT, line, line.strip(), after, "\b":
            said = said.replace(echo, " ")
        return said.split()

    def close(self):
        self.child.kill()
        self.child.wait()
        os.close(self.terminal)


class Zsh(Shell):
    """zsh, where the tool is installed. It shows the line and the prompt again
    and again."""

    SETTINGS = []
    STARTUP = f"""autoload -Uz compinit; compinit -u -D; PS1={PROMPT!r}
edgectl() {{ printf 'word{{%s}}\\n' "${{(@qq)@}}"; }}
"""

    def words(self, line):
        self.type(line + "\n")
        said = self.read(rf"(word\{{.*?){re.escape(PROMPT)}").group(1)
        return [shlex.split(word)[0] for word in re.findall(r"word\{(.*?)\}\r", said)]


@pytest.fixture(name="space", scope="module")
def fixture_space(nf_edge):
    ns = Namespace("completion")
    yield ns
    ns.close()


@pytest.fixture(name="one_shell", scope="module")
def fixture_one_shell(space, tmp_path_factory):
    tool = Edgectl(space)
    shell = Shell(space, tmp_path_factory.mktemp("home"), tool.program)
    yield shell
    shell.close()
    tool.close()


@pytest.fixture(name="shell")
def fixture_shell(one_shell):
    yield one_shell
    assert not (one_shell.folder / "ran").exists()


@pytest.fixture(name="devices", scope="module")
def fixture_devices(space):
    for name in HARMLESS + HOSTILE:
        space.run("ip", "link", "add", "name", name, "type", "dummy")


def quoted(name):
    return re.sub(r"([^\w.\-])", r"\\\1", name)


def test_a_device_is_completed(space, devices, shell):
    for name in HARMLESS:
        assert shell.words(f"edgectl explain --in {name[:-1]}\t") == [
            "explain", "--in", name if name[0] != "w" else "wan"]
    assert shell.words("edgectl explain --in lan\t") == [
        "explain", "--in", "lan0.100"]
    assert shell.words('edgectl explain --in "lan\t') == [
        "explain", "--in", "lan0.100"]
    assert shell.words("edgectl explain --in=dmz\t") == [
        "explain", "--in=dmz-0"]


@pytest.mark.parametrize("name", [n for n in HOSTILE if "\x1b" not in n])
def test_a_device_of_any_name_is_one_word_and_runs_nothing(devices, shell,
                                                           name):
    """Enter runs the line as it was completed."""
    begun = quoted(name[:2] if name[0] == "$" else name[0])
    assert shell.words(f"edgectl explain --in {begun}\t") == [
        "explain", "--in", name]


def test_only_devices_are_offered(devices, shell):
    """bonding_masters is a file beside the devices."""
    assert pathlib.Path("/sys/class/net/bonding_masters").exists()
    offered = shell.offers("edgectl explain --in ")
    assert set(HARMLESS) <= set(offered), offered
    assert len(offered) == len(HARMLESS + HOSTILE) + 1      # and lo
    assert not any("bonding" in word for word in offered)
    assert not any("\x1b" in word for word in offered)


@pytest.mark.parametrize("name", ["$(>ran).conf", "`>ran`.conf", "a b.conf",
                                  "a;>ran", "c\nd.conf", "*.conf", "'e.conf",
                                  "plain.conf"])
@pytest.mark.parametrize("verb", ["check", "load", "test", "show hash", "diff"])
def test_a_file_of_any_name_is_one_word_and_runs_nothing(shell, verb, name):
    file = shell.folder / name
    file.write_text("")
    done = shell.words(f"edgectl {verb} \t")
    file.unlink()
    if "\n" in name:
        assert done[-1].replace("\\n", "\n").strip("$'") == name
    else:
        assert done == [*verb.split(), name]


def test_words_of_the_policy_are_completed(shell):
    for line, words in [
            ("ch\t", ["check"]), ("te\t--ru\t", ["test", "--running"]),
            ("sh\tst\t", ["show", "status"]),
            ("show ha\t", ["show", "hash"]),
            ("zo\tof\txm\t", ["zone", "off", "xmpp"]),
            ("counters --zo\tfed\t", ["counters", "--zone", "federation"]),
            ("to\t--by\tre\t", ["top", "--by", "reasons"]),
            ("to\t--by\tre\t", ["top", "--by", "reasons"]),
            ("wh\t--ut\t--fo\t3\t", ["why", "--utc", "--for", "30s"]),
            ("feature on li\t", ["feature", "on", "live-messenger"]),
            ("ini\t--prof\tsfbs\t", ["init", "--profile", "sfbse"]),
            ("init --si\t--na\t", ["init", "--single-ip", "--nat"]),
            ("zone on si\t", ["zone", "on", "site"]),
            ("row of\t", ["row", "off"]),
            ("mod\ten\t--fo\t", ["mode", "enforce", "--force"]),
            ("zone off pic --fo\t", ["zone", "off", "pic", "--force"]),
            ("row off pic/3 --fo\t", ["row", "off", "pic/3", "--force"]),
            ("load --fo\t", ["load", "--force"]),
            ("roll\t--fo\t", ["rollback", "--force"]),
            ("hi\t--o\t", ["history", "--output"]),
            ("show rows -o I\t", ["show", "rows", "-o", "I"])]:
        assert shell.words(f"edgectl {line}") == words, line


def test_a_node_and_a_set_are_completed(space, shell):
    tool = Edgectl(space)
    tool.load("mode = audit\nzones = { }\nfeatures = { }\n"
              "node edge1 { access = { 192.0.2.1 } }\n"
              "node pool.b { access = { 192.0.2.2 } }\n")
    assert shell.words("edgectl counters --node p\t") == [
        "counters", "--node", "pool.b"]
    assert {"edge1", "pool.b"} == set(shell.offers("edgectl counters --node "))
    assert shell.words("edgectl show peers fr\t") == ["show", "peers", "frontend"]
    tool("flush")
    assert shell.offers("edgectl counters --node ") == []
    tool.close()


def test_the_generation_that_waits_is_completed(space, shell):
    tool = Edgectl(space)
    assert shell.offers("edgectl confirm ") == []
    done = tool("load", "--confirm", "1h", tool.file(
        "mode = audit\nzones = { }\nfeatures = { }\nnode edge1 { access = { 192.0.2.1 } }\n"))
    generation = done.stdout.split()[-1]
    assert done.stdout.endswith(f"unless: edgectl confirm {generation}\n")
    assert set(shell.offers("edgectl confirm ")) == {generation, "--json", "--help"}
    tool("rollback")
    assert shell.offers("edgectl confirm ") == []
    tool.close()


def test_a_row_of_the_table_in_force_is_completed(space, shell):
    tool = Edgectl(space)
    tool.load("profile = sfb2019\nmode = audit\nzones = { site }\nfeatures = { }\n"
              "node edge1 { access = { 192.0.2.1 } }\n"
              "row probe { service = access  out = { tcp/443 }  peers = { any } }\n")
    assert shell.words("edgectl row off si\t") == ["row", "off", "site/probe"]
    assert shell.words("edgectl row on external/5 external/14\t") == [
        "row", "on", "external/5", "external/14"]
    assert "external/15" not in shell.offers("edgectl row off ext")
    assert shell.words("edgectl explain --local tcp pe\tfron\t") == [
        "explain", "--local", "tcp", "peers", "frontend"]
    tool("flush")
    assert shell.offers("edgectl row off s") == []
    tool.close()


# --- zsh and fish, which ask the completion of bash where it is installed

@pytest.fixture(name="installed", scope="module")
def fixture_installed(tmp_path_factory):
    """A command line before which a shell finds what make install brings."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(["make", "-s", "-C", TREE / "userspace", "install", f"DESTDIR={folder}",
                    "PREFIX=/usr/local"], check=True)
    return ["unshare", "--mount", "sh", "-c",
            f"mount --bind {folder}/usr/local/share /usr/local/share && "
            f"mount --bind {folder}/etc/fish/completions /etc/fish/completions && "
            'exec "$@"', "sh"]


@pytest.fixture(name="zsh", scope="module")
def fixture_zsh(space, installed, tmp_path_factory):
    tool = Edgectl(space)
    home = tmp_path_factory.mktemp("home")
    (home / ".zshrc").write_text(Zsh.STARTUP)
    Zsh.COMMAND = [*installed, "zsh", "-i"]
    shell = Zsh(space, home, tool.program)
    yield shell
    assert not (shell.folder / "ran").exists()
    shell.close()
    tool.close()


@pytest.fixture(name="fish", scope="module")
def fixture_fish(space, installed, tmp_path_factory):
    """What fish offers behind each of these lines."""
    folder = tmp_path_factory.mktemp("home")
    tool = Edgectl(space)

    def offers(*lines):
        done = space.run(
            *installed, "env", f"--chdir={folder}", f"HOME={folder}",
            f"PATH={pathlib.Path(tool.program).parent}:{os.environ['PATH']}", "fish", "-c",
            "for line in $argv; complete -C $line | string escape; echo; end", *lines)
        return [[word.strip("'") for word in part.splitlines()]
                for part in done.stdout.split("\n\n")[:-1]]
    yield offers
    assert not (folder / "ran").exists()
    tool.close()


def test_zsh_completes_what_bash_does(devices, zsh):
    (zsh.folder / "plain.conf").write_text("")
    for line, words in [
            ("mon\t", ["monitor"]),
            ("zone off fed\t", ["zone", "off", "federation"]),
            ("explain --in lan\t", ["explain", "--in", "lan0.100"]),
            ("explain --in=dmz\t", ["explain", "--in=dmz-0"]),
            ("explain --in a\t", ["explain", "--in", "a;>ran"]),
            ("explain --in c\t", ["explain", "--in", "c|>ran"]),
            ("load --conf\t", ["load", "--confirm"]),
            ("load plain\t", ["load", "plain.conf"])]:
        assert zsh.words(f"edgectl {line}") == words, line


def test_fish_offers_what_bash_does(devices, fish):
    verbs, all_devices, one, zones, file = fish(
        "edgectl ", "edgectl explain --in ", "edgectl explain --in=dmz", "edgectl zone off ",
        "edgectl load /etc/hostn")
    assert {"monitor", "load", "flush"} <= set(verbs)
    assert "bonding_masters" not in all_devices
    assert set(HARMLESS) | {"a;>ran", "$(>ran)", "lo"} <= set(all_devices)
    assert one == ["--in=dmz-0"]
    assert set(zones) == {"external", "internal", "federation", "pic", "xmpp", "site"}
    assert file == ["/etc/hostname"]
