import type { JsonSchema } from './schema-form/json-schema.ts';
import { textKey } from './texts.ts';

/** A field's name in the page's language. */
export function fieldWords(schema: JsonSchema | undefined, name: string): string {
  return schema?.['x-title']?.[textKey.value] ?? schema?.title ?? name;
}

/** The fields of an object, in their order. */
export function fieldsOf(schema: JsonSchema | undefined): [string, JsonSchema][] {
  return Object.entries(schema?.properties ?? {});
}
