"""The history's tables, and what is asked of them."""

from __future__ import annotations

VERSION = 2
FILE = f"history-{VERSION}.sqlite3"
"""Named by its version: an older taskslib and a newer one on two branches leave each other's."""

SCHEMA = (
    """CREATE TABLE suites (
        id INTEGER PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL, stage TEXT NOT NULL,
        at REAL NOT NULL, branch TEXT NOT NULL, hash TEXT NOT NULL, whole INTEGER NOT NULL,
        broken INTEGER NOT NULL,
        fingerprint TEXT NOT NULL, state TEXT NOT NULL, seconds REAL NOT NULL,
        passed INTEGER NOT NULL, failed INTEGER NOT NULL, errors INTEGER NOT NULL,
        skipped INTEGER NOT NULL, xfailed INTEGER NOT NULL, xpassed INTEGER NOT NULL,
        tests INTEGER NOT NULL)""",
    "CREATE INDEX suites_by_name ON suites (project, name, stage)",
    """CREATE TABLE tests (
        run INTEGER NOT NULL REFERENCES suites (id) ON DELETE CASCADE, test TEXT NOT NULL,
        outcome TEXT NOT NULL, seconds REAL NOT NULL, PRIMARY KEY (run, test)) WITHOUT ROWID""",
)
# What the columns hold is asked for in all of these: a disk that fails may have changed it.
DURATIONS = """
    SELECT seconds FROM suites
    WHERE project = :project AND name = :name AND stage = :stage AND whole AND state = 'passed'
        AND typeof(seconds) = 'real'
    ORDER BY id DESC LIMIT 5"""
TESTS = """
    SELECT test, outcome, tests.seconds FROM suites JOIN tests ON run = id
    WHERE typeof(tests.seconds) = 'real' AND id = (
        SELECT max(id) FROM suites WHERE project = :project AND name = :name AND stage = :stage
            AND whole AND state = 'passed')
    ORDER BY test"""
_SINCE_ALL_WAS_KNOWN = """
    project = :project AND branch = :branch AND stage IN ('unit', 'service', 'integration')
    AND id >= coalesce((
        SELECT max(id) FROM suites AS other
        WHERE other.project = suites.project AND other.branch = suites.branch
            AND other.name = suites.name AND other.stage = suites.stage
            AND whole AND NOT broken), 0)"""
FAILED = f"""
    SELECT name, stage, test FROM (
        -- SQLite takes the other columns from the row with the highest.
        SELECT name, stage, test, outcome, max(id) FROM suites JOIN tests ON run = id
        WHERE {_SINCE_ALL_WAS_KNOWN}
        GROUP BY name, stage, test)
    WHERE outcome IN ('failed', 'error')
    ORDER BY name, stage, test"""  # noqa: S608 — ours, all of it
BROKEN = f"""
    SELECT DISTINCT name, stage FROM suites WHERE {_SINCE_ALL_WAS_KNOWN} AND broken
    ORDER BY name, stage"""  # noqa: S608 — as above
_OF_LAST_GREEN_RUNS = """
    FROM suites JOIN tests ON run = id
    WHERE stage IN ('unit', 'service', 'integration') AND typeof(tests.seconds) = 'real'
        AND id IN (
            SELECT max(id) FROM suites
            WHERE project = :project AND whole AND state = 'passed' GROUP BY name, stage)"""
SLOWEST = f"""
    SELECT name, stage, test, tests.seconds {_OF_LAST_GREEN_RUNS}
    ORDER BY tests.seconds DESC LIMIT :count"""
OWN_SECONDS = f"""
    SELECT name, stage, sum(tests.seconds) {_OF_LAST_GREEN_RUNS}
    GROUP BY name, stage"""
FLAKY = "flaky"
"""The outcome of a test that was red, and passed when it was run again."""
GONE = "gone"
"""The outcome of a test that was asked for and is not there: it is red no more."""
_RED = "outcome IN ('failed', 'error', 'flaky')"
FLAKY_TESTS = f"""
    -- Of a test, the runs of the inputs with which it came to both, or passed on another try.
    SELECT name, stage, test, sum({_RED}), count(*), max(at)
    FROM (
        SELECT name, stage, test, outcome, at,
            outcome = 'flaky' OR fingerprint != '' AND (
                max(outcome = 'flaky') OVER same OR min({_RED}) OVER same != max({_RED}) OVER same
            ) AS counts
        FROM suites JOIN tests ON run = id
        WHERE project = :project AND stage IN ('unit', 'service', 'integration')
            AND typeof(at) = 'real' AND outcome NOT IN ('gone', 'skipped')
        WINDOW same AS (PARTITION BY name, stage, test, fingerprint))
    WHERE counts GROUP BY name, stage, test
    ORDER BY 6 DESC, name, stage, test"""  # noqa: S608 — as above
OUTCOMES = """
    SELECT name, stage, test, at, outcome, tests.seconds, branch FROM suites JOIN tests ON run = id
    WHERE project = :project AND instr(test, :test) > 0
        AND stage IN ('unit', 'service', 'integration') AND outcome != 'gone'
        AND typeof(at) = 'real' AND typeof(tests.seconds) = 'real'
    ORDER BY id DESC, test LIMIT :count"""
TREND = """
    SELECT at, sum(seconds), sum(passed + xpassed), sum(failed + errors), max(state != 'passed')
    FROM suites WHERE project = :project AND typeof(at) = 'real' AND typeof(seconds) = 'real'
    GROUP BY at ORDER BY at DESC LIMIT :count"""
FORGET_OF_SUITE = """
    DELETE FROM suites WHERE project = :project AND name = :name AND stage = :stage
        AND id NOT IN (
            SELECT id FROM suites WHERE project = :project AND name = :name AND stage = :stage
            ORDER BY id DESC LIMIT :runs)"""
FORGET = """
    DELETE FROM suites WHERE id <= (
        SELECT max(id) FROM (
            SELECT id, sum(tests + 1) OVER (ORDER BY id DESC) AS held FROM suites)
        WHERE held > :rows)"""
