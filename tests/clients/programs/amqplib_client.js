// amqplib against a broker: amqplib_client.js SCENARIO HOST PORT; see README.md.
'use strict';
const amqp = require('amqplib');
const crypto = require('crypto');
const readline = require('readline');
const [scenario, host, port] = process.argv.slice(2);
let failed = false;

function claim(name, condition, why) {
  failed = failed || !condition;
  console.log(condition ? `ok ${name}` : `not ok ${name}: ${why instanceof Error ? why.message : JSON.stringify(why)}`);
}

const connect = (more) => amqp.connect({ protocol: 'amqp', hostname: host, port: +port, username: 'guest',
                                         password: 'guest', vhost: '/', heartbeat: 20, ...more });
const later = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(check, seconds = 30) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value || Date.now() > deadline) return value;
    await later(10);
  }
}

async function channelError(name, code, text, act) {
  const c = await connect();
  c.on('error', () => {});
  const ch = await c.createChannel();
  const told = new Promise((done) => ch.on('error', done));
  act(ch).catch(() => {});
  const e = await Promise.race([told, later(20000)]);
  claim(name, e && e.code === code && e.message.includes(text), e || 'no error');
  const other = await c.createChannel();
  await other.assertQueue('', { exclusive: true });
  claim(`${name}, connection stays`, true);
  await c.close();
}

async function connectionError(name, code, text, act) {
  const c = await connect();
  const ch = await c.createChannel();
  ch.on('error', () => {});
  const told = new Promise((done) => c.on('error', done));
  act(ch).catch(() => {});
  const e = await Promise.race([told, later(20000)]);
  claim(name, e && e.code === code && e.message.includes(text), e || 'no error');
}

async function basic() {
  const c = await connect();
  const ch = await c.createConfirmChannel();
  const { queue: q } = await ch.assertQueue('', { exclusive: true });
  claim('server-named queue', q.startsWith('amq.gen-'), q);
  for (let n = 0; n < 100; n++) ch.sendToQueue(q, Buffer.from(`${n}`), { persistent: true });
  await ch.waitForConfirms();
  claim('confirms', true);
  const got = [];
  await new Promise((done) => ch.consume(q, (m) => {
    got.push(m.content.toString());
    ch.ack(m);
    if (got.length === 100) done();
  }, { consumerTag: 'tag' }));
  claim('consumed in order', got.every((b, n) => b === `${n}`), got.slice(0, 5));
  await ch.cancel('tag');
  const returned = new Promise((done) => ch.once('return', done));
  ch.publish('amq.direct', 'nobody', Buffer.from('back'), { mandatory: true });
  const back = await returned;
  claim('returned', back.fields.replyCode === 312 && back.fields.replyText === 'NO_ROUTE' &&
        back.content.toString() === 'back', back.fields);
  const full = (await ch.assertQueue('', { exclusive: true, maxLength: 1, arguments: { 'x-overflow': 'reject-publish' } })).queue;
  const settle = (body) => new Promise((done) => ch.sendToQueue(full, Buffer.from(body), {}, (e) => done(e)));
  claim('acked, then nacked', (await settle('1')) === null && (await settle('2')) instanceof Error);
  const headers = { s: 'x', i: 5, list: [1, 'a', { k: true }], big: 2 ** 40, f: 1.5, none: null };
  ch.sendToQueue(q, Buffer.from('p'), { headers, messageId: 'm', priority: 3, correlationId: 'c', type: 't' });
  const m = await until(() => ch.get(q, { noAck: true }));
  claim('properties', JSON.stringify(m.properties.headers) === JSON.stringify(headers) &&
        m.properties.messageId === 'm', m.properties);
  const big = crypto.randomBytes(2 << 20);
  ch.sendToQueue(q, big);
  claim('2 MiB', (await until(() => ch.get(q, { noAck: true }))).content.equals(big));
  await ch.assertExchange('amqplib-topic', 'topic', { autoDelete: true, durable: false });
  await ch.bindQueue(q, 'amqplib-topic', '*.x.#');
  ch.publish('amqplib-topic', 'a.x', Buffer.from('t'));
  claim('topic', (await until(() => ch.get(q, { noAck: true }))).content.toString() === 't');
  const tag = new Promise((done) => ch.consume(q, (d) => d === null && done(true)));
  await later(0);
  await ch.deleteQueue(q);
  claim('cancelled by the broker', await tag);
  await c.close();

  await channelError('404', 404, "NOT_FOUND - no queue 'amqplib-none' in vhost '/'", (k) => k.checkQueue('amqplib-none'));
  await channelError('404 on publish', 404, "NOT_FOUND - no exchange 'amqplib-none' in vhost '/'",
                     async (k) => k.publish('amqplib-none', 'k', Buffer.from('x')));
  await channelError('406', 406, 'PRECONDITION_FAILED - unknown delivery tag 7',
                     async (k) => k.ack({ fields: { deliveryTag: 7 } }));
  await connectionError('503', 503, "COMMAND_INVALID - unknown exchange type 'wombat'",
                        (k) => k.assertExchange('amqplib-w', 'wombat'));
  for (const [name, more, text] of [['login refused', { password: 'wrong' }, 'ACCESS_REFUSED'],
    ['no vhost', { vhost: 'amqplib-none' }, 'ConnectionClose']]) {
    await connect(more).then(() => claim(name, false, 'connected'), (e) => claim(name, e.message.includes(text), e));
  }
}

async function store() {
  const c = await connect();
  const ch = await c.createConfirmChannel();
  await ch.assertQueue('amqplib-store', { durable: true });
  for (let n = 0; n < 200; n++) ch.sendToQueue('amqplib-store', Buffer.from(`${n}`), { persistent: true });
  await ch.waitForConfirms();
  claim('stored', true);
  await c.close();
}

async function check() {
  const c = await connect();
  const ch = await c.createChannel();
  const got = [];
  for (let m; (m = await ch.get('amqplib-store')) !== false;) {
    got.push(m.content.toString());
    ch.ack(m);
  }
  claim('all there in order', got.length === 200 && got.every((b, n) => b === `${n}`), got.length);
  await c.close();
}

async function recover() {
  const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  let c = await connect();
  let ch = await c.createConfirmChannel();
  ch.on('error', () => {});
  await ch.assertQueue('amqplib-recover', { durable: true });
  ch.sendToQueue('amqplib-recover', Buffer.from('before'), { persistent: true });
  await ch.waitForConfirms();
  const closed = new Promise((done) => c.on('close', done));
  c.on('error', () => {});
  console.log('ready');
  await lines.next();
  await Promise.race([closed, later(20000).then(() => { throw new Error('close was not told'); })]);
  claim('the loss is noticed', true);
  await lines.next();
  c = await until(() => connect().catch(() => null));
  ch = await c.createConfirmChannel();
  ch.sendToQueue('amqplib-recover', Buffer.from('after'), { persistent: true });
  await ch.waitForConfirms();
  const bodies = [];
  for (let n = 0; n < 2; n++) bodies.push((await ch.get('amqplib-recover', { noAck: true })).content.toString());
  claim('goes on', bodies.join() === 'before,after', bodies);
  await c.close();
}

({ basic, store, check, recover })[scenario]()
  .catch((e) => claim(`scenario ${scenario}`, false, e))
  .finally(() => process.exit(failed ? 1 : 0));
