// Downloads one large file so that nothing is lost when the connection is: resumes, retries, checks the digest.
// Uses node:http rather than fetch, because fetch would unpack a .gz that a server labels `Content-Encoding: gzip`.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataError } from '../errors.js';
import { type OnProgress, ProgressMeter } from '../progress.js';

/** What to download, and how patiently. */
export interface FetchOptions {
  url: string;
  /** Where the finished file goes; until then it is `<file>.part`, which a later call continues. */
  file: string;
  /** MD5 of the whole file, in hexadecimal. */
  md5: string;
  onProgress?: OnProgress;
  signal?: AbortSignal;
  /** Attempts in a row that may bring nothing before it gives up. Default 5. */
  attempts?: number;
  /** Pause before the second attempt, in milliseconds; doubled for each further one. Default 1000. */
  delayMs?: number;
  /** A connection that is silent for so long is dropped and tried again. Default 30000. */
  idleMs?: number;
}

const MAX_REDIRECTS = 5;
const MAX_DELAY_MS = 30_000;
/** Statuses that a later attempt may not meet again. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A failure that another attempt may get past. */
class PassingFailure extends Error {}

/**
 * Downloads `url` to `file`. Whatever an interrupted call left in `<file>.part` is continued with an HTTP range request, or
 * started again where the server knows no ranges. The file appears under its name only when its digest is right.
 *
 * @throws {DataError} when it cannot be had (the message gives the address and where to put the file by hand), or its digest
 * is wrong.
 */
export async function fetchFile(options: FetchOptions): Promise<void> {
  const { file, md5, signal } = options;
  const part = `${file}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  let resumed = (await sizeOf(part)) > 0;
  for (;;) {
    await transferWithRetries(options, part);
    signal?.throwIfAborted();
    const found = await md5Of(part);
    if (found === md5) break;
    await rm(part, { force: true });
    if (!resumed) throw new DataError(wrongDigest(options, found));
    // The old part may have been of another file: once, start from nothing.
    resumed = false;
  }
  await rename(part, file);
}

/** The MD5 of a file, in hexadecimal. */
export async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function transferWithRetries(options: FetchOptions, part: string): Promise<void> {
  const { attempts = 5, delayMs = 1000, signal } = options;
  for (let failures = 0; ; ) {
    const before = await sizeOf(part);
    try {
      return await transfer(options, part);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DataError) throw error;
      // An attempt that brought something counts as the first of a new row.
      failures = (await sizeOf(part)) > before ? 1 : failures + 1;
      if (failures >= attempts) throw new DataError(unreachable(options, error), { cause: error });
      await sleep(Math.min(delayMs * 2 ** (failures - 1), MAX_DELAY_MS), undefined, { signal });
    }
  }
}

/** One request, from the end of the part file on. */
async function transfer(options: FetchOptions, part: string): Promise<void> {
  const have = await sizeOf(part);
  const response = await request(options, options.url, have, 0);
  const { statusCode = 0 } = response;
  if (statusCode === 416) {
    response.resume();
    // Nothing is left to send: the part is whole, or it is longer than the file and worthless.
    if (response.headers['content-range'] === `bytes */${have}`) return;
    await rm(part, { force: true });
    throw new PassingFailure('the part downloaded earlier does not fit the file');
  }
  const appends = statusCode === 206 && (response.headers['content-range'] ?? '').startsWith(`bytes ${have}-`);
  if (statusCode !== 200 && !appends) {
    response.resume();
    const message = `the server answered ${statusCode} ${response.statusMessage ?? ''}`.trimEnd();
    if (PASSING.has(statusCode)) throw new PassingFailure(message);
    throw new DataError(unreachable(options, new Error(message)));
  }
  const from = appends ? have : 0;
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const total = Number.isFinite(length) ? from + length : null;
  const meter = new ProgressMeter(options.onProgress, 'download', 'bytes', total, options.url, from);
  response.on('data', (chunk: Buffer) => meter.advance(chunk.length));
  await pipeline(response, createWriteStream(part, { flags: appends ? 'a' : 'w' }), { signal: options.signal });
  if (total !== null && meter.done !== total)
    throw new PassingFailure(`the connection closed at byte ${meter.done} of ${total}`);
  meter.finish();
}

function request(options: FetchOptions, url: string, have: number, redirects: number): Promise<IncomingMessage> {
  const { idleMs = 30_000, signal } = options;
  const get = url.startsWith('https:') ? https.get : http.get;
  const headers = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) };
  return new Promise((resolve, reject) => {
    const outgoing = get(url, { headers, ...(signal && { signal }) }, (response) => {
      const { location } = response.headers;
      if (!location || (response.statusCode ?? 0) < 300 || (response.statusCode ?? 0) > 399) return resolve(response);
      response.resume();
      if (redirects === MAX_REDIRECTS)
        return reject(new DataError(unreachable(options, new Error('too many redirects'))));
      const next = new URL(location, url);
      if (next.protocol !== 'http:' && next.protocol !== 'https:') {
        return reject(new DataError(unreachable(options, new Error(`it redirects to ${next.protocol}`))));
      }
      request(options, next.href, have, redirects + 1).then(resolve, reject);
    });
    outgoing.setTimeout(idleMs, () => outgoing.destroy(new PassingFailure(`no data for ${idleMs / 1000} seconds`)));
    outgoing.on('error', reject);
  });
}

function unreachable({ url, file }: FetchOptions, error: unknown): string {
  const reason =
    error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
  return `Could not download ${url} (${reason}); check the connection, or put the file at ${file} by hand, and run this again.`;
}

function wrongDigest({ url, md5, file }: FetchOptions, found: string): string {
  return (
    `What ${url} sent has the MD5 ${found}, not ${md5}, and was deleted; it was damaged on the way or is another file: ` +
    `run this again, or put the right file at ${file} by hand.`
  );
}
