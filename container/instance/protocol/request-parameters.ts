import { isJsonObject } from '../json/json-object.ts';
import { invalidParams } from './protocol-error.ts';

export interface ToolCallParameters {
  name: string;
  callArguments: Record<string, unknown>;
}

/** @throws ProtocolError -32602, in words. */
export function readToolCall(params: unknown): ToolCallParameters {
  const fields = readObject('tools/call', params);
  const { arguments: callArguments = {} } = fields;
  const name = readText('tools/call', fields, 'name');
  if (!isJsonObject(callArguments)) throw invalid('tools/call', '"params.arguments" must be an object');
  return { name, callArguments };
}

export interface PromptParameters {
  name: string;
  promptArguments: Record<string, string>;
}

/** @throws ProtocolError -32602, in words. */
export function readPromptGet(params: unknown): PromptParameters {
  const fields = readObject('prompts/get', params);
  return { name: readText('prompts/get', fields, 'name'), promptArguments: readTexts('prompts/get', fields.arguments) };
}

/** @returns the URI. @throws ProtocolError -32602, in words. */
export function readResourceRead(params: unknown): string {
  return readText('resources/read', readObject('resources/read', params), 'uri');
}

export interface CompletionParameters {
  reference: { prompt: string } | { template: string };
  argument: { name: string; value: string };
  known: Record<string, string>;
}

/** @throws ProtocolError -32602, in words. */
export function readCompletion(params: unknown): CompletionParameters {
  const method = 'completion/complete';
  const { ref, argument, context } = readObject(method, params);
  if (!isJsonObject(ref)) throw invalid(method, '"params.ref" must be an object');
  if (!isJsonObject(argument)) throw invalid(method, '"params.argument" must be an object');
  const { name, value } = argument;
  if (typeof name !== 'string' || typeof value !== 'string') {
    throw invalid(method, '"params.argument" must have a "name" and a "value"');
  }
  return {
    reference: readReference(ref),
    argument: { name, value },
    known: readTexts(method, isJsonObject(context) ? context.arguments : undefined),
  };
}

function readReference({ type, name, uri }: Record<string, unknown>): CompletionParameters['reference'] {
  if (type === 'ref/prompt' && typeof name === 'string') return { prompt: name };
  if (type === 'ref/resource' && typeof uri === 'string') return { template: uri };
  throw invalid('completion/complete', '"params.ref" must be a ref/prompt with a name or a ref/resource with a uri');
}

function readObject(method: string, params: unknown): Record<string, unknown> {
  if (!isJsonObject(params)) throw invalid(method, '"params" must be an object');
  return params;
}

function readText(method: string, fields: Record<string, unknown>, field: string): string {
  const text = fields[field];
  if (typeof text !== 'string') throw invalid(method, `"params.${field}" must be a text`);
  return text;
}

function readTexts(method: string, texts: unknown = {}): Record<string, string> {
  if (!isJsonObject(texts) || !Object.values(texts).every((text) => typeof text === 'string')) {
    throw invalid(method, 'arguments must be an object of texts');
  }
  return texts as Record<string, string>;
}

function invalid(method: string, reason: string) {
  return invalidParams(`Invalid ${method}: ${reason}`);
}
