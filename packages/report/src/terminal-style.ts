const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 }

export type Style = keyof typeof CODES

/** Colors text, or leaves it as it is. */
export type Paint = (text: string, ...styles: readonly Style[]) => string

export function painter(color: boolean): Paint {
  if (!color) return (text) => text
  const escape = String.fromCharCode(27)
  return (text, ...styles) => {
    if (text.trim() === '' || styles.length === 0) return text
    return `${escape}[${styles.map((style) => CODES[style]).join(';')}m${text}${escape}[0m`
  }
}
