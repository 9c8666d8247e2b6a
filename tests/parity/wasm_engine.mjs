// The WebAssembly build as a host sees it, without any library: open a bundle folder, answer requests, page in shards.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export class WasmEngine {
  constructor(module, folder) {
    const imports = {};
    for (const { module: name, name: field, kind } of WebAssembly.Module.imports(module)) {
      if (kind !== 'function') throw new Error(`unexpected import ${name}.${field}`);
      (imports[name] ??= {})[field] = () => 0;
    }
    this.wasm = new WebAssembly.Instance(module, imports).exports;
    this.wasm._initialize?.();
    this.folder = folder;
    this.scratch = { at: 0, room: 0 };
    const manifest = readFileSync(join(folder, 'manifest.json'));
    const at = this.wasm.pr_wasm_alloc(manifest.length);
    this.bytes().set(manifest, at);
    this.engine = this.wasm.pr_wasm_open(at, manifest.length);
    this.wasm.pr_wasm_free(at, manifest.length);
    if (!this.engine) throw new Error(`${folder}: ${this.text(this.wasm.pr_wasm_error())}`);
  }

  // Views are taken anew each time: growing memory detaches the old ones.
  bytes() {
    return new Uint8Array(this.wasm.memory.buffer);
  }

  text(at, size) {
    const bytes = this.bytes();
    return decoder.decode(bytes.subarray(at, size === undefined ? bytes.indexOf(0, at) : at + size));
  }

  attach(shard) {
    const about = JSON.parse(this.text(this.wasm.pr_wasm_shard_json(this.engine, shard)));
    const bytes = readFileSync(join(this.folder, about.file));
    const at = this.wasm.pr_wasm_alloc(bytes.length);
    this.bytes().set(bytes, at);
    if (this.wasm.pr_wasm_attach(this.engine, shard, at, bytes.length) !== 0)
      throw new Error(`${about.file}: ${this.text(this.wasm.pr_wasm_error())}`);
  }

  attachAll() {
    for (let shard = 0; shard < this.wasm.pr_wasm_shard_count(this.engine); shard++) this.attach(shard);
  }

  // Lay the four texts of a request one behind the other; returns [pointer, length] pairs.
  place(texts) {
    const parts = texts.map((text) => (typeof text === 'string' ? encoder.encode(text) : text ?? new Uint8Array(0)));
    const total = parts.reduce((sum, part) => sum + part.length, 1);
    if (total > this.scratch.room) {
      if (this.scratch.room) this.wasm.pr_wasm_free(this.scratch.at, this.scratch.room);
      this.scratch = { at: this.wasm.pr_wasm_alloc(total * 2), room: total * 2 };
    }
    const bytes = this.bytes();
    let at = this.scratch.at;
    return parts.flatMap((part) => {
      bytes.set(part, at);
      at += part.length;
      return [at - part.length, part.length];
    });
  }

  call({ method, path, body, state, now, seed }) {
    const placed = this.place([method, path, body, state]);
    for (;;) {
      const status = this.wasm.pr_wasm_call(this.engine, ...placed, now, seed);
      if (status < 0) throw new Error(this.text(this.wasm.pr_wasm_error()));
      if (status === 0) break;
      const count = this.wasm.pr_wasm_missing_count();
      const missing = new Uint32Array(this.wasm.memory.buffer, this.wasm.pr_wasm_missing_ptr(), count).slice();
      for (const shard of missing) this.attach(shard);
    }
    return {
      status: this.wasm.pr_wasm_http_status(),
      body: this.text(this.wasm.pr_wasm_body_ptr(), this.wasm.pr_wasm_body_size()),
      state: this.wasm.pr_wasm_state_changed()
        ? this.text(this.wasm.pr_wasm_state_ptr(), this.wasm.pr_wasm_state_size())
        : null,
    };
  }

  close() {
    if (this.scratch.room) this.wasm.pr_wasm_free(this.scratch.at, this.scratch.room);
    this.wasm.pr_wasm_close(this.engine);
  }
}

export const compile = (file) => new WebAssembly.Module(readFileSync(file));
