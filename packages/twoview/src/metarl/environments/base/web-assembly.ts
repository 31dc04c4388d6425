// What is used of WebAssembly: Node has it, but TypeScript declares it only together with all of a browser's types.

/** Compiled code; threads can share it. */
export interface CompiledCode {
  readonly [Symbol.toStringTag]: string;
}

export interface CodeInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<CompiledCode>;
  instantiate(code: CompiledCode, imports: object): Promise<CodeInstance>;
  Module: new (bytes: Uint8Array) => CompiledCode;
  Instance: new (code: CompiledCode, imports?: object) => CodeInstance;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
