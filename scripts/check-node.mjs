// Runs before `npm start` and `npm test`, on whatever Node there is: so no syntax here that an old one cannot read.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    'Cau Noi needs Node.js 24 or newer; this is ' +
      process.version +
      '.\n' +
      'On Linux and Windows `npm ci` brings it along: run it without --omit=optional, then use `npm start`, `npm test` or `npx`.\n' +
      'Elsewhere install Node.js 24 from https://nodejs.org and try again.',
  )
  process.exit(1)
}
