import { rmSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

import { Application } from 'typedoc'

import { readPackages, sourceOf } from '../scripts/lib/workspace.mjs'

const REPOSITORY = 'https://github.com/stageflow/stageflow'

// Writes the API reference, a page for each entry, from the types of every entry of every package.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUT = join(ROOT, 'website/api')

/** The import path of each entry, by its file. */
const entries = new Map(
  readPackages(ROOT).flatMap(({ folder, manifest }) =>
    Object.entries(manifest.exports)
      .map(([entry, target]) => [sourceOf(target), posix.join(manifest.name, entry)])
      .filter(([path]) => path.endsWith('.ts'))
      .map(([path, name]) => [join(ROOT, folder, path), name]),
  ),
)
const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [...entries.keys()],
  tsconfig: join(ROOT, 'website/tsconfig.api.json'),
  readme: 'none',
  out: OUT,
  skipErrorChecking: true,
  excludeInternal: true,
  excludePrivate: true,
  githubPages: false,
  outputFileStrategy: 'modules',
  entryFileName: 'index',
  disableSources: false,
  sourceLinkTemplate: `${REPOSITORY}/blob/main/{path}#L{line}`,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: 'table',
  expandObjects: true,
  logLevel: 'Warn',
})
const project = await app.convert()
if (project === undefined) throw new Error('typedoc could not read the packages.')
for (const entry of project.children ?? [])
  entry.name = entries.get(entry.sources?.[0]?.fullFileName ?? '') ?? entry.name
rmSync(OUT, { recursive: true, force: true })
await app.generateOutputs(project)
