import type { TemplateFile } from './read-template.ts';

/**
 * A file of a template with values in the place of their names in double braces: `{{name}}`.
 *
 * In Markdown a value stands as it is. Everywhere else it is part of a string in double quotes, which JSON, YAML and
 * TOML write alike. Other names in braces are left alone: they belong to the file.
 */
export function fillIn(file: TemplateFile, values: Readonly<Record<string, string>>): TemplateFile {
  const write = file.path.endsWith('.md')
    ? (value: string): string => value
    : (value: string): string => JSON.stringify(value).slice(1, -1);
  const text = file.text.replaceAll(/\{\{([A-Za-z]+)\}\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? write(values[name]!) : whole,
  );
  return { path: file.path, text };
}
