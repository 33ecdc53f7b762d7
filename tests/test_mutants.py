# SPDX-License-Identifier: GPL-2.0-only
"""Mutation testing (tests/mutants): what is planted, where, and what is asked."""

import pathlib
import subprocess
import sys

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
MUTANTS = TREE / "tests/mutants"
sys.path.insert(0, str(MUTANTS))

import operators                                                # noqa: E402
import records                                                  # noqa: E402
import tree                                                     # noqa: E402
from reach import Case, Reach, chosen                           # noqa: E402
from source import Source, words_of                             # noqa: E402


def sources():
    return [Source(str(path.relative_to(TREE)), path.read_text())
            for part in ("kmod", "userspace")
            for path in sorted((TREE / part).rglob("*.[ch]"))
            if "netlink-gen" not in path.name]


@pytest.fixture(scope="module", name="present")
def sources_of_today():
    return sources()


def mutated(kind, body, head="static int f(int a, int b)\n"):
    """What a function may become by one operator: its body's statements."""
    text = head + "{\n" + body + "\n}\n"
    found = []
    for mutant in operators.mutants_of(Source("kmod/f.c", text)):
        if mutant.kind == kind:
            after = mutant.apply(text)
            assert after.count("\n") == text.count("\n")
            found.append(" ".join(words_of(after)[len(words_of(head)) + 1:-1]))
    return found


@pytest.mark.parametrize("kind, body, becomes", [
    ("comparison", "a = a < b;", ["a = a <= b ;"]),
    ("comparison", "if (a == 1 && b > 2) g();",
     ["if ( a != 1 && b > 2 ) g ( ) ;", "if ( a == 1 && b >= 2 ) g ( ) ;"]),
    ("comparison", "a = max(a, b);", ["a = min ( a , b ) ;"]),
    ("constant", "a = 5;", ["a = 4 ;", "a = 6 ;"]),
    ("constant", "a = 0x10UL;", ["a = 0xfUL ;", "a = 0x11UL ;"]),
    ("constant", "a = true;", ["a = false ;"]),
    ("constant", "char buffer[64]; do { } while (0);", []),
    ("bits", "a = a & b; a |= *(&b);", ["a = a | b ; a |= * ( & b ) ;",
                                        "a = a & b ; a &= * ( & b ) ;"]),
    ("bits", "a = a << b;", ["a = a >> b ;"]),
    ("arithmetic", "a = b + 1;", ["a = b - 1 ;"]),
    ("arithmetic", "a = -b; a += b;",
     ["a = - b ; a -= b ;", "a = - b ; a = b ;"]),
    ("negation", "if (unlikely(a)) g();", ["if ( ! ( unlikely ( a ) ) ) g ( ) ;"]),
    ("negation", "if (!a)\n g();", ["if ( ! ( ! a ) ) g ( ) ;"]),
    ("negation", "a = b && a ? 1 : 2; a = a ?: b;",
     ["a = ! ( b && a ) ? 1 : 2 ; a = a ?: b ;".replace("?:", "? :")]),
    ("negation", "a = b && !a;", ["a = b && a ;"]),
    ("operand", "return a || (b && c);",
     ["return a ;", "return ( b && c ) ;", "return a || ( b ) ;",
      "return a || ( c ) ;"]),
    ("operand", "return a && b && c;",
     ["return a && c ;", "return b && c ;", "return a && b ;"]),
    ("statement", "int c = 1; c++; g(c); return c;",
     ["int c = 1 ; { } g ( c ) ; return c ;", "int c = 1 ; c ++ ; { } return c ;"]),
    ("statement", "if (a)\n return 1;\n else\n b = 2;\n g();",
     ["if ( a ) { } else b = 2 ; g ( ) ;", "if ( a ) return 1 ; else { } g ( ) ;",
      "if ( a ) return 1 ; else b = 2 ; { }"]),
    ("statement", "for_each_thing(a)\n a = 1;\n pr_info(\"x\");",
     ["for_each_thing ( a ) { } pr_info ( \"x\" ) ;"]),
    ("reference", "kfree(a); g();", ["{ } g ( ) ;"]),
    ("reference", "mutex_lock(a); g(); mutex_unlock(a);",
     ["{ } g ( ) ; mutex_unlock ( a ) ;", "mutex_lock ( a ) ; g ( ) ; { }",
      "{ } g ( ) ; { }"]),
    ("argument", "g(a, b, a);", ["g ( b , a , a ) ;", "g ( a , a , b ) ;"]),
    ("argument", "max(a, b); g(a, \"x\");", []),
    ("error", "if (a) goto out; b = 1; out: return -EINVAL;",
     ["if ( a ) { } b = 1 ; out : return - EINVAL ;",
      "if ( a ) return err ; b = 1 ; out : return - EINVAL ;",
      "if ( a ) goto out ; b = 1 ; out : return 0 ;"]),
    ("error", "err = -ENOMEM; return err;", ["err = 0 ; return err ;",
                                           "err = - ENOMEM ; return 0 ;"]),
])
def test_each_operator_makes_its_slips_and_no_others(kind, body, becomes):
    assert sorted(mutated(kind, body)) == sorted(" ".join(words_of(text))
                                                 for text in becomes)


@pytest.mark.parametrize("text", [
    "/* a < b */", "// a == 1", 'static const char *s = "1 < 2";',
    "#include <linux/a.h>", "#if A < 2\n#endif", "static_assert(1 < 2);",
    "static void f(void)\n{\n\tpr_info(\"%d\", 1 + 2);\n\tBUILD_BUG_ON(1 < 2);\n}",
    "static int __printf(3, 4) f(int a);", "struct s {\n\tint a[2 + 3];\n};",
])
def test_what_no_packet_depends_on_is_left_alone(text):
    assert operators.mutants_of(Source("kmod/f.c", text + "\n")) == []


def test_macros_tables_and_enums_are_mutated_by_their_names():
    text = ("#define LIMIT 4\n#define TWICE(x) \\\n\t((x) + \\\n\t (x))\n"
            "enum e {\n\tA = BIT(3),\n};\n"
            "static const struct s table[] = {\n\t{ .a = 1 < 2, },\n};\n")
    found = {(mutant.scope, mutant.where, mutant.kind)
             for mutant in operators.mutants_of(Source("kmod/f.c", text))}
    assert found == {("LIMIT", "macro", "constant"), ("TWICE", "macro", "arithmetic"),
                     ("e", "enum", "constant"), ("table", "table", "constant"),
                     ("table", "table", "comparison")}


def test_a_sample_depends_on_its_seed_alone(present):
    mutants = [mutant for source in present for mutant in operators.mutants_of(source)]
    again = [mutant for source in sources() for mutant in operators.mutants_of(source)]
    assert len(mutants) > 5000 and mutants == again
    keys = [mutant.key for mutant in operators.shuffled(mutants, "1")]
    assert len(set(keys)) == len(keys)
    assert keys == [mutant.key for mutant in operators.shuffled(again[::-1], "1")]
    assert keys[:40] != [mutant.key for mutant in operators.shuffled(mutants, "2")][:40]


def test_a_change_elsewhere_leaves_the_sample_as_it_is():
    text = "static int f(int a)\n{\n\treturn a < 1 && a != 5;\n}\n"
    more = "static int g(int a)\n{\n\treturn a > 7;\n}\n\n" + text
    old, new = (operators.shuffled(operators.mutants_of(Source("kmod/f.c", one)), "1")
                for one in (text, more))
    keys = {mutant.key for mutant in old}
    assert [mutant.key for mutant in new if mutant.key in keys] == \
        [mutant.key for mutant in old]


#
# What is kept in the tree
#

def test_every_planted_mistake_fits_the_sources_exactly_once(present):
    planted = records.read(MUTANTS / "catalogue")
    assert len(planted) > 40
    titles = [record.words["mutant"] for record in planted]
    assert len(set(titles)) == len(titles)
    wrong = []
    for record in planted:
        try:
            texts = record.apply(present)
        except records.RecordError as error:
            wrong.append(str(error))
            continue
        for name, text in texts.items():
            assert words_of(text) != words_of((TREE / name).read_text()), record.place
    assert wrong == []


def test_every_planted_mistake_names_a_test_that_exists():
    groups = subprocess.run([TREE / "tests/run", "--list"], check=True,
                            capture_output=True, text=True).stdout.split()
    for record in records.read(MUTANTS / "catalogue"):
        group, *tests = record.words["by"].split()
        if group.startswith("debug/"):
            group = group.replace("debug", "uml")
        assert group in groups, record.place
        for test in tests:
            if group == "unit":
                assert (TREE / f"tests/unit/{test}.c").exists(), record.place
            elif group == "model":
                assert (TREE / f"tests/{test}.py").exists(), record.place
            else:
                path = TREE / f"tests/net/test_{group.split('/')[1]}.py"
                assert f"def {test.split('[')[0]}(" in path.read_text(), record.place


def test_every_equivalent_mutant_is_still_one_and_says_why(present):
    made = {(mutant.scope, *words_of(mutant.before), "=>", *words_of(mutant.after))
            for source in present for mutant in operators.mutants_of(source)}
    known = records.Known(MUTANTS / "equivalent")
    assert [record.place for record in known.records
            if len(record.words.get("because", "").split()) < 4] == []
    gone = [" ".join(key) for key in known.reasons if key not in made]
    assert gone == [], "take them out of tests/mutants/equivalent: their code is gone"


def record_of(tmp_path, text):
    path = tmp_path / "records"
    path.write_text(text)
    return records.read(path)[0]


MOVED = Source("kmod/other.c", "static int f(int a)\n{\n\tif (a <\n\t    1)\n\t\treturn 2;\n"
               "\treturn 3;\n}\n")


def test_a_record_is_found_in_another_file_and_on_other_lines(tmp_path):
    record = record_of(tmp_path, "mutant one\nin kmod/f.c f\n-\tif (a < 1)\n+\tif (a)\n"
                                 "-\treturn 3;\n+\treturn 4;\n")
    assert record.apply([MOVED]) == {
        "kmod/other.c": "static int f(int a)\n{\n\tif (a)\n\t\treturn 2;\n"
                        "\treturn 4;\n}\n"}


@pytest.mark.parametrize("text, says", [
    ("in kmod/f.c f\n-\treturn\n+\tgoto\n", "2 times"),
    ("in kmod/f.c f\n-\treturn 4;\n+\treturn 5;\n", "0 times"),
    ("in kmod/f.c g\n-\treturn 2;\n+\treturn 3;\n", "no function"),
    ("in kmod/f.c f\n+\treturn 3;\n", "no text"),
    ("in kmod/f.c\n-\treturn 3;\n", "a file and a function"),
    ("-\treturn 3;\n", "before the function"),
])
def test_a_record_that_does_not_fit_is_one_sentence(tmp_path, text, says):
    with pytest.raises(records.RecordError, match=says) as error:
        record_of(tmp_path, "mutant one\n" + text).apply([MOVED])
    assert "\n" not in str(error.value) and "records:" in str(error.value)


def test_what_is_written_of_a_mutant_makes_it_known(tmp_path):
    mutants = operators.mutants_of(MOVED)
    path = tmp_path / "equivalent"
    path.write_text(records.written(mutants[0], "because", "nobody asks for it"))
    known = records.Known(path)
    assert [known.reason(mutant) for mutant in mutants[:2]] == \
        ["nobody asks for it", None]


#
# Which tests are asked
#

OLD = "int f(int a)\n{\n\tif (a)\n\t\treturn 1;\n\treturn 2;\n}\n"
NEW = "int g;\n\nint f(int a)\n{\n\tif (a)\n\t\treturn 1;\n\tg = 7;\n\treturn 2;\n}\n"


def collected(tmp_path, ran, new, old=None):
    """What tests ran of an old text, where there is a new one now."""
    import json                              # pylint: disable=import-outside-toplevel
    (tmp_path / "kmod").mkdir()
    (tmp_path / "kmod/f.c").write_text(new)
    (tmp_path / "part.json").write_text(json.dumps({
        "sources": {"kmod/f.c": old or new}, "known": {"kmod/f.c": [3, 4, 5]},
        "cases": [{"stage": "uml", "name": name, "seconds": 1, "ran": {"kmod/f.c": lines}}
                  for name, lines in ran.items()]}))
    return Reach([tmp_path / "part.json"], tmp_path)


def reach_of(tmp_path, ran):
    """What tests ran of OLD, asked about NEW."""
    reach = collected(tmp_path, ran, NEW, OLD)
    source = Source("kmod/f.c", NEW)
    return {mutant.line: {case.name for case in reach.cases_of(mutant, {source.name: source})}
            for mutant in operators.mutants_of(source)}


def test_tests_are_asked_that_ran_the_line_wherever_it_is_now(tmp_path):
    asked = reach_of(tmp_path, {"short": [3, 4], "long": [3, 5], "none": []})
    assert asked == {5: {"short", "long"}, 6: {"short"}, 7: {"short"}, 8: {"long"}}


def test_a_line_that_nobody_ran_is_asked_of_those_in_its_function(tmp_path):
    assert reach_of(tmp_path, {"one": [3]})[8] == {"one"}


def test_a_function_that_nobody_enters_is_asked_of_nobody(tmp_path):
    assert reach_of(tmp_path, {"one": []})[8] == set()


@pytest.mark.parametrize("head", [
    "enum e {\n\tA = 4,\n\tB = 5,\n};\n", "#define A 4\n#define B 5\n"])
def test_a_header_is_asked_of_those_that_run_a_line_with_the_name(tmp_path, head):
    reach = collected(tmp_path, {"one": [4], "other": [5]},
                      "int f(int a)\n{\n\tif (a)\n\t\treturn A;\n\treturn B;\n}\n")
    sources = {name: Source(name, text) for name, text in (
        ("kmod/f.h", head), ("kmod/f.c", (tmp_path / "kmod/f.c").read_text()))}
    asked = {}
    for mutant in operators.mutants_of(sources["kmod/f.h"]):
        asked.setdefault(mutant.line, set()).update(
            case.name for case in reach.cases_of(mutant, sources))
    assert list(asked.values()) == [{"one"}, {"other"}]


def test_cheap_tests_come_first_and_each_file_has_its_turn():
    def case(name, seconds, lines):
        return Case("uml", name, seconds, {"kmod/f.c": list(range(lines))})

    cases = [case("a.py::slow", 50, 10), case("a.py::quick", 1, 10),
             case("a.py::wide", 1, 1000), case("b.py::only", 3, 10)]
    assert [one.name for one in chosen(cases, 30, {})] == \
        ["a.py::quick", "b.py::only", "a.py::wide"]
    assert [one.name for one in chosen(cases, 30, {"b.py::only": 9})][0] == "b.py::only"
    assert [one.name for one in chosen(cases[:1], 30, {})] == ["a.py::slow"]


def test_the_tool_is_compiled_before_tests_run_it(tmp_path, monkeypatch):
    """The sources may have changed since the last test: a mutant was taken back."""
    asked = []
    monkeypatch.setattr(tree, "run", lambda command, *_: asked.append(command[0]) or (0, ""))
    copy = tree.Tree(tmp_path, tmp_path)
    copy.packets("uml", ["tests/net/test_f.py::test_f"], 1)
    copy.model(["test_f"])
    copy.group("uml/f")
    assert asked == ["make", "scripts/vm", "make", "/usr/bin/python3", "make", "tests/run"]


@pytest.mark.parametrize("words, says", [
    (["--no-such"], "--no-such"), (["--mutants", "many"], "many"),
])
def test_wrong_use_of_the_runner_is_one_line(words, says):
    done = subprocess.run([MUTANTS / "run", *words], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (64, "")
    assert says in done.stderr and len(done.stderr.splitlines()) == 1
