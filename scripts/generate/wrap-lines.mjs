import { parseSync } from 'oxc-parser'

import { BROKEN_LINE } from '../docs/snippet-runner.mjs'

// What a formatter of code leaves as wide as it is: comments, commands that install packages, and outputs.

/** `code` with each comment that goes beyond `width` wrapped. One that follows code moves onto lines of its own above it. */
export function wrapComments(code, width) {
  const { comments } = parseSync('block.ts', code)
  let wrapped = code
  for (const { type, value, start, end } of comments.toReversed()) {
    const lineStart = code.lastIndexOf('\n', start - 1) + 1
    const before = code.slice(lineStart, start)
    if (end - lineStart <= width || value.includes('\n')) continue
    const indent = /^ */.exec(before)[0]
    const comment =
      type === 'Line'
        ? wrap(value.trim().split(' '), `${indent}// `, width)
        : `${indent}/**\n${wrap(value.slice(1).trim().split(' '), `${indent} * `, width)}\n${indent} */`
    const rest = before.trim() === '' ? '' : `\n${before.trimEnd()}`
    wrapped = `${wrapped.slice(0, lineStart)}${comment}${rest}${wrapped.slice(end)}`
  }
  return wrapped
}

/** A `npm install` beyond `width` becomes several. A comment behind it moves above. */
export function wrapInstalls(commands, width) {
  return commands
    .split('\n')
    .map((line) => {
      const [, install, packages, comment] =
        /^(npm install(?: --save-dev)?)((?: [^\s#-]\S*)+)(?: +# (.+))?$/.exec(line) ?? []
      if (install === undefined || line.length <= width) return line
      const installs = wrap(packages.trim().split(' '), `${install} `, width)
      return comment === undefined ? installs : `${wrap(comment.split(' '), '# ', width)}\n${installs}`
    })
    .join('\n')
}

/** Outputs beyond `width` are broken at a space, or else behind a comma. Bars stay, because their columns belong together. */
export function wrapOutput(output, width) {
  const rest = BROKEN_LINE.slice(1)
  const lines = output.replaceAll(BROKEN_LINE, '').split('\n')
  return lines.map((line) => (/[│┌─█░▌▕]/.test(line) ? line : broken(line, width, rest))).join('\n')
}

function broken(line, width, rest) {
  if (line.length <= width) return line
  const start = line.slice(0, width)
  const space = start.lastIndexOf(' ')
  const end = space > width / 2 ? space : start.lastIndexOf(',') + 1 || width
  return `${line.slice(0, end)}\n${broken(rest + line.slice(end), width, rest)}`
}

/** The words in lines that begin with `prefix`. A word that is longer than a line stays whole. */
function wrap(words, prefix, width) {
  const lines = []
  for (const word of words) {
    const line = lines.at(-1)
    if (line !== undefined && `${line} ${word}`.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(prefix + word)
  }
  return lines.join('\n')
}
