// How an app reads a stream of the AI SDK: text as it comes, and an error part as an error.

/** Reads it to its end. Throws its error. */
export async function readParts(parts, onText) {
  let failure
  for await (const part of parts) {
    if (part.type === 'text-delta') onText(part.text ?? part.delta ?? part.payload?.text)
    if (part.type === 'error') failure ??= { error: part.error ?? part.payload?.error }
  }
  if (failure !== undefined) throw failure.error
}
