import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// The processes that tests start, with one file of the sources changed as in `rule-mutant.config.ts`: `--import` of this file.

const { file = '', find, replace } = JSON.parse(process.env['RULE_MUTANT'] ?? '{}')
const changed = pathToFileURL(join(import.meta.dirname, '../..', file)).href

if (find !== undefined)
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (url !== changed) return loaded
      return {
        ...loaded,
        source: Buffer.from(loaded.source)
          .toString()
          .replace(find, () => replace),
      }
    },
  })
