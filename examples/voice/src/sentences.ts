/** Joins the words of an answer to sentences. Each comes as soon as its last word has come. */
export async function* sentencesOf(words: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string, void> {
  let sentence = ''
  for await (const word of words) {
    sentence += word
    if (!/[.!?]\s*$/.test(sentence)) continue
    yield sentence.trim()
    sentence = ''
  }
  if (sentence.trim() !== '') yield sentence.trim()
}
