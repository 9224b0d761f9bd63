/** Errors in words and places. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { inspect, stripVTControlCharacters } from "node:util"

export function headline(thrown, lines = 1) {
  const error = thrown ?? String(thrown)
  const name = error.name && error.name !== "Error" ? `${error.name}: ` : ""
  const cause = error.cause?.message ? ` (${error.cause.message})` : ""
  const message = told(error) + cause
  return plain(name + message.split("\n").slice(0, lines).join("\n"))
}

/** Anything may be thrown, and what is no error arrives with or without its type. */
function told(error) {
  if (typeof error !== "object") return String(error)
  const { stacks, stack, ...own } = error // which vitest adds to whatever was thrown
  return String(error.message ?? error.type ?? inspect(own, { depth: 2 }))
}

export function plain(text) {
  return stripVTControlCharacters(String(text))
}

export function framesOf(stack) {
  const lines = String(stack ?? "").matchAll(/^ +at (?:.*?\()?((?:file:\/\/)?\S.*?):(\d+):\d+\)?$/gm)
  return [...lines].map(([, file, line]) => ({ file: local(file), line: Number(line) }))
}

function local(file) {
  try {
    return file.startsWith("file://") ? fileURLToPath(file) : file
  } catch {
    return file // of another machine, or none at all
  }
}

/** Node's paths have the platform's separators, and vitest's always slashes. */
export function slashes(path) {
  return String(path).replaceAll("\\", "/")
}

/** Three lines of source around a place, the one that failed marked. */
export function excerpt({ file, line }) {
  let lines
  try {
    lines = readFileSync(file, "utf-8").split("\n")
  } catch {
    return undefined
  }
  const numbers = [line - 1, line, line + 1].filter((one) => one >= 1 && one <= lines.length)
  return numbers.map((one) => `${one === line ? ">" : " "} ${one} | ${lines[one - 1]}`).join("\n")
}
