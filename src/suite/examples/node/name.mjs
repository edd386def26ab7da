// A name must show as what it is (Unicode TR 39): no two that read the same, none that hides or reorders anything.

const STYLED = /(?=[\p{L}\p{Nd}])[\u2100-\u214f\uff10-\uff5a\u{1d400}-\u{1d7ff}]/gu; // Fullwidth, mathematical.
const LINE = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const REORDERING = /\p{Bidi_Control}/u;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800\ufff0-\ufffc]/u;
const MEANINGLESS = /[\p{Co}\p{Noncharacter_Code_Point}]/u;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}\p{Cn}]/u;

// Where an invisible character changes what is seen: between emoji, in Arabic and Indic scripts, and in flags.
const EMOJI = '[\\p{So}\\u{1f000}-\\u{1faff}]';
const VIRAMA = '[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca\\u1039\\u17d2]';
const ARABIC = '(?=\\p{L})\\p{Script=Arabic}';
const NEEDED = new RegExp(
  `(?<=${EMOJI})\\u200d(?=${EMOJI})|(?<=${VIRAMA})[\\u200c\\u200d]|(?<=\\p{L})\\u200d(?=${VIRAMA})|` +
    `(?<=${ARABIC})\\u200c(?=${ARABIC})|(?<=\\u{1f3f4})[\\u{e0030}-\\u{e007a}]{2,6}\\u{e007f}`,
  'gu',
);

// The scripts in everyday use. JavaScript cannot say which one a letter has, only whether it has this one.
const SCRIPTS = ('Latin Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil ' +
  'Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Cherokee Khmer Mongolian Hiragana ' +
  'Katakana Bopomofo Han').split(' ');
const NO_SCRIPT = '\\p{Script=Common}\\p{Script=Inherited}';
const only = (...scripts) => new RegExp(`^[${NO_SCRIPT}${scripts.map((name) => `\\p{Script=${name}}`).join('')}]*$`, 'u');
const MIXTURES = [
  only('Latin', 'Han', 'Hiragana', 'Katakana'),
  only('Latin', 'Han', 'Bopomofo'),
  only('Latin', 'Han', 'Hangul'),
];
const WORDS = SCRIPTS.map((name) => ({ name, has: new RegExp(`\\p{Script=${name}}`, 'u'), only: only(name) }));

/** A name in the one form in which it is stored. */
export const normalized = (name) =>
  name
    .replace(STYLED, (styled) => styled.normalize('NFKC'))
    .replace(/[\ufe0e\ufe0f]/g, '')
    .replace(/\p{Zs}+/gu, ' ')
    .replace(/^ | $/g, '')
    .normalize('NFC');

/** What is wrong with a normalized name, or undefined. */
export function faultOfName(name) {
  const shown = name.replace(NEEDED, '');
  if (LINE.test(name)) return `has ${codePoint(LINE, name)}, which ends a line or leaves a gap: remove it`;
  if (REORDERING.test(name)) return `has ${codePoint(REORDERING, name)}, which reorders text: remove it`;
  if (INVISIBLE.test(shown)) return `has ${codePoint(INVISIBLE, shown)}, which cannot be seen: remove it`;
  if (MEANINGLESS.test(shown)) return `has ${codePoint(MEANINGLESS, shown)}, which has no agreed meaning: remove it`;
  if (!VISIBLE.test(shown)) return 'shows nothing: give at least one letter, digit or sign';
  if (/^\p{Mn}/u.test(shown)) return 'begins with a mark on no letter: put a letter before it';
  if (/[\p{Mn}\p{Me}]{5}/u.test(shown)) return 'has more than four marks on one letter: remove some';
  const mixed = shown.split(' ').some((word) =>
    WORDS.some(({ has, only: alone }) => has.test(word) && !alone.test(word)) && !MIXTURES.some((mixture) => mixture.test(word)));
  return mixed ? 'mixes letters of several scripts in one word: write each word in one script' : undefined;
}

/** The first character that a pattern finds, as the contract wants it named: U+202E. */
export const codePoint = (pattern, text) =>
  `U+${pattern.exec(text)[0].codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
