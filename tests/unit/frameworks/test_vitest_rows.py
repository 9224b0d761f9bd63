"""What vitest's runs come to, in each of its majors: the same as pytest's would."""

from __future__ import annotations

import pytest

from taskslib import events
from taskslib.errors import UsageError
from taskslib.events import Counts, Outcome, State
from tests.unit.frameworks.bench import Bench

IT = "tests/unit/it.test.ts"
IMPORTS = 'import { afterEach, beforeAll, describe, expect, test } from "vitest"\n'


def write(bench: Bench, text: str) -> None:
    bench.write({IT: IMPORTS + text})


def test_mixed(vitest: Bench) -> None:
    write(
        vitest,
        """\
test("passes", () => {})
test("prints", () => { console.log("9 passed"); console.error("1000 passed") })
test("fails", () => { expect({ a: 1 }).toEqual({ a: 2 }) })
test("raises", () => {
  throw new TypeError("no such order\\nsecond line")
})
test.skip("skipped", () => {})
test.todo("later")
test("same", () => {})
test("same", () => {})
test.fails("expected", () => { throw new Error("known") })
describe("group", () => {
  test("deep", () => {})
})
""",
    )
    run = vitest.run()
    assert run.verdict == (State.FAILED, Counts(passed=6, failed=2, skipped=2), "2 failed")
    message = "AssertionError: expected { a: 1 } to deeply equal { a: 2 }"
    assert run.failures == [
        (f"{IT} > fails", Outcome.FAILED, message, f"{IT}:4"),
        (f"{IT} > raises", Outcome.FAILED, "TypeError: no such order", f"{IT}:6"),
    ]
    fails, raises = (failure.text for failure in run.result.failures)
    assert '-   "a": 2,\n+   "a": 1,' in fails
    assert '> 4 | test("fails"' in fails
    assert "second line" in raises
    assert "node_modules" not in fails + raises
    assert {"9 passed", "1000 passed"} <= set(run.live)


def test_no_total_before_the_last_file_is_collected(vitest: Bench) -> None:
    files = {f"tests/unit/f{n}.test.ts": IMPORTS + 'test("a", () => {})\n' for n in range(4)}
    vitest.write(files)
    run = vitest.run("--no-file-parallelism")
    totals = [one.total for one in run.events if isinstance(one, events.TestsCollected)]
    assert totals == [4]
    assert run.verdict == (State.PASSED, Counts(passed=4), "")


def test_live_totals_and_ids(vitest: Bench) -> None:
    write(vitest, 'describe("a", () => { test("1 > 2", () => {}) })\ntest("b", () => {})\n')
    run = vitest.run()
    ids = [f"{IT} > a > 1 > 2", f"{IT} > b"]
    assert run.events[0] == events.TestsCollected(run.result.suite, 2)
    assert [one.test for one in run.events if isinstance(one, events.TestStarted)] == ids
    assert [one.test for one in run.events if isinstance(one, events.TestFinished)] == ids
    assert run.verdict == (State.PASSED, Counts(passed=2), "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('import "./nowhere.js"\ntest("never", () => {})\n', "nowhere.js"),
        ('test("never", () => {\n', ""),
        ('test("never", () => {})\nthrow new RangeError("at import")\n', "RangeError: at import"),
    ],
    ids=["import", "syntax", "exception"],
)
def test_a_file_that_cannot_be_loaded(vitest: Bench, text: str, message: str) -> None:
    vitest.write({"tests/unit/good.test.ts": IMPORTS + 'test("passes", () => {})\n'})
    write(vitest, text)
    run = vitest.run()
    assert run.verdict == (State.FAILED, Counts(passed=1, errors=1), "1 error")
    [(test, outcome, said, _)] = run.failures
    assert (test, outcome) == (IT, Outcome.ERROR)
    assert message in said


def test_a_hook_that_fails(vitest: Bench) -> None:
    text = """\
describe("group", () => {
  beforeAll(() => {
    throw new Error("no database")
  })
  test("never", () => {})
})
"""
    write(vitest, text)
    run = vitest.run()
    assert run.verdict == (State.FAILED, Counts(errors=1, skipped=1), "1 error")
    assert run.failures == [(f"{IT} > group", Outcome.ERROR, "no database", f"{IT}:4")]


def test_unhandled_rejection(vitest: Bench) -> None:
    write(vitest, 'test("passes", () => { void Promise.reject(new Error("lost")) })\n')
    run = vitest.run()
    assert run.verdict == (State.CRASHED, Counts(passed=1), "lost")
    assert "> 2 |" in run.result.details


def test_a_worker_that_dies_is_named_by_its_file(vitest: Bench) -> None:
    vitest.write({"tests/unit/good.test.ts": IMPORTS + 'test("passes", () => {})\n'})
    write(
        vitest,
        """\
test("first", () => {})
test("dies", async () => {
  process.kill(process.pid, "SIGSEGV")
  await new Promise(() => {})
})
""",
    )
    run = vitest.run()
    assert run.result.state is State.CRASHED
    assert run.result.counts.failed == 0
    assert run.result.reason.endswith(f" during {IT}")
    assert run.result.reason.partition(" during ")[0] not in run.result.details  # said once


def test_a_worker_that_dies_is_named_beside_a_red_test(vitest: Bench) -> None:
    vitest.write({"tests/unit/red.test.ts": IMPORTS + 'test("red", () => { expect(1).toBe(2) })\n'})
    write(vitest, 'test("dies", () => { process.kill(process.pid, "SIGSEGV") })\n')
    run = vitest.run("--no-file-parallelism")
    assert run.result.state in {State.FAILED, State.CRASHED}
    assert IT in run.result.reason


def test_process_exit(vitest: Bench) -> None:
    write(vitest, 'test("passes", () => {})\ntest("leaves", () => { process.exit(0) })\n')
    run = vitest.run()
    assert run.verdict == (State.FAILED, Counts(passed=1, failed=1), "1 failed")
    assert run.result.failures[0].message.startswith("process.exit unexpectedly called with")


def test_retries_count_once(vitest: Bench) -> None:
    write(
        vitest,
        """\
let calls = 0
test("flaky", { retry: 2 }, () => { if (calls++ < 1) throw new Error("first") })
test("never", { retry: 1 }, () => { throw new Error("always") })
""",
    )
    run = vitest.run()
    assert run.verdict == (State.FAILED, Counts(passed=1, failed=1), "1 failed")
    assert run.result.repeated == 1  # what stays red needs no such mark


def test_what_fails_after_it_had_passed_has_failed(vitest: Bench) -> None:
    write(
        vitest,
        """\
describe("group", () => {
  afterEach(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300))
    throw new Error("still open")
  })
  test("a", () => {})
})
""",
    )
    run = vitest.run()
    assert run.verdict == (State.FAILED, Counts(failed=1), "1 failed")
    assert run.failures == [(f"{IT} > group > a", Outcome.FAILED, "still open", f"{IT}:5")]


def test_anything_may_be_thrown(vitest: Bench) -> None:
    write(
        vitest,
        """\
test("null", () => { throw null })
test("text", () => { throw "words" })
test("object", () => { throw { code: 1 } })
test("odd stack", () => {
  const error = new Error("far")
  error.stack = "Error: far\\n    at f (file://server/share/%ZZ.js:1:1)"
  throw error
})
""",
    )
    run = vitest.run()
    assert run.verdict == (State.FAILED, Counts(failed=4), "4 failed")
    null, text, thing, odd = (message for _, _, message, _ in run.failures)
    assert (null, text, odd) == ("null", "words", "far")
    assert thing.startswith("{ code: 1")  # 2.1 adds what it was compared with


def test_selected_by_name(vitest: Bench) -> None:
    write(vitest, 'test("a (1)", () => {})\ntest("b", () => { throw new Error("no") })\n')
    run = vitest.run("-t", r"^a \(1\)$")
    assert run.verdict == (State.PASSED, Counts(passed=1), "")
    run = vitest.run("-t", "nothing like it")
    assert run.verdict == (State.NONE_FITS, Counts(), "no test ran: 2 deselected")


def test_bail(vitest: Bench) -> None:
    text = 'test("a", () => { throw new Error("no") })\ntest.skip("s", () => {})\n'
    vitest.write({"tests/unit/later.test.ts": IMPORTS + 'test("z", () => {})\n'})
    write(vitest, text)
    run = vitest.run("--bail=1", "--no-file-parallelism")
    assert run.result.state is State.FAILED
    assert run.result.counts.failed == 1


def test_of_a_path_only_that_runs(vitest: Bench) -> None:
    vitest.write({"tests/unit/other.test.ts": IMPORTS + 'test("z", () => {})\n'})
    write(vitest, 'test("a", () => {})\n')
    run = vitest.run(IT)
    assert run.verdict == (State.PASSED, Counts(passed=1), "")


def test_the_configuration_of_the_suite_holds_but_for_its_reporters(vitest: Bench) -> None:
    config = 'export default { test: { globals: true, reporters: ["json", "default"] } }\n'
    vitest.write({"vitest.config.js": config, IT: 'test("global", () => {})\n'})
    run = vitest.run()
    assert run.verdict == (State.PASSED, Counts(passed=1), "")
    assert run.output == ""
    assert vitest.run(verbose=True).output == f"passed {IT} > global\n"


def test_only_what_lies_in_the_tests_folder_runs(vitest: Bench) -> None:
    red = IMPORTS + 'test("z", () => { throw new Error("not ours") })\n'
    vitest.write({"tests/integration/z.test.ts": red, "tests/unit/slow.test.ts": red})
    write(vitest, 'test("a", () => {})\n')
    run = vitest.run("--exclude", "tests/unit/slow.test.ts")
    assert run.verdict == (State.PASSED, Counts(passed=1), "")


def test_a_filter_narrows_and_never_widens(vitest: Bench) -> None:
    red = IMPORTS + 'test("z", () => { throw new Error("not asked for") })\n'
    files = ("tests/unit/money.test.ts", "tests/integration/money.test.ts")
    vitest.write(dict.fromkeys(("tests/unit/other.test.ts", files[1]), red))
    vitest.write({files[0]: IMPORTS + 'test("a", () => {})\n'})
    assert vitest.run("Money").verdict == (State.PASSED, Counts(passed=1), "")
    if vitest.version != "2.1":  # which knows no lines
        assert vitest.run(f"{files[0]}:2").result.counts.passed == 1
    assert vitest.run("--allowOnly", "money").result.counts.passed == 1
    assert vitest.run("--coverage.reporter", "lcov", "money").result.counts.passed == 1
    assert vitest.run("--exclude", "other", "", "-t", "a").result.counts.passed == 1
    for arguments in (("tests/unit/mony.test.ts",), ("money", "--allowOnly", "mony")):
        with pytest.raises(UsageError) as refused:
            vitest.run(*arguments)
        assert refused.value.message == f"api:unit: no test file fits {arguments[-1]!r}"
    with pytest.raises(UsageError, match="--watch never ends"):
        vitest.run("--watch", "money")


def test_what_a_red_test_printed_is_beside_its_failure(vitest: Bench) -> None:
    text = """\
test("a", () => { console.log("of", "another") })
test("b", () => { console.log("asked for"); console.error("3"); throw new Error("no") })
"""
    write(vitest, text)
    [failure] = vitest.run().result.failures
    assert failure.text.endswith("\n\n--- printed ---\nasked for\n3")
    assert "of another" not in failure.text


def test_a_number_at_the_end_of_a_name_is_the_names_own(vitest: Bench) -> None:
    write(vitest, 'test("fixes #123", () => {})\ntest("b", () => {})\n')
    assert vitest.run(only=(f"{IT} > fixes #123",)).verdict == (State.PASSED, Counts(passed=1), "")


def test_rerun_runs_just_that_test(vitest: Bench) -> None:
    path, option, pattern = vitest.framework.selection(vitest.suite, [f"{IT} > a (b) > c's"])
    assert (path, option, pattern) == (IT, "-t", r"^a \(b\)( >)? c's$")
    write(vitest, 'describe("a (b)", () => { test("c\'s", () => {}) })\ntest("c", () => {})\n')
    run = vitest.run(path, option, pattern)
    assert run.verdict == (State.PASSED, Counts(passed=1), "")
