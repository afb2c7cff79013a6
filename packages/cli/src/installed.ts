import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'

/** A package that is installed, or the app itself. */
export interface Installed {
  readonly folder: string
  readonly name: string
  readonly version: string | undefined
  /** The range of Node that it needs. */
  readonly node: string | undefined
  readonly peers: readonly Peer[]
  /** The packages that it gets, by name. Undefined: none is found. */
  readonly uses: ReadonlyMap<string, Installed | undefined>
}

export interface Peer {
  readonly name: string
  readonly range: string
  readonly optional: boolean
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly engines?: { readonly node?: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/**
 * The app in a folder, with all packages that it and they get, as Node finds them: npm, pnpm and workspaces lay them out in other ways.
 * Undefined if neither the folder nor one above it has a package.json.
 */
export function installedFrom(start: string): Installed | undefined {
  const folder = foldersFrom(start).find((each) => existsSync(join(each, 'package.json')))
  return folder === undefined ? undefined : new Reader().read(realpathSync(folder), true)
}

class Reader {
  readonly #known = new Map<string, Installed>()

  /** `isApp`: what it needs for development counts too. */
  read(folder: string, isApp = false): Installed {
    const known = this.#known.get(folder)
    if (known !== undefined) return known
    const manifest = readManifest(folder)
    const uses = new Map<string, Installed | undefined>()
    const installed: Installed = {
      folder,
      name: manifest.name ?? folder,
      version: manifest.version,
      node: manifest.engines?.node,
      peers: peersOf(manifest),
      uses,
    }
    this.#known.set(folder, installed)
    const { dependencies, optionalDependencies, peerDependencies, devDependencies } = manifest
    const needs = { ...dependencies, ...optionalDependencies, ...peerDependencies, ...(isApp && devDependencies) }
    for (const name of Object.keys(needs)) {
      const found = find(name, folder)
      uses.set(name, found === undefined ? undefined : this.read(found))
    }
    return installed
  }
}

/** Everything that an app gets, the app included, each once. */
export function allFrom(app: Installed): readonly Installed[] {
  const all = new Set([app])
  for (const { uses } of all) for (const used of uses.values()) if (used !== undefined) all.add(used)
  return [...all]
}

function readManifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return {} // it isn't JSON, and npm would say so
  }
}

function peersOf({ peerDependencies = {}, peerDependenciesMeta = {} }: Manifest): readonly Peer[] {
  return Object.entries(peerDependencies).map(([name, range]) => ({
    name,
    range,
    optional: peerDependenciesMeta[name]?.optional === true,
  }))
}

/** The folder of a package, as Node finds it from another one. */
function find(name: string, from: string): string | undefined {
  const places = foldersFrom(from).map((folder) => join(folder, 'node_modules', name))
  const place = places.find((each) => existsSync(join(each, 'package.json')))
  return place === undefined ? undefined : realpathSync(place)
}

/** A folder and all above it. */
function foldersFrom(folder: string): readonly string[] {
  const folders = [folder]
  const { root } = parse(folder)
  for (let above = folder; above !== root; folders.push(above)) above = dirname(above)
  return folders
}
