import { relative } from 'node:path'
import process from 'node:process'

import { plainLine } from '@stageflow/core/kit'
import { gte, satisfies, validRange } from 'semver'

import { allFrom, installedFrom } from '../installed.ts'
import type { Installed } from '../installed.ts'
import { printJson } from '../shown.ts'
import { paint, print } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'

/** One thing that the command has looked at. */
export interface Diagnosis {
  readonly ok: boolean
  readonly text: string
}

const CORE = '@stageflow/core'
/** Since these versions, Node loads TypeScript by itself, and reads a journal without writing to it. */
const LOADS_TYPESCRIPT = '22.18.0'
const OPENS_READ_ONLY = '22.15.0'
const OLDEST_NODE = '22.13.0'

/** Returns the exit code: 1 if something is wrong. */
export async function doctor({ json }: { readonly json?: true }, terminal: Terminal): Promise<0 | 1> {
  const found = diagnoses(process.cwd(), process.version)
  const { output } = terminal
  if (json === true) printJson(terminal, found)
  else
    print(
      terminal,
      ...found.map(
        ({ ok, text }) => `${ok ? paint(output, 'green', 'ok   ') : paint(output, 'red', 'wrong')} ${plainLine(text)}`,
      ),
    )
  return found.every(({ ok }) => ok) ? 0 : 1
}

/** What is right and wrong with Node and the packages of the app in a folder. */
export function diagnoses(folder: string, nodeVersion: string): readonly Diagnosis[] {
  const app = installedFrom(folder)
  if (app === undefined)
    return [
      ...ofNode(nodeVersion, []),
      {
        ok: false,
        text: `Neither ${folder} nor a folder above it has a package.json. Run this in the folder of your app.`,
      },
    ]
  const all = allFrom(app)
  return [...ofNode(nodeVersion, all), ...ofCore(all, folder), ...all.flatMap((each) => ofPeers(each))]
}

function ofNode(version: string, all: readonly Installed[]): readonly Diagnosis[] {
  if (!gte(version, OLDEST_NODE))
    return [{ ok: false, text: `Node ${version} is too old. Stageflow needs ${OLDEST_NODE} or newer.` }]
  const refusing = all.filter(
    ({ name, node }) => isOurs(name) && node !== undefined && validRange(node) !== null && !satisfies(version, node),
  )
  const limits = [
    ...(gte(version, OPENS_READ_ONLY) ? [] : [`journals can't be read before ${OPENS_READ_ONLY}`]),
    ...(gte(version, LOADS_TYPESCRIPT)
      ? []
      : [`TypeScript needs --experimental-strip-types before ${LOADS_TYPESCRIPT}`]),
  ]
  return [
    { ok: true, text: [`Node ${version}`, ...limits].join('; ') },
    ...refusing.map(({ name, version: own, node }) => ({
      ok: false,
      text: `${name} ${own} needs Node ${node}, and this is ${version}. Install that Node.`,
    })),
  ]
}

/** `stageflow`, `@stageflow/core`, and plugins of others by their names. */
const isOurs = (name: string): boolean => name === 'stageflow' || /^@stageflow\/|^(?:@[^/]+\/)?stageflow-/.test(name)

function ofCore(all: readonly Installed[], folder: string): readonly Diagnosis[] {
  const copies = all.filter(({ name }) => name === CORE)
  const [first] = copies
  if (first === undefined) return [{ ok: false, text: `${CORE} isn't installed. Run: npm install ${CORE}` }]
  if (copies.length === 1) return [{ ok: true, text: `one copy of ${CORE} ${first.version}` }]
  const places = copies.map((copy) => {
    const users = all.filter(({ uses }) => uses.get(CORE) === copy).map(({ name }) => name)
    return `${copy.version} in ${relative(folder, copy.folder)} (used by ${users.slice(0, 5).join(', ')})`
  })
  return [
    {
      ok: false,
      text: `${copies.length} copies of ${CORE}: ${places.join('; ')}. A stage of one can't be used with the other. Give all packages one version, then run: npm dedupe`,
    },
  ]
}

/** The peers among our packages that a package doesn't get, or gets in a version that doesn't fit. */
function ofPeers({ name, version, peers, uses }: Installed): readonly Diagnosis[] {
  return peers.flatMap((peer): readonly Diagnosis[] => {
    if (!isOurs(peer.name) || validRange(peer.range) === null) return []
    const found = uses.get(peer.name)
    if (found === undefined && peer.optional) return []
    const needs = `${name} ${version} needs ${peer.name} ${peer.range}`
    const command = `npm install "${peer.name}@${peer.range}"`
    if (found === undefined) return [{ ok: false, text: `${needs}, which isn't installed. Run: ${command}` }]
    const fits = found.version !== undefined && satisfies(found.version, peer.range, { includePrerelease: true })
    return fits ? [] : [{ ok: false, text: `${needs}, and gets ${found.version}. Run: ${command}` }]
  })
}
