'use strict';

// A storm seen by a stranger: knows the server's address and the vocabulary, nothing else.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const grpc = require('@grpc/grpc-js');
const { connect, fromFiles, fromServer, own } = require('./vocabulary');

const address = process.env.GRIDMEND_ADDRESS;
assert.ok(address, 'GRIDMEND_ADDRESS names the server');

const vocabulary = fromFiles().gridmend;
const api = vocabulary.v1;
const outages = connect(api.OutageService, address);
const evidence = connect(api.EvidenceService, address);
const dispatch = connect(api.DispatchService, address);
const crew = connect(api.CrewService, address);
const clock = connect(vocabulary.drill.v1.DrillClockService, address);

let item = 0;
function report(kind, time) {
  item += 1;
  return { idempotencyKey: `e2e-${item}`, eventTime: time, source: 'ami', ...kind };
}

const meters = ['T3', 'T4'].flatMap((transformer) =>
  [1, 2, 3, 4, 5, 6].map((number) => `${transformer}.${number}`));

let operation = 0;
async function tablet(what, id) {
  operation += 1;
  const answer = await crew.call('Sync', {
    crew: 'C1',
    deviceId: 'tablet-1',
    operations: [{ requestId: id || `op-${operation}`, ...what }],
  });
  assert.equal(answer.results.length, 1);
  return answer.results[0];
}

async function must(what) {
  const result = await tablet(what);
  assert.equal(result.status.code, 0, result.status.message);
  return result;
}

// Collects what a stream sends; next(test) waits for a message that passes.
function collect(stream) {
  const messages = [];
  let wake = () => {};
  stream.on('data', (message) => { messages.push(message); wake(); });
  stream.on('error', () => wake());
  return async function next(passes) {
    const deadline = Date.now() + 20000;
    while (Date.now() < deadline) {
      while (messages.length > 0) {
        const message = messages.shift();
        if (passes(message)) return message;
      }
      await new Promise((resolve) => { wake = resolve; setTimeout(resolve, 100); });
    }
    throw new Error('nothing came on the stream');
  };
}

test('the server is healthy, as a whole and by service', async () => {
  const health = connect(own('health.proto').grpc.health.v1.Health, address);
  assert.equal((await health.call('Check', {})).status, 'SERVING');
  assert.equal((await health.call('Check', { service: 'gridmend.v1.OutageService' })).status, 'SERVING');
});

test('a crew is made and signs on', async () => {
  await dispatch.call('CreateCrew', {
    requestId: 'make-C1',
    crew: { id: 'C1', name: '抢修一班', position: { longitudeDeg: 120, latitudeDeg: 30 }, skills: ['LINE', 'CABLE'] },
  });
  await must({ signOn: {} });
  const made = await dispatch.call('GetCrew', { id: 'C1' });
  assert.equal(made.name, '抢修一班');
  assert.equal(made.status, 'AWAITING_ASSIGNMENT');
});

test('meters fall silent and an outage is listed with its explanation', async () => {
  const { now } = await clock.call('GetTime', {});
  const answer = await evidence.call('SubmitEvidence', {
    evidence: meters.map((usagePoint) => report({ lastGasp: { usagePoint } }, now)),
  });
  assert.equal(answer.accepted, meters.length);
  await clock.call('Advance', { by: { seconds: 60 } });
  const list = await outages.call('ListOutages', {});
  assert.equal(list.outages.length, 1);
  const outage = await outages.call('GetOutage', { id: list.outages[0].id });
  assert.equal(outage.probable.device, 'F2');
  assert.equal(outage.customersAffected, 12);
  assert.ok(outage.explanationEn.length > 0);
  assert.ok(outage.explanationZh.length > 0);
  const affected = await outages.call('ListAffectedUsagePoints', { outage: outage.id });
  assert.deepEqual(affected.usagePoints.map((one) => one.usagePoint.id).sort(), [...meters].sort());
});

test('the same through server reflection, without any .proto file', async () => {
  const { names, vocabulary: learnt } = await fromServer(address);
  for (const service of ['Network', 'Evidence', 'Outage', 'Dispatch', 'Crew', 'Hazard', 'Switching', 'Report']) {
    assert.ok(names.includes(`gridmend.v1.${service}Service`), `${service}Service is listed`);
  }
  const list = await connect(learnt.gridmend.v1.OutageService, address).call('ListOutages', {});
  assert.equal(list.outages.length, 1);
  assert.equal(list.outages[0].probable.device, 'F2');
  const plan = await connect(learnt.gridmend.v1.DispatchService, address).call('GetPlan', {});
  assert.equal(plan.tours[0].crew, 'C1');
  const synced = await connect(learnt.gridmend.v1.CrewService, address).call('Sync', { crew: 'C1' });
  assert.equal(synced.assignments.changed.length, 1);
});

test('the crew works through its assignment and the outage closes', async () => {
  const stream = crew.raw.WatchAssignments({ crew: 'C1' });
  const next = collect(stream);
  const first = await next((message) => message.fullState && message.fullState.complete);
  assert.equal(first.fullState.assignments.length, 1);
  const task = first.fullState.assignments[0].workTask.id;
  const shows = (status) => next((message) => message.delta
    && message.delta.changed.some((one) => one.workTask.id === task && one.workTask.status === status));

  await must({ acknowledge: { workTask: task } });
  await shows('ACKNOWLEDGED');
  const once = await tablet({ setOut: { workTask: task } }, 'set-out-once');
  const twice = await tablet({ setOut: { workTask: task } }, 'set-out-once');
  assert.equal(once.status.code, 0);
  assert.equal(twice.status.code, 0);
  assert.equal(twice.repeatedAnswer, true);
  const other = await tablet({ arrive: { workTask: task } }, 'set-out-once');
  assert.equal(other.status.code, grpc.status.ALREADY_EXISTS);
  await shows('EN_ROUTE');
  await clock.call('Advance', { by: { seconds: 600 } });
  await must({ arrive: { workTask: task } });
  await shows('ARRIVED');
  await clock.call('Advance', { by: { seconds: 2400 } });
  await must({ complete: { workTask: task, finding: 'RESTORED', text: 'fuse replaced' } });
  await next((message) => message.delta && message.delta.removed.includes(task));
  stream.cancel();

  const { now } = await clock.call('GetTime', {});
  await evidence.call('SubmitEvidence', {
    evidence: meters.map((usagePoint) => report({ powerUp: { usagePoint } }, now)),
  });
  for (let minutes = 0; minutes < 120; minutes += 10) await clock.call('Advance', { by: { seconds: 600 } });
  const list = await outages.call('ListOutages', {
    filter: { statuses: ['PREDICTED', 'CONFIRMED', 'PARTIALLY_RESTORED', 'RESTORED', 'CLOSED', 'WITHDRAWN'] },
  });
  const outage = list.outages.find((one) => one.probable.device === 'F2');
  assert.equal(outage.status, 'CLOSED');
});

test('refusals carry reason and field', async () => {
  await assert.rejects(outages.call('GetOutage', { id: 'nothing' }), (error) => {
    assert.equal(error.code, grpc.status.NOT_FOUND);
    assert.ok(error.metadata.get('grpc-status-details-bin').length === 1);
    return true;
  });
  await assert.rejects(outages.call('SuggestPings', { count: -1 }), { code: grpc.status.INVALID_ARGUMENT });
});
