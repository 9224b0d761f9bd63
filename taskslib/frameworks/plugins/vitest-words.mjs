/** Errors in words and places. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { stripVTControlCharacters } from "node:util"

export function headline(error, lines = 1) {
  const name = error.name && error.name !== "Error" ? `${error.name}: ` : ""
  const cause = error.cause?.message ? ` (${error.cause.message})` : ""
  const message = String(error.message ?? error) + cause
  return plain(name + message.split("\n").slice(0, lines).join("\n"))
}

export function plain(text) {
  return stripVTControlCharacters(String(text))
}

export function framesOf(stack) {
  return [...String(stack ?? "").matchAll(/\(?((?:file:\/\/)?[^\s()]+):(\d+):\d+\)?$/gm)].map(
    ([, file, line]) => ({
      file: file.startsWith("file://") ? fileURLToPath(file) : file,
      line: Number(line),
    }),
  )
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
