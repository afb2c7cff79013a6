import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/** A package manager: what it's called, and what is typed to use it. */
export interface Manager {
  readonly name: string
  readonly installFlags: readonly string[]
  readonly start: string
  readonly try: string
  readonly test: string
  readonly check: string
  readonly publish: string
}

const NPM: Manager = { ...commandsOf('npm'), installFlags: ['--no-audit', '--no-fund'] }
const MANAGERS: readonly Manager[] = [
  NPM,
  commandsOf('pnpm'),
  // `yarn publish` of yarn 1 asks for a version, and `yarn npm publish` of later ones runs no `prepublishOnly`.
  { ...commandsOf('yarn'), publish: NPM.publish },
  // `bun test` is a test runner, and doesn't run the script.
  { ...commandsOf('bun'), start: 'bun run start', test: 'bun run test' },
]

/** The package manager that started a command, as its user agent names it, or undefined for one that isn't known. Without one it's npm. */
export function managerOf(userAgent = ''): Manager | undefined {
  if (userAgent === '') return NPM
  return MANAGERS.find(({ name }) => userAgent.startsWith(`${name}/`))
}

/** What is used in the place of a package manager that isn't known. */
export const FALLBACK: Manager = NPM

/** Whether a command is in one of the folders of PATH. */
export function isOnPath(command: string): boolean {
  const names = process.platform === 'win32' ? [`${command}.cmd`, `${command}.exe`, `${command}.ps1`] : [command]
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.some((folder) => names.some((name) => existsSync(join(folder, name))))
}

function commandsOf(name: string): Manager {
  return {
    name,
    installFlags: [],
    start: `${name} start`,
    try: `${name} run try`,
    test: `${name} test`,
    check: `${name} run check`,
    publish: `${name} publish`,
  }
}
