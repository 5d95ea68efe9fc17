// Read by any version of Node, so this file keeps to syntax that old ones know, and imports nothing itself.
var major = Number(process.versions.node.split('.')[0]);

if (major < 24) {
  console.error('Error: create-kubewarden-policy needs Node.js 24 or newer; this is ' + process.version);
  process.exit(1);
}

void import('./program.ts').then(function (program) {
  return program.run(process.argv.slice(2));
});
