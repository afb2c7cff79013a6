import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { codeNameOf, withFileName, withName, type TemplateFile } from './code-names.ts'
import { APP_MODELS, APP_PLUGINS, DEFAULT_MODEL, OF_DEFAULTS, isApp } from './kinds.ts'
import type { AppModel, AppPlugin, Kind } from './kinds.ts'
import type { Names } from './naming.ts'
import { UsageError } from './usage-error.ts'

const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url))
/**
 * A line of the template of an app that is there only with some plugins: `a|b` with one of them, `a+b` with both, `a+!b` with the first alone.
 */
const PLUGIN_LINE = /^.* \/\/ plugin: ([a-z+|!-]+)\n/gm
/** The files of an app that belong to a plugin. */
const PLUGIN_FILES: ReadonlyMap<string, AppPlugin> = new Map([['src/token.ts', 'auth']])
/** What a service shares with an app. Its own files are in a folder of its own. */
const SHARED_FILES: ReadonlySet<string> = new Set(['tsconfig.json', '.gitignore'])

/**
 * The files of a new app or plugin: their text by their path. `plugins` and `model`: what an app has. Throws a `UsageError` if the name can't be
 * used: see `codeName`, and an app can't have the name of a package that it installs.
 */
export function templateFiles(
  kind: Kind,
  names: Names,
  plugins: readonly AppPlugin[] = [],
  model: AppModel = DEFAULT_MODEL,
): ReadonlyMap<string, string> {
  const chosen = plugins.includes('defaults') ? plugins.filter((plugin) => !OF_DEFAULTS.has(plugin)) : plugins
  const templates = templatesOf(kind, model).filter(({ path }) => {
    const plugin = PLUGIN_FILES.get(path)
    return plugin === undefined || chosen.includes(plugin)
  })
  const codeName = codeNameOf(names.name, templates)
  const files = templates.map(({ path, text }) => {
    const own = path === 'package.json' ? manifestWith(text, kind, names, chosen, model) : withPlugins(text, chosen)
    return [filled(path, names, codeName), filled(own, names, codeName)] as const
  })
  return new Map(files.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** What a plugin is called in its code and its files: its name, or `custom-` before it if the name means something else there. */
export function codeName(kind: Kind, { name }: Names): string {
  return codeNameOf(name, templatesOf(kind, 'none'))
}

/** Of a file that several folders have, the last one counts. */
function templatesOf(kind: Kind, model: AppModel): readonly TemplateFile[] {
  const files = filesOfKind(kind, model)
  return [...new Map(files.map((file) => [file.path, file])).values()]
}

function filesOfKind(kind: Kind, model: AppModel): readonly TemplateFile[] {
  if (!isApp(kind)) return [...readFolder('plugin'), ...readFolder(kind)]
  const ofModel = model === 'none' ? [] : readFolder(`app-${model}`)
  if (kind === 'app') return [...readFolder('app'), ...ofModel]
  const shared = readFolder('app').filter(({ path }) => SHARED_FILES.has(path))
  return [...shared, ...readFolder('service'), ...ofModel.filter(({ path }) => path.startsWith('src/'))]
}

function readFolder(name: string): readonly TemplateFile[] {
  const folder = join(TEMPLATES, name)
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map((entry) => {
    const file = join(entry.parentPath, entry.name)
    const path = relative(folder, file).replaceAll('\\', '/')
    return { path: realName(path), text: readFileSync(file, 'utf8') }
  })
}

/** npm leaves .gitignore out of a package, and a package.json inside a package confuses tools: here they begin with _. */
function realName(path: string): string {
  return path === '_package.json' ? 'package.json' : path.replace(/^_/, '.')
}

/** Puts the names in the place of the words that the templates are written with. */
function filled(text: string, { packageName, name }: Names, inCode: string): string {
  return withName(withFileName(text, inCode), inCode)
    .replaceAll('template-package', packageName)
    .replaceAll('template-name', name)
}

/** The text of a template, without the lines of plugins that an app doesn't have. */
function withPlugins(text: string, plugins: readonly AppPlugin[]): string {
  const withoutMark = (line: string): string => line.replace(/ \/\/ plugin: .*/, '')
  return text
    .replaceAll(PLUGIN_LINE, (line, condition: string) => (holds(condition, plugins) ? withoutMark(line) : ''))
    .replace(/return \[\s+\]/, 'return []')
}

/** Whether a line with this condition belongs to an app with these plugins. */
function holds(condition: string, plugins: readonly string[]): boolean {
  const isMet = (term: string): boolean =>
    term.startsWith('!') ? !plugins.includes(term.slice(1)) : plugins.includes(term)
  return condition.split('|').some((terms) => terms.split('+').every(isMet))
}

/** The manifest in the form that npm writes, without the packages of plugins and models that an app doesn't have. */
function manifestWith(
  text: string,
  kind: Kind,
  { packageName }: Names,
  plugins: readonly AppPlugin[],
  model: AppModel,
): string {
  const manifest = JSON.parse(text) as Manifest
  if (isApp(kind)) {
    // A service has its plugins without a choice.
    const parts = { ...(kind === 'app' ? APP_PLUGINS : {}), ...APP_MODELS }
    const chosen = Object.entries(parts).filter(([name]) => [...plugins, model].includes(name as AppPlugin))
    const kept = new Set(chosen.flatMap(([, { packages }]) => packages))
    const optional = Object.values(parts).flatMap(({ packages }) => packages)
    for (const name of optional) if (!kept.has(name)) delete manifest.dependencies[name]
  }
  const installed = { ...manifest.dependencies, ...manifest.devDependencies }
  if (Object.hasOwn(installed, packageName))
    throw new UsageError(`The ${kind} installs ${packageName}, so it can't be called that. Choose another name.`)
  return `${JSON.stringify(manifest, null, 2)}\n`
}

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
}
