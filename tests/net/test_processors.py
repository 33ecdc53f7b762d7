# SPDX-License-Identifier: GPL-2.0-only
"""No processor waits for another: a packet writes nothing but the stack and what
is its processor's own."""

import re
import subprocess

import pytest

# What is written only if its last operand is memory, and what never writes there.
READERS = ("cmp", "test", "bt", "jmp", "call", "prefetch", "lea", "push")
OWN = re.compile(r"%gs:|\(%rsp\)")


def writes_elsewhere(instruction):
    """Whether it writes to memory that two processors may share."""
    if "nop" in instruction:
        return False
    name, _, operands = instruction.partition(" ")
    while name in ("lock", "rep", "repz", "notrack"):
        if name == "lock":
            return True
        name, _, operands = operands.strip().partition(" ")
    if re.match(r"bt[scr]", name):
        return True
    if name.startswith(READERS):
        return False
    if name.startswith("stos") or name.startswith("movs") and "(%rdi)" in operands:
        return True
    last = re.split(r",(?![^(]*\))", operands.strip())[-1]
    return ("(" in last or last.startswith("0x")) and not OWN.search(last)


@pytest.fixture(scope="module")
def packet_path(nf_edge):
    """The instructions of all that kmod/hook.c made, by function."""
    module = subprocess.run(["modinfo", "-n", "nf_edge"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout.strip()
    # A file's own symbols follow it.
    names, of_file = set(), None
    for line in subprocess.run(["readelf", "-sW", module], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.splitlines():
        words = line.split()
        if len(words) == 8 and words[3] == "FILE":
            of_file = words[7]
        elif len(words) == 8 and words[3] == "FUNC" and of_file == "hook.c":
            names.add(words[7])
    functions, name = {}, None
    for line in subprocess.run(["objdump", "-d", "--no-show-raw-insn", module], check=True,
                               text=True, stdout=subprocess.PIPE).stdout.splitlines():
        if start := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            name = start[1]
        elif name in names and (text := re.match(r"\s+[0-9a-f]+:\s+(.*?)\s*(#.*|<.*)?$", line)):
            functions.setdefault(name, []).append(" ".join(text[1].split()))
    return functions


def test_a_packet_writes_nothing_that_processors_share(packet_path):
    # The compiler marks a function whose parameters it changed: "pass_in_ipv4.isra.0".
    assert {"first_ipv4", "first_ipv6", "in_ipv4", "in_ipv6", "out_ipv4", "out_ipv6",
            "pass_in_ipv4", "pass_out_reply_ipv6"} <= {
                name.split(".")[0] for name in packet_path}
    shared = [f"{name}: {each}" for name, instructions in packet_path.items()
              for each in instructions if writes_elsewhere(each)]
    assert not shared


def test_what_would_be_shared_is_seen():
    for each in ("mov %rax,0x10(%rdi)", "incq (%rdx,%rax,1)", "lock incl (%rdi)",
                 "add %r8,0x10(%rdx,%rax,1)", "mov %eax,0x0(%rip)", "movl $0x1,0x5(%rbp)"):
        assert writes_elsewhere(each), each
    for each in ("mov 0x10(%rdi),%rax", "incq %gs:(%rdx,%rax,1)", "mov %rbx,0x8(%rsp)",
                 "cmp 0x10(%rsi),%ecx", "bt %rdx,(%rsi)", "jmp 5c0", "xor %eax,%eax",
                 "data16 cs nopw 0x0(%rax,%rax,1)"):
        assert not writes_elsewhere(each), each
