/** Tests and groups of tests as plain data: from the objects of vitest 3 and newer, and of 2.1. */

export function fromCase(testCase) {
  const result = testCase.result() ?? {}
  const path = []
  for (let one = testCase; one.type !== "module"; one = one.parent) path.unshift(one.name)
  return {
    id: testCase.id,
    file: testCase.module.moduleId,
    path,
    project: testCase.project?.name,
    state: result.state ?? "pending",
    errors: result.errors ?? [],
    milliseconds: testCase.diagnostic()?.duration,
    retries: testCase.diagnostic()?.retryCount ?? 0,
  }
}

export function groups(module) {
  const suites = [...module.children.allSuites()]
  return [module, ...suites].map((one) => {
    const path = []
    for (let each = one; each.type !== "module"; each = each.parent) path.unshift(each.name)
    return { id: one.id, file: module.moduleId, path, errors: one.errors() }
  })
}

const STATES = { pass: "passed", fail: "failed", skip: "skipped", todo: "skipped" }

export function fromTask(task) {
  const { state, errors = [], duration, retryCount } = task.result ?? {}
  return {
    id: task.id,
    file: task.file.filepath,
    path: pathOf(task),
    project: task.file.projectName,
    state: STATES[state ?? task.mode] ?? "pending",
    errors,
    milliseconds: duration,
    retries: retryCount ?? 0,
  }
}

function pathOf(task) {
  const path = []
  for (let one = task; one && one !== task.file; one = one.suite) path.unshift(one.name)
  return path
}

export function testsOf(task) {
  return task.type === "suite" ? task.tasks.flatMap(testsOf) : [task]
}

export function groupsOf(task) {
  if (task.type !== "suite") return []
  const errors = task.result?.errors ?? []
  const own = { id: task.id, file: task.file.filepath, path: pathOf(task), errors }
  return [own, ...task.tasks.flatMap(groupsOf)]
}
