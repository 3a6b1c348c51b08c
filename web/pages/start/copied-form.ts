import { call } from '../../client.ts';

/** An earlier request to start from, with the names of what it refers to. */
interface Copied {
  form: Record<string, unknown>;
  number: string;
  labels: Readonly<Record<string, string>>;
}

/** The form of an earlier request of the same type. Throws CallError, or an Error when it is of another type. */
export async function copiedForm(type: string, processId: string): Promise<Copied> {
  const earlier = await call('get /processes/:id', { params: { id: processId } });
  if (earlier.type !== type) throw new Error(`${earlier.number} is not a ${type}`);
  return { form: structuredClone(earlier.form) as Record<string, unknown>, number: earlier.number, labels: earlier.labels };
}
