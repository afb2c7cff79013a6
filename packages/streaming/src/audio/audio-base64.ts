// String.fromCharCode takes its input as arguments, and the stack limits their number.
const SLICE = 8_190

/** Base64 without Node's Buffer. A slice is a multiple of three, so that only the last one is padded. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let from = 0; from < bytes.length; from += SLICE)
    text += btoa(String.fromCharCode(...bytes.subarray(from, from + SLICE)))
  return text
}

/** Undefined if the string isn't base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  let binary: string
  try {
    binary = atob(text)
  } catch {
    return undefined
  }
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}
