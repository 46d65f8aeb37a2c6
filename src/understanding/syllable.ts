/**
 * Vietnamese syllables without diacritics: which letter runs are one, what a keyboard slip was meant to be, and how it
 * sounds to a Northern ear that mixes l/n, s/x, tr/ch and r/d/gi.
 */

const ONSET = '(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnprstvx])?'
const RIME = [
  'a(?:c|ch|m|n|ng|nh|p|t|i|o|u|y)?',
  'e(?:c|ch|m|n|ng|nh|p|t|o|u)?',
  'i(?:ch|m|n|nh|p|t|a|u|eu|e(?:c|m|n|ng|p|t|u))?',
  'o(?:c|m|n|ng|p|t|i|ac?|ach|ai|am|an|ang|anh|at|ay|ao|e|en|et|eo|oc|ong)?',
  'u(?:c|m|n|ng|p|t|a|ai|an|ang|at|ac|ay|e|ech|enh|i|oi|ou|o|oc|om|on|ong|op|ot|u|y|ya|yen|yet|yu|ych|ynh|yt|yn)?',
  'y(?:eu|en|em|et|eng|n|t|ch|nh)?',
].join('|')
const SYLLABLE = new RegExp(`^${ONSET}(?:${RIME})$`)
const VOWEL = /[aeiouy]/

export function isSyllable(letters: string): boolean {
  return SYLLABLE.test(letters)
}

/**
 * What a run of plain letters and digits was meant to be when it is no syllable as it stands: Telex keys left in the
 * text (`hoox`), VNI keys (`ho65`), two letters swapped (`ngeh`). Returns the run itself when nothing fits.
 */
export function repairSlip(run: string): string {
  if (run.length < 2 || run.length > 12 || isSyllable(run)) return run
  const telex = withoutTelexKeys(run)
  if (isSyllable(telex)) return telex
  if (/^[a-z]+[0-9]/.test(run)) {
    const letters = run.replace(/[0-9]/g, '').replace(/^dd/, 'd')
    if (isSyllable(letters)) return letters
  }
  for (const candidate of [run, telex]) {
    for (let at = 0; at + 1 < candidate.length; at++) {
      const swapped = candidate.slice(0, at) + candidate.charAt(at + 1) + candidate.charAt(at) + candidate.slice(at + 2)
      if (isSyllable(swapped)) return swapped
      const settled = withoutTelexKeys(swapped)
      if (settled.length >= 3 && isSyllable(settled)) return settled
    }
  }
  return run
}

/** Drops what Telex would have turned into marks: `dd aa ee oo`, `w`, and the tone keys after the first vowel. */
function withoutTelexKeys(run: string): string {
  const doubled = run.replace(/dd/g, 'd')
  const first = doubled.search(VOWEL)
  if (first < 0) return doubled.replace(/w/g, 'u')
  const head = doubled.slice(0, first).replace(/w$/, 'u')
  const tail = doubled
    .slice(first)
    .replace(/[fsrxjw]/g, '')
    .replace(/aa/g, 'a')
    .replace(/ee/g, 'e')
    .replace(/oo/g, 'o')
  // `khongo`: the second o typed after the syllable, as Telex allows.
  const late = /^(.*)([aeo])(c|ch|m|n|ng|nh|p|t)\2$/.exec(tail)
  return head + (late ? `${late[1]}${late[2]}${late[3]}` : tail)
}

/** The key under which syllables that Northern speakers mix up are one: `luôi`, `nuôi` → `nuoi`. */
export function soundOf(syllable: string): string {
  if (/^(?:ngh|ng|nh)/.test(syllable)) return syllable
  return syllable
    .replace(/^(?:tr|ch)/, 'c~')
    .replace(/^gi(?=[aeiouy])/, 'd')
    .replace(/^(?:gi|r)/, (onset) => (onset === 'gi' ? 'di' : 'd'))
    .replace(/^l/, 'n')
    .replace(/^x/, 's')
}
