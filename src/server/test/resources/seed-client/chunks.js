// The original client, first form: fetch, a reader, a decoder in stream mode, and every chunk parsed as if it were
// a whole document. It is here to go on working as it is, not to be mended.

async function listen(path, key, show) {
  const response = await fetch(path);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let finished = false;
  while (!finished) {
    const part = await reader.read();
    finished = part.done;
    const words = decoder.decode(part.value, { stream: !finished });
    if (words !== '') show(JSON.parse(words)[key]);
  }
}

async function follow(path, key, show) {
  await listen(path, key, show);
}
