const FENCE = /^(?<indent> *)(?<marks>`{3,})(?<info>[^\n`]*)\n(?<body>[\s\S]*?)^ *\k<marks>[ \t]*$/gm

/** Every code block of a page, with its first line, and where its code starts and ends in the text. */
export function codeBlocks(text) {
  return [...text.matchAll(FENCE)].map(({ groups, index, 0: fence }) => {
    const start = index + fence.indexOf('\n') + 1
    const body = groups.body.replaceAll(new RegExp(`^ {0,${groups.indent.length}}`, 'gm'), '')
    const line = text.slice(0, start).split('\n').length
    return { info: groups.info.trim(), body, indent: groups.indent, line, start, end: start + groups.body.length }
  })
}
