import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { Item } from '../../db/queries/supply.ts';
import { itemFields } from '../contract/supply.ts';
import { Problem } from '../errors.ts';
import { itemsFromCsv, itemsToCsv } from './items-csv.ts';

const HEADER = '编码,名称,类别,单位,单价（元）';

describe('items as CSV', () => {
  it('reads back what it wrote, in both languages', () => {
    fc.assert(fc.property(fc.uniqueArray(anyItem, { minLength: 1, maxLength: 8, selector: ({ code }) => code }),
      fc.constantFrom('zh-CN' as const, 'en' as const), (items, locale) => {
        const read = itemsFromCsv(itemsToCsv(items, locale), locale);
        expect(read.map(({ fields, onHand }) => ({ ...fields, onHand })))
          .to.deep.equal(items.map(({ id: _, photo: __, reserved: ___, available: ____, ...item }) => item));
      }));
  });

  it('begins with the mark by which Excel knows UTF-8', () => {
    expect(itemsToCsv([pen], 'zh-CN').startsWith('\uFEFF编码,名称,')).to.equal(true);
  });

  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '＝1+1', `'=1`]) {
    it(`writes ${formula} so that no spreadsheet runs it, and reads it as it was`, () => {
      const csv = itemsToCsv([{ ...pen, name: formula }], 'zh-CN');
      const cells = parse(csv, { bom: true })[1]!;
      expect(cells[1]).to.equal(`'${formula}`);
      expect(itemsFromCsv(csv, 'zh-CN')[0]!.fields.name).to.equal(formula);
    });
  }

  it('leaves what the file has no column for, and fills a new item with defaults', () => {
    const [line] = itemsFromCsv(`${HEADER}\nSX-1,笔,书写用品,支,1.5\n`, 'zh-CN');
    expect(line!.fields).to.deep.equal({ code: 'SX-1', name: '笔', category: '书写用品', unit: '支', priceFen: 150 });
    expect(line!.asNew).to.include({ specification: '', minimum: 0, active: true, photo: null });
  });

  const refusals: [what: string, csv: string, places: string[]][] = [
    ['a bad price', `${HEADER}\nA,笔,书写,支,1.5\nB,笔,书写,支,一元`, ['line 3, 单价（元）']],
    ['every bad cell', `${HEADER},最低库存,启用\nA,,书写,支,1,-1,也许`, ['line 2, 最低库存', 'line 2, 启用']],
    ['an empty name', `${HEADER}\nA,,书写,支,1`, ['line 2, 名称']],
    ['a name over two lines', `${HEADER}\nA,"笔\n黑",书写,支,1`, ['line 3, 名称']],
    ['a code twice', `${HEADER}\nA,笔,书写,支,1\nA,笔,书写,支,1`, ['line 3, 编码']],
    ['a row that is too short', `${HEADER}\nA,笔`, ['line 2']],
    ['an unknown column', `${HEADER},颜色\nA,笔,书写,支,1,红`, ['line 1, 颜色']],
    ['a missing column', '编码,名称,类别,单位\nA,笔,书写,支', ['line 1, 单价（元）']],
    ['an open quote', `${HEADER}\nA,"笔,书写,支,1`, ['line 2']],
    ['a header alone', HEADER, ['line 2']],
    ['an amount beyond measure', `${HEADER}\nA,笔,书写,支,99999999`, ['line 2, 单价（元）']],
  ];
  for (const [what, csv, places] of refusals) {
    it(`refuses ${what}, naming line and column`, () => {
      expect(() => itemsFromCsv(csv, 'en')).to.throw(Problem).that.satisfies((problem: Problem) => {
        expect(problem.code).to.equal('invalid-input');
        expect(problem.errors!.map(({ path }) => path)).to.deep.equal(places);
        return true;
      });
    });
  }

  it('answers any text with items or with a 400', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((tail) => `${HEADER}\n${tail}`)), (csv) => {
      try {
        itemsFromCsv(csv, 'en');
      } catch (error) {
        expect(error).to.be.instanceOf(Problem);
        expect((error as Problem).errors).to.not.be.empty;
      }
    }), { numRuns: 300 });
  });
});

const pen: Item = {
  id: 'item-pen', code: 'SX-001', name: '笔', category: '书写用品', unit: '支', specification: '', priceFen: 150, photo: null,
  location: 'A-1', minimum: 0, active: true, onHand: 0, reserved: 0, available: 0,
};

const word = (most: number, least: number): fc.Arbitrary<string> => fc
  .array(fc.constantFrom(...`ab1 ,"';=+-@＝笔／😀`), { minLength: least, maxLength: most })
  .map((characters) => characters.join('').trim())
  .filter((text) => text.length >= least);

const anyItem: fc.Arbitrary<Item> = fc.record({
  id: fc.constant('item-x'), code: word(10, 1), name: word(20, 1), category: word(10, 1), unit: word(3, 1),
  specification: word(20, 0), priceFen: fc.integer({ min: 0, max: itemFields.shape.priceFen.maxValue! }),
  photo: fc.constant(null), location: word(10, 0), minimum: fc.integer({ min: 0, max: 1_000_000 }),
  active: fc.boolean(), onHand: fc.integer({ min: 0, max: 1_000_000_000 }),
  reserved: fc.constant(0), available: fc.constant(0),
});
