import {
  encodeAdmissionResponse,
  formatJson,
  parseJsonValue,
  type AdmissionResponse,
  type JsonObject,
} from '@kubewarden/policy';
import { createStyler, type Styler } from '../terminal/style.ts';
import { printable } from '../terminal/printable.ts';
import type { Terminal } from '../terminal/terminal.ts';

export type OutputFormat = 'json' | 'yaml' | 'pretty';

/** Prints the responses of a run, one after another. */
export type ResponsePrinter = (policyId: string, response: AdmissionResponse) => void;

export function createPrinter(format: OutputFormat, terminal: Terminal): ResponsePrinter {
  switch (format) {
    case 'json':
      return (_policyId, response) => terminal.stdout(`${responseJson(response)}\n`);
    case 'yaml':
      return yamlPrinter(terminal);
    case 'pretty': {
      const style = createStyler(terminal.stdoutIsTerminal);
      return (policyId, response) => terminal.stdout(formatResponse(policyId, response, style));
    }
  }
}

function responseJson(response: AdmissionResponse): string {
  return new TextDecoder().decode(encodeAdmissionResponse(response));
}

/** Scalars as JSON writes them are YAML, and a block of them needs no library. */
function yamlPrinter(terminal: Terminal): ResponsePrinter {
  let first = true;
  return (_policyId, response) => {
    const value = JSON.parse(responseJson(response)) as Record<string, unknown>;
    terminal.stdout((first ? '' : '---\n') + yamlBlock(value, '').join('\n') + '\n');
    first = false;
  };
}

function yamlBlock(value: object, indent: string): string[] {
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const name = /^[A-Za-z][\w./-]*$/.test(key) ? key : JSON.stringify(key);
    if (typeof member !== 'object' || member === null) return [`${indent}${name}: ${JSON.stringify(member)}`];
    if (!Array.isArray(member)) {
      return Object.keys(member).length === 0
        ? [`${indent}${name}: {}`]
        : [`${indent}${name}:`, ...yamlBlock(member, `${indent}  `)];
    }
    const items = member.flatMap((item: unknown) => {
      if (typeof item !== 'object' || item === null) return [`${indent}- ${JSON.stringify(item)}`];
      const [head, ...rest] = yamlBlock(item, `${indent}  `);
      return [`${indent}- ${head!.trimStart()}`, ...rest];
    });
    return [`${indent}${name}:`, ...items];
  });
}

/** A response for people: verdict, reasons, and the patch decoded. */
function formatResponse(policyId: string, response: AdmissionResponse, style: Styler): string {
  const { allowed, status, warnings, auditAnnotations, patch } = response;
  const lines = [
    `${allowed ? style('✔ allowed', 'green', 'bold') : style('✘ rejected', 'red', 'bold')}  ${style(policyId, 'bold')}`,
  ];
  const add = (label: string, text: string): void => {
    const [head, ...rest] = printable(text).split('\n');
    lines.push(`  ${style(`${label}:`, 'dim')} ${head}`, ...rest.map((line) => `    ${line}`));
  };
  if (status?.message !== undefined) add('message', status.message);
  if (status?.code !== undefined) add('code', String(status.code));
  for (const cause of status?.details?.causes ?? []) {
    add('cause', [cause.field, cause.message].filter((part) => part !== null).join(': '));
  }
  for (const warning of warnings ?? []) add('warning', warning);
  for (const [key, value] of Object.entries(auditAnnotations ?? {}))
    add('audit annotation', `${key}=${value}`);
  if (patch !== undefined) lines.push(`  ${style('patch:', 'dim')}`, ...patchLines(patch));
  return `${lines.join('\n')}\n`;
}

function patchLines(patch: string): string[] {
  const operations = parseJsonValue(Buffer.from(patch, 'base64')) as JsonObject[];
  return operations.map((operation) => {
    const value = operation.get('value');
    const text = value === undefined ? '' : ` ${formatJson(value)}`;
    return `    ${(operation.get('op') as string).padEnd(7)} ${printable(`${operation.get('path') as string}${text}`)}`;
  });
}
