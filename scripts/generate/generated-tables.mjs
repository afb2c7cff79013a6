import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { conclude, readText } from '../lib/workspace.mjs'

// A page by hand, with tables between markers such as `<!-- calls:start … -->` and `<!-- calls:end -->`.

/** The page with its tables, by the names of their markers. Throws if the page lacks a marker. */
export function withTables(page, tables) {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(`(<!-- ${name}:start[^\\n]*-->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`)
    if (!place.test(text))
      throw new Error(
        `The page lacks <!-- ${name}:start --> and <!-- ${name}:end -->, between which its table belongs.`,
      )
    return text.replace(place, (_, start, end) => `${start}\n${table}\n\n${end}`)
  }, page)
}

/** A table of Markdown. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Writes the tables of a page. With --check, says whether they are stale and writes nothing. */
export function generateTables(path, tables) {
  const file = join(process.cwd(), path)
  const page = readText(file)
  const generated = withTables(page, tables)
  if (process.argv.includes('--check')) {
    const problems = page === generated ? [] : [`${path}: a table is stale: run \`npm run generate\`.`]
    conclude(problems, `the tables of ${path} are up to date`)
    return
  }
  writeFileSync(file, generated)
  console.log(`wrote the tables of ${path}`)
}
