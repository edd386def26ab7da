// What a request may say: settings, media types, keys and messages, each checked before anything is done with it.
import { codePoint, faultOfName, normalized } from './name.mjs';

export class Problem extends Error {
  constructor(status, detail, { errors, retryAfter, reason, headers } = {}) {
    super(detail);
    this.status = status;
    this.title = TITLES[status];
    this.errors = errors;
    this.reason = reason; // In a word, of a refusal that will pass: that of its bye.
    this.retryAfter = retryAfter;
    this.headers = retryAfter ? { 'retry-after': retryAfter, ...headers } : headers;
  }
}

const TITLES = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

const DAY = 86_400_000;
const MANY = 10_000_000;
const NUMBERS = {
  // Name, default, lowest and highest value.
  port: ['PUSH_PORT', 8_443, 0, 65_535],
  heartbeatMs: ['PUSH_HEARTBEAT_MS', 15_000, 10, DAY],
  stallMs: ['PUSH_STALL_MS', 10_000, 10, DAY],
  pingMs: ['PUSH_PING_MS', 20_000, 10, DAY],
  pingTimeoutMs: ['PUSH_PING_TIMEOUT_MS', 10_000, 10, DAY],
  bodyMs: ['PUSH_BODY_MS', 10_000, 10, DAY],
  drainDelayMs: ['PUSH_DRAIN_DELAY_MS', 0, 0, DAY],
  drainMs: ['PUSH_DRAIN_MS', 5_000, 0, DAY],
  idempotencyMs: ['PUSH_IDEMPOTENCY_MS', 300_000, 0, DAY],
  retainMessages: ['PUSH_RETAIN_MESSAGES', 8_192, 1, MANY],
  retainBytes: ['PUSH_RETAIN_BYTES', 8_388_608, 1, 2_147_483_647],
  maxStreams: ['PUSH_MAX_STREAMS', 10_000, 1, MANY],
  maxStreamsPerConnection: ['PUSH_MAX_STREAMS_PER_CONNECTION', 600, 1, 1_000_000],
  postsPerSecond: ['PUSH_POSTS_PER_SECOND', 200, 0, 1_000_000],
  postBurst: ['PUSH_POST_BURST', 2_000, 0, 1_000_000],
  opensPerSecond: ['PUSH_OPENS_PER_SECOND', 100, 0, 1_000_000],
  openBurst: ['PUSH_OPEN_BURST', 1_000, 0, 1_000_000],
};

/** The settings in the environment; what is out of its bounds ends the start. */
export function settingsOf(environment) {
  const settings = {
    host: environment.PUSH_HOST ?? 'localhost',
    cert: environment.PUSH_CERT ?? 'certs/server.crt',
    key: environment.PUSH_KEY ?? 'certs/key.pem',
    page: environment.PUSH_PAGE ?? 'lessons/lesson11_browser',
  };
  for (const [field, [name, fallback, lowest, highest]] of Object.entries(NUMBERS)) {
    const text = environment[name] ?? String(fallback);
    settings[field] = Number(text);
    if (!/^\d{1,10}$/.test(text) || settings[field] < lowest || settings[field] > highest) {
      console.error(`${name}=${text}: give a whole number from ${lowest} to ${highest}.`);
      process.exit(2);
    }
  }
  return settings;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const MEDIA_TYPE = new RegExp(`^\\s*(${TOKEN}/${TOKEN})((?:\\s*;\\s*(?:${TOKEN}=(?:${TOKEN}|${QUOTED}))?)*)\\s*$`);
const PARAMETER = new RegExp(`(${TOKEN})=(${TOKEN}|${QUOTED})`, 'g');
const unquote = (value) => (value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value);

/** A media type (RFC 9110, 8.3.1) as its name and its parameters, or undefined if it is malformed. */
function mediaType(text) {
  const [, name, rest] = MEDIA_TYPE.exec(text) ?? [];
  if (!name) return undefined;
  const parameters = [...rest.matchAll(PARAMETER)].map(([, key, value]) => [key.toLowerCase(), unquote(value)]);
  return { name: name.toLowerCase(), parameters };
}

/** The values of a field, one for each of its lines: Node's own object keeps only the first of some. */
const lines = (rawHeaders, name) => rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1].toLowerCase() === name);

export function onlyJson(rawHeaders) {
  const values = lines(rawHeaders, 'content-type');
  const type = values.length === 1 ? mediaType(values[0]) : undefined;
  const utf8 = type?.parameters.every(([name, value]) => name !== 'charset' || value.toLowerCase() === 'utf-8');
  if (type?.name !== 'application/json' || !utf8) {
    throw new Problem(415, 'Send one Content-Type: application/json, in UTF-8.');
  }
}

/** The one Idempotency-Key, in quotes or without, or undefined if there is none. */
export function onlyKey(rawHeaders) {
  const values = lines(rawHeaders, 'idempotency-key');
  if (values.length === 0) return undefined;
  const key = /^"(?:[ !#-[\]-~]|\\["\\])*"$/.test(values[0]) ? unquote(values[0]) : values[0];
  if (values.length > 1 || !/^[\x21-\x7e]{1,128}$/.test(key) || (key === values[0] && key.startsWith('"'))) {
    throw new Problem(400, 'Send one Idempotency-Key of 1 to 128 visible ASCII characters, such as a UUID.');
  }
  return key;
}

/** The form that Accept prefers (RFC 9110, 12.5.1): of equal weights the more exact range wins, then the earlier one. */
export function acceptedForm(accept, forms) {
  const elements = (accept ?? '').match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []; // A comma in quotes separates nothing.
  const ranges = elements.map(mediaType).filter(Boolean).map(({ name, parameters }) => {
    const weight = Object.fromEntries(parameters).q ?? '1';
    const exactness = name === '*/*' ? 0 : name.endsWith('/*') ? 1 : parameters[0] && parameters[0][0] !== 'q' ? 2 : 3;
    return { name, exactness, weight: /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 1 };
  });
  if (ranges.length === 0) return forms[0];
  const offers = forms.map((form) => {
    const type = form.type.replace(/;.*/, '');
    const fitting = ranges.filter(({ name }) => name === type || name === '*/*' || name === type.replace(/\/.*/, '/*'));
    return { form, ...fitting.reduce((best, next) => (next.exactness > best.exactness ? next : best), fitting[0] ?? {}) };
  });
  const [best] = offers
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || b.exactness - a.exactness || place(ranges, a) - place(ranges, b));
  if (!best) throw new Problem(406, 'Accept text/event-stream, application/x-ndjson or text/plain, or send no Accept.');
  return best.form;
}

const place = (ranges, { name }) => ranges.findIndex((range) => range.name === name);

const MAX_DEPTH = 16;
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const HALF_A_PAIR = /\p{Surrogate}/u;

/** The message in the body of a POST. */
export function message(body) {
  const object = parse(body);
  const errors = [];
  const field = (name, most) => {
    const given = Object.hasOwn(object, name) ? object[name] : undefined;
    const value = name === 'user' && typeof given === 'string' && !faultOfCharacters(given) ? normalized(given) : given;
    const why = faultOf(name, value, most);
    if (why) errors.push({ pointer: `#/${name}`, detail: `${name} ${why}` });
    return value;
  };
  const found = { user: field('user', 64), text: field('text', 4_096) };
  if (errors.length > 0) throw new Problem(422, errors.map(({ detail }) => detail).join('; ') + '.', { errors });
  return found;
}

function faultOf(name, value, most) {
  const give = `give 1 to ${most} characters`;
  if (value === undefined) return `is missing: ${give}`;
  if (typeof value !== 'string') return `is not a string: ${give}`;
  const fault = faultOfCharacters(value);
  if (fault) return fault;
  const { length } = [...value];
  if (length < 1 || length > most) return `has ${length} characters: ${give}`;
  return name === 'user' ? faultOfName(value) : undefined;
}

function faultOfCharacters(value) {
  if (HALF_A_PAIR.test(value)) return 'has half of a surrogate pair: remove it';
  if (CONTROL.test(value)) return `has ${codePoint(CONTROL, value)}, a control character: remove it`;
  return undefined;
}

/** JSON.parse, but no name twice in an object and no deep nesting: of both it says nothing. */
function parse(body) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    const value = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is not an object');
    checkNames(text);
    return value;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : error instanceof TypeError ? 'it is not UTF-8' : error.message;
    throw new Problem(400, `The body cannot be read (${why}): send one object, {"user":"…","text":"…"}.`);
  }
}

function checkNames(text) {
  const open = []; // For each object or array that is open, the names in it so far.
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (name !== undefined) {
      const names = open.at(-1);
      if (names.has(JSON.parse(name))) throw new Error(`it has the name ${name} twice`);
      names.add(JSON.parse(name));
    } else if (token === '{' || token === '[') {
      if (open.push(new Set()) > MAX_DEPTH) throw new Error(`it is nested deeper than ${MAX_DEPTH}`);
    } else if (token === '}' || token === ']') {
      open.pop();
    }
  }
}
