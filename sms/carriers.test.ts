import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { startApi } from '../test/api.ts';
import { createCarriers } from './carriers.ts';
import { e164 } from './phone.ts';
import { smsSettings } from './settings.ts';
import { aliyunText, shortValue, templates, textOf, type TemplateName } from './templates.ts';

const place = { demo: false, publicUrl: 'https://houqin.example.cn' };
const aliyun = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret', HOUQIN_ALIYUN_SIGN: '智慧后勤',
  HOUQIN_ALIYUN_TEMPLATES: '{"tasks-late":{"zh":"SMS_1"}}',
};
const twilio = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'token', TWILIO_FROM: '+15005550006' };

describe('settings of SMS', () => {
  it('send nothing in production unless told, and show the demo its phones', () => {
    expect(smsSettings({}, place).order).to.eql([]);
    expect(smsSettings({}, { ...place, demo: true }).order).to.eql(['outbox']);
    expect(createCarriers(smsSettings({ HOUQIN_SMS: 'aliyun,twilio', ...aliyun, ...twilio }, place)).map(({ name }) => name)).to.eql(['aliyun', 'twilio']);
  });

  it('name the variable that is missing or wrong, and the remedy', () => {
    const wrong = (env: Record<string, string>) => () => smsSettings(env, place);
    expect(wrong({ HOUQIN_SMS: 'outbox' })).to.throw('HOUQIN_SMS=outbox');
    expect(wrong({ HOUQIN_SMS: 'pigeon' })).to.throw('pigeon');
    expect(wrong({ HOUQIN_SMS: 'aliyun' })).to.throw('ALIBABA_CLOUD_ACCESS_KEY_ID is not set');
    expect(wrong({ HOUQIN_SMS: 'aliyun', ...aliyun, HOUQIN_ALIYUN_TEMPLATES: '{"unknown":{"zh":"x"}}' })).to.throw('HOUQIN_ALIYUN_TEMPLATES');
    expect(wrong({ HOUQIN_SMS: 'twilio', ...twilio, TWILIO_FROM: '' })).to.throw('TWILIO_FROM is not set');
    expect(wrong({ HOUQIN_ALIYUN_TOKEN: '1' })).to.throw('HOUQIN_ALIYUN_TOKEN');
    expect(wrong({ HOUQIN_SMS_PER_DAY: '0' })).to.throw('HOUQIN_SMS_PER_DAY');
  });

  it('keep phones of China from Twilio until it is allowed', () => {
    const [without] = createCarriers(smsSettings({ HOUQIN_SMS: 'twilio', ...twilio }, place));
    const [allowed] = createCarriers(smsSettings({ HOUQIN_SMS: 'twilio', ...twilio, HOUQIN_TWILIO_TO_CHINA: '1' }, place));
    expect([without!.takes('+8613812345678'), without!.takes('+4915112345678'), allowed!.takes('+8613812345678')]).to.eql([false, true, true]);
    const [chinese] = createCarriers(smsSettings({ HOUQIN_SMS: 'aliyun', ...aliyun }, place));
    expect([chinese!.takes('+8613812345678'), chinese!.takes('+4915112345678')]).to.eql([true, false]);
  });
});

describe('phones and texts of SMS', () => {
  it('are E.164, however a Chinese mobile number was written; no landline, no short number', () => {
    expect(['13812345678', '+86 138 1234 5678', '86-13812345678', '+4915112345678'].map(e164)).to.eql([
      '+8613812345678', '+8613812345678', '+8613812345678', '+4915112345678',
    ]);
    expect(['010-88886666', '12345', '+8612345678901', '12812345678', '', '+0123456789'].map(e164)).to.eql(new Array(6).fill(undefined));
  });

  it('have every value in both languages, and nothing else', () => {
    for (const [name, { params, text }] of Object.entries(templates)) {
      // A link stands for its token.
      const said = (words: string) => [...new Set([...words.matchAll(/\{(\w+)\}/g)].map(([, param]) => (param === 'link' ? 'token' : param)))];
      expect(said(text.zh), name).to.eql([...params]);
      expect(said(text.en), name).to.have.members([...params]);
      const shown = textOf(name as TemplateName, 'en', Object.fromEntries(params.map((param) => [param, `<${param}>`])), place.publicUrl);
      expect(shown).not.to.match(/\{/);
      for (const param of params) expect(shown, name).to.include(`<${param}>`);
    }
  });
});

describe('links in SMS', () => {
  const params = { title: '王薇 来访', digit: '3', token: 'abc' };

  it('are our address and the token; with a carrier that has approved texts only the token is a value', () => {
    expect(textOf('task-ask', 'zh-CN', params, place.publicUrl)).to.equal('王薇 来访，等您处理。回复31同意、30拒绝，或打开 https://houqin.example.cn/a/abc');
    expect(aliyunText('task-ask', 'zh', place.publicUrl)).to.equal('${title}，等您处理。回复${digit}1同意、${digit}0拒绝，或打开 https://houqin.example.cn/a/${token}');
    expect(aliyunText('visit-code', 'zh', place.publicUrl)).to.include('${code}').and.to.include('https://houqin.example.cn/v/${token}');
  });

  it('stand beside short values: one line, 35 characters, none that is refused', () => {
    expect(shortValue(' 王薇\n【领用】A4 ')).to.equal('王薇 领用 A4');
    expect([...shortValue('长'.repeat(60))]).to.have.length(35);
  });

  it('are in the table for whoever registers the texts, in both READMEs', async () => {
    for (const file of ['README.md', 'README.zh-CN.md']) {
      const readme = await readFile(new URL(`../${file}`, import.meta.url), 'utf8');
      for (const name of Object.keys(templates) as TemplateName[]) {
        for (const language of ['zh', 'en'] as const) expect(readme, `${file}: ${name}`).to.include(aliyunText(name, language, 'HOUQIN_PUBLIC_URL'));
      }
    }
  });
});

describe('the demo’s phones', function () {
  this.timeout(30_000);

  it('are nowhere but in the demo', async () => {
    const api = await startApi({ env: { HOUQIN_DEMO: '0' } });
    try {
      expect((await fetch(`${api.url}/api/demo/phones`)).status).to.equal(404);
      const reply = { method: 'POST', headers: { origin: api.url, 'content-type': 'application/json' }, body: '{"phone":"13812345678","text":"11"}' };
      expect((await fetch(`${api.url}/api/demo/phones/replies`, reply)).status).to.equal(404);
    } finally {
      await api.stop();
    }
  });
});
