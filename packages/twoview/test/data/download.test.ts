// Downloads against a local server that misbehaves: cuts connections, knows no ranges, sends the wrong file.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, Header } from 'tar';
import { afterEach, describe, expect, it } from 'vitest';
import { obtain } from '../../src/data/download/index.js';
import { downloadDataset, type Progress, PUBLIC_SOURCES, type PublicSource } from '../../src/data/index.js';
import { temporaryFolder } from './folders.js';

const servers: http.Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** Serves on a free port; `seen` records each request's Range header. */
async function serve(handler: Handler): Promise<{ url: string; seen: (string | undefined)[] }> {
  const seen: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request.headers.range);
    handler(request, response, seen.length);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/files/`, seen };
}

/** Where the client keeps what it has of an archive. */
const partIn = (folder: string): string => path.join(folder, 'toy.tar.gz.part');

/** Calls `then` once the client has written so many bytes: what is cut after that is cut at a known place. */
function whenWritten(file: string, size: number, then: () => void): void {
  const found = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (found >= size) then();
  else setTimeout(() => whenWritten(file, size, then), 2);
}

/** Answers like a server that knows ranges; `cut` closes the connection after so many bytes. */
function sendRange(
  body: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
  cut?: { after: number; folder: string },
): void {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from >= body.length) {
    response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    return;
  }
  const range = request.headers.range ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {};
  response.writeHead(request.headers.range ? 206 : 200, { 'content-length': body.length - from, ...range });
  if (!cut || from + cut.after >= body.length) {
    response.end(body.subarray(from));
    return;
  }
  response.write(body.subarray(from, from + cut.after));
  whenWritten(partIn(cut.folder), from + cut.after, () => response.destroy());
}

/** A small data set archive: the folder `toy` with two files (and one that nobody asks for). */
async function toyArchive(): Promise<{ bytes: Buffer; source: PublicSource }> {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'toy'));
  // Pseudo-random bytes, so that the archive is about as long as they are.
  const noise = createHash('shake256', { outputLength: 60_000 }).update('toy').digest();
  writeFileSync(path.join(folder, 'toy', 'a.bin'), noise);
  writeFileSync(path.join(folder, 'toy', 'b.bin'), 'b');
  writeFileSync(path.join(folder, 'toy', 'readme.html'), 'about');
  await create({ gzip: true, cwd: folder, file: path.join(folder, 'toy.tar.gz') }, ['toy']);
  const bytes = readFileSync(path.join(folder, 'toy.tar.gz'));
  return { bytes, source: sourceOf(bytes) };
}

function sourceOf(archive: Uint8Array): PublicSource {
  return {
    title: 'Toy',
    baseUrl: 'http://127.0.0.1:1/',
    archive: 'toy.tar.gz',
    md5: createHash('md5').update(archive).digest('hex'),
    archiveBytes: archive.length,
    unpackedBytes: 60_001,
    folder: 'toy',
    files: ['a.bin', 'b.bin'],
  };
}

const patient = { delayMs: 1, attempts: 3 };

function expectUnpacked(folder: string): void {
  expect(readdirSync(folder)).toEqual(['toy']);
  expect(readdirSync(path.join(folder, 'toy')).sort()).toEqual(['a.bin', 'b.bin', 'readme.html']);
  expect(readFileSync(path.join(folder, 'toy', 'b.bin'), 'utf8')).toBe('b');
}

describe('downloading', () => {
  it('fetches, checks, unpacks and cleans up, with progress in bytes', async () => {
    const { bytes, source } = await toyArchive();
    const { url } = await serve((request, response) => sendRange(bytes, request, response));
    const folder = path.join(temporaryFolder(), 'new', 'data');
    const events: Progress[] = [];
    const target = await obtain(source, { folder, baseUrl: url, onProgress: (p) => events.push(p), ...patient });
    expect(target).toBe(path.join(folder, 'toy'));
    expectUnpacked(folder);
    const last = events.filter(({ stage }) => stage === 'download').at(-1)!;
    expect(last).toMatchObject({ unit: 'bytes', done: bytes.length, total: bytes.length, item: `${url}toy.tar.gz` });
    expect(last.rate).toBeGreaterThan(0);
    expect(events.at(-1)).toMatchObject({ stage: 'extract', done: bytes.length, total: bytes.length });
  });

  it('goes on where a broken connection stopped', async () => {
    const { bytes, source } = await toyArchive();
    const folder = temporaryFolder();
    const cut = { after: 9_000, folder };
    const { url, seen } = await serve((request, response) => sendRange(bytes, request, response, cut));
    await obtain(source, { folder, baseUrl: url, ...patient });
    expectUnpacked(folder);
    expect(seen.slice(0, 3)).toEqual([undefined, 'bytes=9000-', 'bytes=18000-']);
  });

  it('goes on in a later call with what an earlier one left', async () => {
    const { bytes, source } = await toyArchive();
    const folder = temporaryFolder();
    writeFileSync(partIn(folder), bytes.subarray(0, 5_000));
    const { url, seen } = await serve((request, response) => sendRange(bytes, request, response));
    const done: number[] = [];
    await obtain(source, { folder, baseUrl: url, onProgress: (p) => done.push(p.done), ...patient });
    expect(seen).toEqual(['bytes=5000-']);
    expect(done[0]).toBe(5_000);
    expectUnpacked(folder);
  });

  it('needs nothing more when the part is already whole', async () => {
    const { bytes, source } = await toyArchive();
    const folder = temporaryFolder();
    writeFileSync(partIn(folder), bytes);
    const { url, seen } = await serve((request, response) => sendRange(bytes, request, response));
    await obtain(source, { folder, baseUrl: url, ...patient });
    expect(seen).toHaveLength(1);
    expectUnpacked(folder);
  });

  it('starts again where the server knows no ranges', async () => {
    const { bytes, source } = await toyArchive();
    const folder = temporaryFolder();
    const { url, seen } = await serve((_, response, count) => {
      response.writeHead(200, { 'content-length': bytes.length });
      if (count > 1) return void response.end(bytes);
      response.write(bytes.subarray(0, 7_000));
      whenWritten(partIn(folder), 7_000, () => response.destroy());
    });
    await obtain(source, { folder, baseUrl: url, ...patient });
    expect(seen).toEqual([undefined, 'bytes=7000-']);
    expectUnpacked(folder);
  });

  it('starts again when the part left over is of another file', async () => {
    const { bytes, source } = await toyArchive();
    for (const left of [new Uint8Array(4_000), new Uint8Array(bytes.length + 10)]) {
      const folder = temporaryFolder();
      writeFileSync(partIn(folder), left);
      const { url, seen } = await serve((request, response) => sendRange(bytes, request, response));
      await obtain(source, { folder, baseUrl: url, ...patient });
      expect(seen).toEqual([`bytes=${left.length}-`, undefined]);
      expectUnpacked(folder);
    }
  });

  it('refuses a file with another digest and keeps nothing of it', async () => {
    const { bytes, source } = await toyArchive();
    const { url, seen } = await serve((request, response) => sendRange(bytes.subarray(1), request, response));
    const folder = temporaryFolder();
    await expect(obtain(source, { folder, baseUrl: url, ...patient })).rejects.toThrow(
      /sent has the MD5 [0-9a-f]{32}, not [0-9a-f]{32}, and was deleted; .* by hand\./,
    );
    expect(readdirSync(folder)).toEqual([]);
    expect(seen).toHaveLength(1);
  });

  it('waits out passing errors, follows redirects, and does not unpack what a server labels gzip', async () => {
    const { bytes, source } = await toyArchive();
    const { url } = await serve((request, response, count) => {
      if (count === 1) response.writeHead(503).end();
      else if (request.url === '/files/toy.tar.gz') response.writeHead(302, { location: '/elsewhere' }).end();
      else response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length }).end(bytes);
    });
    const folder = temporaryFolder();
    await obtain(source, { folder, baseUrl: url, ...patient });
    expectUnpacked(folder);
  });

  it('gives up at once on a missing file, and after some attempts on a dead or silent server', async () => {
    const { source } = await toyArchive();
    const folder = temporaryFolder();
    const byHand = `put the file at ${path.join(folder, 'toy.tar.gz')} by hand`;
    const missing = await serve((_, response) => response.writeHead(404).end());
    await expect(obtain(source, { folder, baseUrl: missing.url, ...patient })).rejects.toThrow(
      `Could not download ${missing.url}toy.tar.gz (the server answered 404 Not Found); check the connection, or ${byHand}`,
    );
    expect(missing.seen).toHaveLength(1);
    await expect(obtain(source, { folder, ...patient })).rejects.toThrow(/ECONNREFUSED/);
    const silent = await serve(() => {});
    await expect(obtain(source, { folder, baseUrl: silent.url, idleMs: 50, ...patient })).rejects.toThrow(
      'no data for 0.05 seconds',
    );
    expect(silent.seen.length).toBeLessThanOrEqual(3);
    const circular = await serve((_, response) => response.writeHead(301, { location: '/' }).end());
    await expect(obtain(source, { folder, baseUrl: circular.url, ...patient })).rejects.toThrow('too many redirects');
  });

  it('stops on a signal and keeps the part for the next time', async () => {
    const { bytes, source } = await toyArchive();
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 6_000));
    });
    const folder = temporaryFolder();
    const control = new AbortController();
    whenWritten(partIn(folder), 6_000, () => control.abort());
    await expect(obtain(source, { folder, baseUrl: url, signal: control.signal, ...patient })).rejects.toThrow(
      /abort/i,
    );
    expect(readFileSync(partIn(folder)).length).toBe(6_000);
  });

  it('uses and keeps an archive that was put there by hand, unless it is the wrong one', async () => {
    const { bytes, source } = await toyArchive();
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'toy.tar.gz'), bytes);
    await obtain(source, { folder });
    expect(readdirSync(folder).sort()).toEqual(['toy', 'toy.tar.gz']);
    writeFileSync(path.join(folder, 'toy.tar.gz'), 'something else');
    await expect(obtain(source, { folder })).rejects.toThrow("is not Toy's archive (MD5");
  });

  it('does not ask the network for a data set that is there', async () => {
    const folder = temporaryFolder();
    for (const file of PUBLIC_SOURCES.cifar100.files) writeFileSync(path.join(folder, file), '');
    expect(await downloadDataset('cifar100', { folder, baseUrl: 'http://127.0.0.1:1/' })).toBe(folder);
  });

  it('fits the official sizes and digests', () => {
    for (const source of Object.values(PUBLIC_SOURCES)) {
      expect(source.md5).toMatch(/^[0-9a-f]{32}$/);
      expect(new URL(source.archive, source.baseUrl).pathname.endsWith(source.archive)).toBe(true);
    }
  });
});

/** One entry of a tar file, with any name and type. */
function entry(
  name: string,
  body = '',
  type: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice' = 'File',
  linkpath = '',
): Buffer {
  const size = Buffer.byteLength(body);
  const header = new Header({ path: name, type, size, mode: 0o644, mtime: new Date(0), linkpath });
  const block = Buffer.alloc(512);
  header.encode(block, 0);
  return Buffer.concat([block, Buffer.concat([Buffer.from(body), Buffer.alloc((512 - (size % 512)) % 512)])]);
}

const archiveOf = (...entries: Buffer[]): Buffer => gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));

describe('unpacking', () => {
  const good = [entry('toy/a.bin', 'a'), entry('toy/b.bin', 'b')];

  async function unpackEntries(archive: Buffer, folder = temporaryFolder()): Promise<string> {
    writeFileSync(path.join(folder, 'toy.tar.gz'), archive);
    await obtain(sourceOf(archive), { folder });
    return folder;
  }

  it.each([
    ['a path that climbs out', entry('toy/../../evil.txt', 'x'), 'leads out of the folder'],
    ['an absolute path', entry('/tmp/evil.txt', 'x'), 'leads out of the folder'],
    ['a symbolic link', entry('toy/link', '', 'SymbolicLink', '/etc'), 'is a SymbolicLink'],
    ['a hard link', entry('toy/link', '', 'Link', '../../secret'), 'is a Link'],
    ['a device', entry('toy/null', '', 'CharacterDevice'), 'is a CharacterDevice'],
    ['far more data than published', entry('toy/big', 'x'.repeat(70_000)), 'holds more than the 60001 bytes'],
  ])('refuses %s and writes nothing', async (_, bad, message) => {
    for (const entries of [
      [bad, ...good],
      [...good, bad],
    ]) {
      const folder = temporaryFolder();
      await expect(unpackEntries(archiveOf(...entries), folder)).rejects.toThrow(message);
      expect(readdirSync(folder)).toEqual(['toy.tar.gz']);
      expect(existsSync(path.join(path.dirname(folder), 'evil.txt'))).toBe(false);
    }
  });

  it('leaves other folders of an archive alone', async () => {
    const folder = await unpackEntries(archiveOf(entry('other/x', 'x'), entry('./toy/c.txt', 'c'), ...good));
    expect(readdirSync(path.join(folder, 'toy')).sort()).toEqual(['a.bin', 'b.bin', 'c.txt']);
  });

  it('reports archives that are damaged or lack a file, and leaves no half folder', async () => {
    const folder = temporaryFolder();
    await expect(unpackEntries(archiveOf(good[0]!), folder)).rejects.toThrow(
      'lacks b.bin; delete it and download it again',
    );
    const whole = archiveOf(entry('toy/a.bin', Array.from({ length: 9_000 }, (_, i) => i).join()), good[1]!);
    await expect(unpackEntries(whole.subarray(0, whole.length / 2), folder)).rejects.toThrow(/could not be unpacked/);
    expect(readdirSync(folder)).toEqual(['toy.tar.gz']);
  });

  it('completes a folder that lacks files, without following a link that lies in its way', async () => {
    const folder = temporaryFolder();
    const outside = path.join(temporaryFolder(), 'outside.txt');
    writeFileSync(outside, 'untouched');
    mkdirSync(path.join(folder, 'toy'));
    writeFileSync(path.join(folder, 'toy', 'mine.txt'), 'mine');
    symlinkSync(outside, path.join(folder, 'toy', 'a.bin'));
    await unpackEntries(archiveOf(...good), folder);
    expect(readdirSync(path.join(folder, 'toy')).sort()).toEqual(['a.bin', 'b.bin', 'mine.txt']);
    expect(readFileSync(outside, 'utf8')).toBe('untouched');
  });
});
