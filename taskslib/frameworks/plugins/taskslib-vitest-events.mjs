/**
 * Tells taskslib what happens in a vitest run: one JSON line an event, written at once.
 *
 * Passed by its path as the only reporter, hence: nothing but Node, no TypeScript, the hooks of
 * vitest 2.1 to 5. The lines are those of `messages.py`. Every event is one write without
 * buffering, so that what is known survives the death of the process.
 */
import { appendFileSync } from "node:fs"
import { isAbsolute, relative, sep } from "node:path"
import { fromCase, fromTask, groups, groupsOf, testsOf } from "./vitest-tasks.mjs"
import { excerpt, framesOf, headline, plain, slashes } from "./vitest-words.mjs"

const LONGEST = 200_000 // characters of a failure's text
const NOTHING_COLLECTED = 5 // the exit code that says so in an `ended` event, as pytest's does

export default class Events {
  #file = process.env.TASKSLIB_EVENTS
  #verbose = process.env.TASKSLIB_VERBOSE === "1" // whether green tests are worth a line too
  #folder = process.cwd()
  #pattern
  #arrow = " " // what stands between the names of groups and test, where `-t` looks
  #modern = false // whether the hooks of vitest 3 and newer are called
  #known = new Map() // by vitest's own id of a test: what we call it, and how far it is
  #names = new Set()
  #collected = new Set()
  #files = Infinity // how many there are, as soon as that is known
  #read = new Set() // those that are collected
  #deselected = 0
  #printed = new Map() // what a test or a file printed, by vitest's own id
  #broken = new Set() // files and groups whose own failure was told
  #running = new Map() // files that began and have not ended, by vitest's own id
  #ended = false

  constructor() {
    // Or a vitest run inside the tests would write into our stream.
    delete process.env.TASKSLIB_EVENTS
    delete process.env.TASKSLIB_VERBOSE
    // First, since one of vitest 3 itself exits.
    process.prependListener("exit", () => this.#ended || this.#breakOff())
  }

  onInit(vitest) {
    this.#pattern = vitest.config?.testNamePattern ?? vitest.configOverride?.testNamePattern
    if (Number.parseInt(vitest.version, 10) >= 5) this.#arrow = " > "
    this.#tell("begun", { framework: `vitest ${vitest.version}` })
  }

  // What tests print would be lost: no other reporter is there to show it.
  onUserConsoleLog(log) {
    const stream = log.type === "stderr" ? process.stderr : process.stdout
    const text = log.content.endsWith("\n") ? log.content : `${log.content}\n`
    stream.write(text)
    const before = this.#printed.get(log.taskId) ?? ""
    if (before.length < LONGEST) this.#printed.set(log.taskId, before + text)
  }

  onProcessTimeout() {
    this.#tell("unhandled", { message: "vitest did not close in time", text: "" })
  }

  // Vitest 3 and newer.

  onTestRunStart(specifications) {
    this.#modern = true
    this.#files = specifications.length
  }

  onTestModuleQueued(module) {
    this.#running.set(module.id, module.moduleId)
  }

  onTestModuleCollected(module) {
    this.#collect([...module.children.allTests()].map(fromCase), module.id)
  }

  onTestCaseReady(testCase) {
    this.#start(fromCase(testCase))
  }

  onTestCaseResult(testCase) {
    this.#finish(fromCase(testCase))
  }

  onTestModuleEnd(module) {
    this.#running.delete(module.id)
    for (const group of groups(module)) this.#blame(group)
  }

  onTestRunEnd(modules, errors, reason) {
    for (const module of modules) {
      const tests = [...module.children.allTests()].map(fromCase)
      this.#collect(tests, undefined)
      for (const test of tests) if (test.state !== "pending") this.#finish(test)
      for (const group of groups(module)) this.#blame(group)
      // Of a file that cannot be imported 3.2 tells only here.
      if (!["pending", "queued"].includes(module.state())) this.#running.delete(module.id)
    }
    if (reason === "interrupted") this.#tell("stopped", { reason: "vitest" })
    this.#end(modules.length, errors)
  }

  // Vitest 2.1, and 3 beside the others.

  onPathsCollected(paths = []) {
    if (!this.#modern) this.#files = paths.length
  }

  onCollected(files = []) {
    if (this.#modern) return
    for (const file of files) this.#collect(testsOf(file).map(fromTask), file.id)
  }

  onTaskUpdate(packs) {
    if (this.#modern) return
    for (const [id, result] of packs) {
      const entry = this.#known.get(id)
      if (entry !== undefined && result !== undefined) this.#begin(entry)
      // How it ended is told at the end: here `pass` can still turn into `fail`, in a hook.
    }
  }

  onFinished(files, errors = []) {
    if (this.#modern) return
    for (const file of files) {
      const tests = testsOf(file).map(fromTask)
      this.#collect(tests, undefined)
      for (const test of tests) if (test.state !== "pending") this.#finish(test)
      for (const group of groupsOf(file)) this.#blame(group)
      if (file.result?.state === undefined || file.result.state === "run") {
        this.#running.set(file.id, file.filepath)
      }
    }
    this.#end(files.length, errors)
  }

  // What all versions come to.

  /** Files are collected as their turn comes: there is no total before the last of them. */
  #collect(tests, file) {
    for (const test of tests) {
      if (this.#known.has(test.id)) continue
      const name = this.#unique(test)
      const entry = { name, started: false, ended: this.#isDeselected(test) }
      this.#known.set(test.id, entry)
      if (entry.ended) this.#deselected++
      else this.#collected.add(test.id)
    }
    if (file !== undefined) this.#read.add(file)
    if (this.#read.size >= this.#files) this.#tell("collected", { total: this.#collected.size })
  }

  #start(test) {
    const entry = this.#known.get(test.id)
    if (entry !== undefined && !entry.ended) this.#begin(entry)
  }

  #begin(entry) {
    if (entry.started || entry.ended) return
    entry.started = true
    this.#tell("started", { test: entry.name })
  }

  #finish(test) {
    const entry = this.#known.get(test.id)
    if (entry === undefined || entry.ended) return
    if (test.state === "passed") {
      if (test.retries > 0) this.#tell("repeated", { test: entry.name })
      return this.#close(entry, "passed", test.milliseconds)
    }
    if (test.state === "skipped") return this.#close(entry, "skipped", 0)
    if (test.errors.length === 0) return // after `--bail` what did not run is called failed
    this.#report(entry.name, "failed", test, false)
    this.#close(entry, undefined, test.milliseconds)
  }

  #close(entry, outcome, milliseconds) {
    if (entry.ended) return
    this.#begin(entry)
    entry.ended = true
    const seconds = Math.max(0, milliseconds ?? 0) / 1000
    this.#tell("finished", { test: entry.name, outcome, seconds })
    if (this.#verbose && outcome !== undefined) process.stdout.write(`${outcome} ${entry.name}\n`)
  }

  /** A file that cannot be imported, a hook that failed: of no test, and yet red. */
  #blame(group) {
    if (group.errors.length === 0 || this.#broken.has(group.id)) return
    this.#broken.add(group.id)
    this.#report([this.#shown(group.file), ...group.path].join(" > "), "error", group, true)
  }

  #report(test, outcome, { id, errors, file, milliseconds = 0 }, final) {
    const [first] = errors
    const failure = errors.map((error) => this.#words(error, file)).join("\n\n")
    const printed = plain(this.#printed.get(id) ?? "").trimEnd()
    const text = printed ? `${failure}\n\n--- printed ---\n${printed}` : failure
    const place = this.#place(first, file)
    this.#tell("reported", {
      test,
      outcome,
      seconds: Math.max(0, milliseconds) / 1000,
      final,
      message: headline(first),
      text: text.slice(0, LONGEST),
      path: place?.path ?? this.#shown(file),
      line: place?.line ?? 0,
    })
    process.stdout.write(`\n${outcome} ${test}\n${failure}\n\n`)
  }

  #end(files, errors) {
    this.#ended = true
    this.#breakOff()
    for (const error of errors) {
      const text = this.#words(error, "")
      this.#tell("unhandled", { message: headline(error), text: text.slice(0, LONGEST) })
    }
    this.#tell("collected", { total: this.#collected.size })
    if (this.#deselected > 0) this.#tell("deselected", { count: this.#deselected })
    const nothing = files === 0 && errors.length === 0
    this.#tell("ended", { code: nothing ? NOTHING_COLLECTED : 0 })
  }

  /** What a worker that died was at reaches us late or never: name its file at least. */
  #breakOff() {
    for (const file of this.#running.values()) this.#tell("started", { test: this.#shown(file) })
  }

  /** Two tests of a file may have one name; they count twice. */
  #unique(test) {
    const project = test.project ? `|${test.project}| ` : ""
    const name = project + [this.#shown(test.file), ...test.path].join(" > ")
    let unique = name
    for (let number = 2; this.#names.has(unique); number++) unique = `${name} #${number}`
    this.#names.add(unique)
    return unique
  }

  /** Vitest marks what `-t` leaves out as skipped. */
  #isDeselected(test) {
    if (!this.#pattern || test.state === "failed") return false
    return !new RegExp(this.#pattern.source, this.#pattern.flags).test(test.path.join(this.#arrow))
  }

  #shown(file) {
    const path = isAbsolute(file) ? relative(this.#folder, file) : file
    return path.split(sep).join("/")
  }

  #words(thrown, file) {
    const error = thrown ?? String(thrown)
    const place = this.#place(error, file)
    const calls = String(error.stack ?? "").match(/^ +at (?!.*\bnode_modules\b|.*\bnode:|new Promise).*$/gm)?.join("\n")
    const parts = [headline(error, Infinity), error.diff, place && excerpt(place), calls]
    return parts.filter(Boolean).map(plain).join("\n\n").trimEnd()
  }

  /** The innermost line of the test's own file, else of the suite's folder. */
  #place(thrown, file) {
    const error = thrown ?? {}
    const folder = `${slashes(this.#folder)}/`
    const frames = [...(error.stacks ?? []), ...framesOf(error.stack)]
      .map((frame) => ({ file: slashes(frame.file), line: frame.line }))
      .filter(({ file }) => file.startsWith(folder) && !file.includes("/node_modules/"))
    const found = frames.find((frame) => frame.file === slashes(file)) ?? frames[0]
    return found && { ...found, path: this.#shown(found.file) }
  }

  #tell(kind, data) {
    if (this.#file) appendFileSync(this.#file, `${JSON.stringify({ kind, ...data })}\n`)
  }
}
