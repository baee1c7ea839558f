// Speaks the foreign protocol for a module of functions, whose packages are in a folder:
//
//   node serve.mjs MODULE FOLDER
//
// The module's default export is given `require` for that folder, and returns the functions,
// each under the name "FUNCTION" or "FUNCTION VARIANT". A function is given
// `{ numbers, nRows, nTerms }`, a typed array of rows, and returns a typed array of that kind.

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const KINDS = { binary32: Float32Array, binary64: Float64Array };

const chunk = Buffer.alloc(1 << 16);
// What was read beyond the last line.
let held = Buffer.alloc(0);

/** Return the next line of the input, or null at its end. */
function readLine() {
  let end;
  while ((end = held.indexOf("\n")) < 0) {
    const size = fs.readSync(0, chunk);
    if (size === 0) return null;
    held = Buffer.concat([held, chunk.subarray(0, size)]);
  }
  const line = held.toString("utf8", 0, end);
  held = held.subarray(end + 1);
  return line;
}

/** Return as many bytes of the input as an array has, in it. */
function readInto(bytes) {
  let at = held.copy(bytes);
  held = held.subarray(at);
  while (at < bytes.length) {
    const size = fs.readSync(0, bytes, at, bytes.length - at);
    if (size === 0) process.exit(1);
    at += size;
  }
}

function write(bytes) {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(1, bytes, at);
}

/** Return the bytes of typed numbers, as they stand. */
function bytesOf(numbers) {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

async function answered(functions, [name, format, nRows, nTerms, variant]) {
  const Kind = KINDS[format];
  // What cannot be read cannot be passed over either: the next request is beyond it.
  if (Kind === undefined) throw new Error(`no numbers of ${format}`);
  const rows = { numbers: new Kind(nRows * nTerms), nRows: +nRows, nTerms: +nTerms };
  readInto(bytesOf(rows.numbers));
  try {
    const asked = functions[variant === undefined ? name : `${name} ${variant}`];
    if (asked === undefined) throw new Error(`no such function: ${name} ${variant ?? ""}`);
    const got = await asked(rows);
    if (!(got instanceof Kind)) throw new Error(`returned ${got?.constructor?.name}`);
    return [Buffer.from(`ok ${got.length}\n`), bytesOf(got)];
  } catch (error) {
    const words = String(error).replace(/\s+/g, " ").slice(0, 1000);
    return [Buffer.from(`error ${words}\n`)];
  }
}

// What a library prints must not get between the answers.
Object.defineProperty(process, "stdout", { get: () => process.stderr });
globalThis.console = new console.Console(process.stderr);

const [module, folder] = process.argv.slice(2).map((given) => path.resolve(given));
const { default: offer } = await import(pathToFileURL(module));
const functions = await offer(createRequire(path.join(folder, "package.json")));
for (let line; (line = readLine()) !== null; ) {
  for (const part of await answered(functions, line.split(" "))) write(part);
}
process.exit();
