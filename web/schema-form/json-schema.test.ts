import { expect } from 'chai';
import { supplyRequisition } from '../../workflows/supply-requisition/form.ts';
import { jsonSchema } from '../../api/processes/present.ts';
import { emptyOf, filledIn, type JsonSchema } from './json-schema.ts';

const schema = jsonSchema(supplyRequisition.form) as JsonSchema;

describe('A form drawn from a schema', () => {
  it('starts with the lines that it needs, or with none for a form that fills them itself', () => {
    expect(emptyOf(schema)).to.deep.equal({ purpose: '', lines: [{ itemId: '', quantity: null }] });
    expect(emptyOf(schema, false)).to.deep.equal({ purpose: '', lines: [] });
  });

  it('is sent trimmed, without what was left empty and may be', () => {
    const sent = filledIn(schema, { purpose: ' 日常 ', lines: [{ itemId: 'item-a', quantity: 2, note: ' ' }, { itemId: '', quantity: null }] });
    expect(sent).to.deep.equal({ purpose: '日常', lines: [{ itemId: 'item-a', quantity: 2 }, { itemId: '', quantity: null }] });
  });
});
