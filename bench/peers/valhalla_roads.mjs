// Valhalla on the extract that bench_hierarchy was given: routes and matrices between vertices of
// the same graph. Costs and restrictions are Valhalla's own, so times are compared and lengths are not.
//
//   build/bench/bench/bench_hierarchy EXTRACT.osm.pbf --export DIR
//   node bench/peers/valhalla_roads.mjs PACKAGE EXTRACT.osm.pbf DIR
//
// PACKAGE is a folder in which `npm install @valhallajs/valhallajs` was run. Tiles are built in DIR/valhalla.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [pkg, extract, dir] = process.argv.slice(2);
if (!dir) {
  console.error('usage: node valhalla_roads.mjs PACKAGE EXTRACT.osm.pbf DIR');
  process.exit(2);
}
const require = createRequire(join(resolve(pkg), 'package.json'));
const cli = join(resolve(pkg), 'node_modules', '@valhallajs', 'valhallajs', 'bin', 'valhalla-cli.js');
const home = resolve(dir, 'valhalla');
mkdirSync(home, { recursive: true });

const seconds = (work) => {
  const begin = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - begin) / 1e9;
};

const config = JSON.parse(
  execFileSync('node', [cli, 'build_config', '--mjolnir-tile-dir', join(home, 'tiles'),
    '--mjolnir-tile-extract', join(home, 'tiles.tar')]).toString());
config.service_limits.auto.max_matrix_location_pairs = 1e7;
config.service_limits.auto.max_locations = 2000;
for (const part of ['mjolnir', 'loki', 'thor', 'odin', 'meili']) {
  if (config[part]?.logging) config[part].logging.type = '';
}
const configFile = join(home, 'config.json');
writeFileSync(configFile, JSON.stringify(config));
console.log(`tiles: ${seconds(() =>
  execFileSync('node', [cli, 'build_tiles', '-c', configFile, resolve(extract)],
    { stdio: 'ignore', cwd: home })).toFixed(1)} s`);

const floats = (name) => {
  const bytes = readFileSync(join(dir, name));
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
};
const longitude = floats('longitude');
const latitude = floats('latitude');
let state = 1;
const draw = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  const vertex = (state >>> 8) % longitude.length;
  return { lon: longitude[vertex], lat: latitude[vertex] };
};
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const { Actor } = require('@valhallajs/valhallajs');
const actor = await Actor.fromConfigFile(configFile);
// Processor time of all threads, so that neighbours on the machine count little.
const timed = async (work) => {
  const begin = process.cpuUsage();
  await work();
  const used = process.cpuUsage(begin);
  return (used.user + used.system) / 1e3;
};

const times = [];
let without = 0;
for (let i = 0; i < 2000; ++i) {
  const request = { locations: [draw(), draw()], costing: 'auto', directions_type: 'none' };
  try {
    times.push(await timed(() => actor.route(request)));
  } catch {
    ++without;
  }
}
console.log(`route, median of ${times.length}: ${median(times).toFixed(3)} ms (${without} pairs without one)`);
for (const side of [50, 100]) {
  const sources = Array.from({ length: side }, draw);
  const targets = Array.from({ length: side }, draw);
  const ms = await timed(() =>
    actor.matrix({ sources, targets, costing: 'auto', verbose: false, shape_format: 'no_shape' }));
  console.log(`matrix ${side} x ${side}: ${ms.toFixed(0)} ms`);
}
