import { expect } from 'chai';
import { isWeakPassword } from './weak-passwords.ts';
import { oneTimePassword } from './passwords.ts';

describe('Passwords that are guessed first', () => {
  for (const password of [
    'password123', 'Password2024!', '1234567890', '0987654321', 'qwertyuiop', 'abcdefghijk', 'aaaaaaaaaaaa', 'abababababab', '1q2w3e4r5t6y', 'woaini5201314',
    'houqin-demo', 'admin12345678', 'P@ssw0rd1234', '1111122222', 'iloveyou1314',
  ]) {
    it(`are known: ${password}`, () => {
      expect(isWeakPassword(password)).to.equal(true);
    });
  }

  for (const password of ['vier Kerzen am Fenster', '春江潮水连海平海上明月', 'x9-tulpe-rost', 'correct horse battery', 'Lin7jiang!wacht']) {
    it(`are not this: ${password}`, () => {
      expect(isWeakPassword(password)).to.equal(false);
    });
  }

  it('are none that the system makes', () => {
    const made = new Set(Array.from({ length: 200 }, oneTimePassword));
    expect(made.size).to.equal(200);
    for (const password of made) {
      expect(password).to.match(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
      expect(isWeakPassword(password), password).to.equal(false);
    }
  });
});
