// undici's own EventSource.
import { EventSource } from 'undici';

const source = new EventSource(process.argv[2]);
source.onmessage = ({ data }) => console.log(data);
source.addEventListener('bye', ({ data }) => console.log(data));
source.onerror = () => source.readyState === 2 && console.log('closed for good');

// The library lets Node exit while it waits to come back; a program that has other work stays.
setInterval(() => {}, 60_000);
