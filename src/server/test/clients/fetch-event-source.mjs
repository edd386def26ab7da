// @microsoft/fetch-event-source, as its README has it. It is made for browsers, and asks for these two.
globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };

const { EventStreamContentType, fetchEventSource } = await import('@microsoft/fetch-event-source');

class RetriableError extends Error {}
class FatalError extends Error {}

await fetchEventSource(process.argv[2], {
  async onopen(response) {
    if (response.ok && response.headers.get('content-type') === EventStreamContentType) return;
    if (response.status >= 400 && response.status < 500 && response.status !== 429) throw new FatalError();
    throw new RetriableError();
  },
  onmessage({ event, data }) {
    if (event === '' || event === 'bye') console.log(data);
  },
  onclose() {
    throw new RetriableError();
  },
  onerror(error) {
    if (error instanceof FatalError) {
      console.log('closed for good');
      throw error;
    }
  },
});
